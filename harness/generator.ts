/**
 * What clients do next, as pure values (after Jepsen's generators). A generator is asked with `step`
 * what to do at this moment and answers with a call, `pending` (nothing now; ask again after the next
 * event or at a time) or `done`. It never changes: each answer carries the generator to ask next, and
 * an answer may be thrown away. `update` tells it of an event and returns its successor. So generators
 * are tested on a simulated clock, without I/O, and one seed gives one sequence.
 */
import type { Call, HistoryEvent } from '../checkers/history.ts'

/** The moment at which a generator is asked. Thread numbers are stable; process numbers move on. */
export interface Context {
  /** ns since the run began. */
  readonly time: number
  /** Threads that wait for work, the one that has waited longest first. */
  readonly free: readonly number[]
  /** All threads that this generator may use. */
  readonly threads: readonly number[]
  /** The thread that runs a process. */
  readonly threadOf: (process: number) => number
}

export type Step<C extends Call = Call> =
  /** Invoke `call` at `at` (ns, now or later) on `thread` (one of the free ones). */
  | {
      readonly kind: 'call'
      readonly call: C
      readonly at: number
      readonly thread: number
      readonly next: Generator<C>
    }
  /** Nothing before `until` (ns) or the next event, whichever comes first. */
  | { readonly kind: 'pending'; readonly until?: number; readonly next: Generator<C> }
  | { readonly kind: 'done' }

export interface Generator<C extends Call = Call> {
  step(context: Context): Step<C>
  /** Every event of the client processes, invocations included, in order. */
  update(context: Context, event: HistoryEvent<C>): Generator<C>
}
