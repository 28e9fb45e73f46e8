/** What may differ between one Raft node and another build of it. */
import type { Bug } from './bugs.ts'

export interface RaftOptions {
  readonly bug: Bug | 'none'
  /** Entries a log may have before a snapshot takes their place. */
  readonly snapshotAfter: number
  /** The shortest wait for a leader, ms; the longest, drawn anew for each, is twice as long (section 5.2). */
  readonly electionMs: number
}
