/**
 * Whether what went into a queue came out of it: `enqueue` carries an element, `dequeue` completes with one,
 * `drain` with a list of all that were left. Order is not judged.
 *
 * `lost`: more enqueues of an element were acknowledged than dequeues gave it. That proves a loss only
 * when the queue was empty afterwards, and when nobody else can have taken it: the last drain, or
 * answer that there was nothing, must have begun after the acknowledgement, nothing may have come out
 * later, and there must be more missing elements than dequeues of unknown outcome, each of which may
 * have taken one (a drain of unknown outcome may have taken all). `unexpected`: an element came out that no enqueue which did
 * not fail had put in by then. `duplicated`: one came out more often than it can have been put in; a
 * violation only of a queue that promises `exactly-once`. An element that came out although its enqueue has
 * an unknown outcome is `recovered`, which is no anomaly.
 *
 * Jepsen's `total-queue`, where every missing element counts as lost: that rests on a complete drain and
 * on no dequeue being indeterminate, which `drained: 'assumed'` and `indeterminate: 'takes-nothing'` say. It
 * counts enqueues that failed as attempts; here they explain nothing. A dequeue found the queue empty when it
 * completed ok with nil, or fail without an error or with the error `empty`. O(n).
 */
import type { Checker, CheckerPlugin, Verdict } from './checker.ts'
import { few, guarded, verdictOf } from './guarded.ts'
import type { History } from './history.ts'
import type { Meter } from './limits.ts'
import { show } from './model.ts'
import { Flow } from './total-queue/flow.ts'
import { duplicated, lost, unexpected } from './total-queue/words.ts'

export interface TotalQueueOptions {
  /** How often an element may come out; `at-least-once` unless given. */
  readonly delivery?: 'at-least-once' | 'exactly-once'
  /** Whether the history must show that the queue was empty in the end (the default). */
  readonly drained?: 'shown' | 'assumed'
  /** What a dequeue of unknown outcome does: may take an element (the default), or none, as where it must be acknowledged. */
  readonly indeterminate?: 'may-take' | 'takes-nothing'
}

/** A checker of queues with other options than the default ones. */
export const totalQueueWith = (options: TotalQueueOptions): Checker =>
  guarded('total-queue', (history, meter) => judge(history, meter, options))

/** A checker of queues that are drained in the end and may deliver an element again. */
export const totalQueue: Checker = totalQueueWith({})

const judge = (
  history: History,
  meter: Meter,
  { delivery = 'at-least-once', drained = 'shown', indeterminate = 'may-take' }: TotalQueueOptions,
): Verdict => {
  const flow = new Flow(history, meter)
  const empty = drained === 'assumed' ? history.length : flow.emptyFrom()
  const missing = flow.missing(empty)
  const takers = indeterminate === 'takes-nothing' ? 0 : flow.takers
  const surplus = missing.proven.length - takers
  const proven = surplus > 0
  const stats = {
    attempted: flow.attempted,
    acknowledged: flow.acknowledged,
    dequeued: flow.dequeued,
    lost: proven ? surplus : 0,
    unexpected: flow.unexpected().length,
    duplicated: flow.duplicated().length,
    recovered: flow.recovered(),
  }
  const names = (elements: readonly number[]): string =>
    few(elements.map((element) => show(flow.element(element))))
  return verdictOf(
    [
      proven ? lost(flow, missing.proven, takers, drained) : undefined,
      unexpected(flow),
      delivery === 'exactly-once' ? duplicated(flow) : undefined,
    ],
    [
      missing.waiting.length > 0
        ? `the queue was not shown to be empty after ${missing.waiting.length} of ${flow.acknowledged} acknowledged ` +
          `enqueues that never came out (${names(missing.waiting)})`
        : undefined,
      !proven && missing.proven.length > 0
        ? `dequeues of unknown outcome may have taken what never came out (${names(missing.proven)})`
        : undefined,
    ],
    stats,
  )
}

export default {
  summary: 'what was put into a queue comes out of it, and nothing else',
  check: totalQueue,
} satisfies CheckerPlugin
