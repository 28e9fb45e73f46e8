/** What may differ between one Multi-Paxos node and another build of it. */
import type { Bug } from './bugs.ts'

export interface PaxosOptions {
  readonly bug: Bug | 'none'
  /** Slots that an acceptor keeps before a snapshot takes their place. */
  readonly snapshotAfter: number
  /** The shortest wait for a leader, ms; the longest, drawn anew for each, is twice as long. */
  readonly electionMs: number
}
