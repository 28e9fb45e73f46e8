/** What Raft's nodes say to each other (figures 2 and 13); `round` numbers the heartbeats, for reads. */
import type { Json } from '../../../harness/api.ts'
import type { Entry } from './log.ts'

export interface AppendEntries {
  readonly term: number
  readonly round: number
  readonly prevIndex: number
  readonly prevTerm: number
  readonly entries: readonly Entry[]
  readonly committed: number
}

export interface InstallSnapshot {
  readonly term: number
  readonly round: number
  readonly index: number
  readonly lastTerm: number
  readonly state: Json
}
