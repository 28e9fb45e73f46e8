/**
 * Takes out of a proof what it does not need, one operation after the other, until it needs all. Writes
 * that a remaining read came from stay: without them it would be a read from thin air, which is another
 * violation. What a compare-and-set observed goes where it matters only that it wrote. O(m^2) searches over m operations; where the limits end that, the proof stays larger.
 */
import { unlimited } from '../checker.ts'
import type { Finding } from './finding.ts'
import type { Search } from './judge.ts'
import { Meter, OutOfLimits } from './meter.ts'
import { restrict, type Sessions } from './sessions.ts'
import { withWitnesses } from './witnesses.ts'

/** The operations of the proof alone, and what the search finds in them. */
export const shrink = (
  sessions: Sessions,
  finding: Finding,
  search: Search,
  meter: Meter,
): [Sessions, Finding] => {
  let kept = restrict(sessions, withWitnesses(sessions, finding.ops))
  try {
    for (
      let less: Sessions | undefined = kept;
      less !== undefined;
      less = smaller(kept, search, meter)
    )
      kept = less
  } catch (error) {
    if (!(error instanceof OutOfLimits)) throw error
  }
  return [kept, search(kept, new Meter(unlimited, 0)).findings[0]!]
}

/** The proof without the last operation that it does not need, or undefined. */
const smaller = (kept: Sessions, search: Search, meter: Meter): Sessions | undefined => {
  const all = Array.from({ length: kept.size }, (_, op) => op)
  for (const op of all.toReversed()) {
    if (kept.source.includes(op)) continue
    meter.poll()
    const less = restrict(
      kept,
      all.filter((other) => other !== op),
    )
    if (search(less, meter).total > 0) return less
  }
  return undefined
}
