/** What a group of servers replicates, and who waits for it: Raft itself knows nothing of what the commands mean. */
import type { Json } from '../../../harness/api.ts'

/** A deterministic state machine: the same commands in the same order lead every replica to the same state. */
export interface StateMachine<Command, Result> {
  /** Carries a committed command out. */
  apply(command: Command): Result
  /** All of its state. */
  snapshot(): Json
  /** Becomes what `snapshot` made. */
  restore(snapshot: Json): void
}

/** Who waits for what a leader was asked for: one of the two is called, once. */
export interface Waiting<Result> {
  done(result: Result): void
  /** It leads no more: nobody here knows what becomes of it. */
  lost(): void
}

/**
 * Votes that are lent for a while: as long as a majority lends its votes to a leader nobody else is elected, which
 * is what a leader's lease rests on (Gray and Cheriton, "Leases", 1989).
 */
export interface Lending {
  /** Whether this server's vote is free, or was lent to the leader of a term that has given it back. */
  isFree(givenBack: number | undefined): boolean
  /** It lends its vote to the leader of a term, for as long as a lease lasts from now on. */
  lend(term: number): void
  /** It leads, and asks for votes in a round of messages. */
  asks(round: number): void
  /** A majority has lent its votes when it was asked in this round. */
  granted(round: number): void
}

/** Hears of a server's own leadership. */
export interface Listener {
  readonly lending?: Lending
  /** It leads, and has carried out all that earlier leaders have committed. */
  leads?(term: number): void
  /** It leads no more, also where `leads` was never called in that term. */
  ended?(term: number): void
}
