/** What Multi-Paxos' nodes say to each other; a slot is a place in the log, an instance of Paxos. */
import type { Json } from '../../../harness/api.ts'
import type { Request } from '../store.ts'
import type { Ballot } from './ballot.ts'

/** What is proposed; null: nothing to carry out, only to fill a gap. */
export type Value = Request | null

/** Everything that is chosen up to a slot, carried out. */
export interface Snapshot {
  readonly slot: number
  readonly state: Json
}

/** Phase 1a, for every slot from `first` on. */
export interface Prepare {
  readonly ballot: Ballot
  readonly first: number
}

/** Phase 1b: what the acceptor has accepted from `first` on, and what it has for slots that it no longer keeps. */
export interface Promised {
  readonly ballot: Ballot
  readonly accepted: readonly (readonly [slot: number, ballot: Ballot, value: Value])[]
  readonly snapshot?: Snapshot
}

/** Who leads, for those who listen, and up to which slot all are chosen. */
export interface Heartbeat {
  readonly ballot: Ballot
  readonly chosen: number
}

/** Phase 2a. */
export interface Accept extends Heartbeat {
  readonly proposals: readonly (readonly [slot: number, value: Value])[]
}

/** Phase 2b. */
export interface Accepted {
  readonly ballot: Ballot
  readonly slots: readonly number[]
}

/** Chosen values, from the slot `first` on. */
export interface Decided {
  readonly first: number
  readonly values: readonly Value[]
}
