/**
 * Whether a lock has one holder at a time. `acquire` and `release`; with keys, each is a lock of its own. Two
 * processes hold a lock together for certain when both had been told so before either began to give it back:
 * a process holds it from the completion of its `acquire` until the invocation of its next `release`, or,
 * with `leaseMs`, until that long after the invocation of its `acquire`. An acquire of unknown outcome
 * tells nobody that it holds; a release counts from its invocation, whatever its outcome. So neither
 * can cause a false alarm.
 *
 * `two-holders`: two processes held the lock at the same moment. `fencing-order`: an acquire began after
 * another was over and was given a fencing token that is not larger, or two of them overlapped and got the same
 * (Kleppmann, "How to do distributed locking", 2016). The token is the value of the completed acquire,
 * or its `token` field; a process that holds the lock already may be told its token again.
 *
 * Jepsen judges locks by linearizability against `mutex` alone, which this agrees with but for releases
 * by processes that hold nothing: they are not judged here. O(n log n).
 */
import type { Checker, CheckerPlugin, Verdict } from './checker.ts'
import { guarded, verdictOf } from './guarded.ts'
import type { History } from './history.ts'
import type { Meter } from './limits.ts'
import { disorder } from './lock-safety/fencing.ts'
import { holdings } from './lock-safety/holdings.ts'
import { overlap } from './lock-safety/overlap.ts'

export interface LockSafetyOptions {
  /** How long after its invocation an acquire holds at most, in ms; for ever unless given. */
  readonly leaseMs?: number
  /** Whether two holders are a violation (the default), or only counted, as where tokens fence the late one off. */
  readonly holders?: 'one' | 'fenced'
}

/** A checker of locks with leases or fencing. */
export const lockSafetyWith = ({ leaseMs, holders = 'one' }: LockSafetyOptions): Checker =>
  guarded('lock-safety', (history, meter) => judge(history, meter, leaseMs, holders))

/** A checker of locks that are held until they are released. */
export const lockSafety: Checker = lockSafetyWith({})

const judge = (
  history: History,
  meter: Meter,
  leaseMs: number | undefined,
  holders: 'one' | 'fenced',
): Verdict => {
  const held = holdings(history, meter, leaseMs)
  const together = overlap(history, held, meter)
  const fencing = disorder(history, held, meter)
  const stats = {
    acquired: held.length,
    twoHolders: together.count,
    tokens: held.filter(({ token }) => token !== undefined).length,
    fencingOrder: fencing.count,
  }
  return verdictOf(
    [holders === 'one' ? together.anomaly : undefined, fencing.anomaly],
    [held.length === 0 ? 'the lock was never acquired' : undefined],
    stats,
  )
}

export default {
  summary: 'a lock has one holder at a time, and later holders have larger fencing tokens',
  check: lockSafety,
} satisfies CheckerPlugin
