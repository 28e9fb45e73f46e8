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

/** Hears of a server's own leadership. */
export interface Listener {
  /** It leads, and has carried out all that earlier leaders have committed. */
  leads?(term: number): void
  /** It leads no more, also where `leads` was never called in that term. */
  ended?(term: number): void
}
