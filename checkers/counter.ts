/**
 * A counter that `add` changes by its value, negative ones too, and `read` completes with: is every
 * read within what the adds allow? An add certainly counts in a read when it was acknowledged before the read
 * began; it may count when it was invoked before the read was over and did not fail. So a read must
 * lie between the sum of what certainly counts with all that may and is negative, and the same sum with
 * all that may and is positive.
 *
 * Jepsen's `counter`, whose bounds these are while nothing is negative; with decrements, which it does not
 * allow, its bounds would be wrong. The bounds are necessary for linearizability and not sufficient: each read is judged alone,
 * and 2 is within the bounds of an open add of 3. The model `counter` of `linearizable` is exact.
 *
 * With keys, each is a counter of its own. Values are whole numbers up to 2^53. O(n).
 */
import type { Checker, CheckerPlugin, Verdict } from './checker.ts'
import { Bounds } from './counter/bounds.ts'
import { tooFar } from './counter/words.ts'
import { guarded, verdictOf } from './guarded.ts'
import type { History } from './history.ts'
import type { Meter } from './limits.ts'

export interface CounterOptions {
  /** The value before the first add; 0 unless given. */
  readonly initial?: number
}

/** A checker of counters with another initial value. */
export const counterWith = ({ initial = 0 }: CounterOptions): Checker =>
  guarded('counter', (history, meter) => judge(history, meter, initial))

/** A checker of counters that start at 0. */
export const counter: Checker = counterWith({})

const judge = (history: History, meter: Meter, initial: number): Verdict => {
  const bounds = new Bounds(history, initial, meter)
  const { low, high, reads } = bounds
  const stats = {
    ...{ adds: bounds.adds, acknowledged: bounds.acknowledged, reads },
    ...{ tooLow: low.length, tooHigh: high.length },
  }
  return verdictOf(
    [tooFar(history, 'too-low', low, initial), tooFar(history, 'too-high', high, initial)],
    [reads === 0 ? 'the counter was never read' : undefined],
    stats,
  )
}

export default {
  summary: 'every read of a counter lies between what was acknowledged and what was attempted',
  check: counter,
} satisfies CheckerPlugin
