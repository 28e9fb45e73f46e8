/**
 * What Raft's nodes say to each other (figures 2 and 13). `round` numbers the heartbeats, for reads; `to` is the
 * identity of the server that is meant, and answers carry the `identity` of who gives them.
 */
import type { Json } from '../../../harness/api.ts'
import type { Entry } from './log.ts'
import type { Configuration } from './membership.ts'

export interface AppendEntries<Command> {
  readonly term: number
  readonly round: number
  readonly prevIndex: number
  readonly prevTerm: number
  readonly entries: readonly Entry<Command>[]
  readonly committed: number
}

export interface InstallSnapshot {
  readonly term: number
  readonly round: number
  readonly index: number
  readonly lastTerm: number
  readonly state: Json
  readonly configuration: Configuration
  readonly committed: number
}
