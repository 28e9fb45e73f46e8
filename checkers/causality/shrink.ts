/**
 * Takes out of a proof what it does not need, one operation after the other, until it needs all. Writes
 * that a remaining read came from stay: without them it would be a read from thin air, which is another
 * violation; but what a compare-and-set observed goes where it matters only that it wrote. O(m) searches
 * over m operations a pass, and few passes; where the limits end that, the proof stays larger.
 */
import { unlimited } from '../checker.ts'
import { Meter, OutOfLimits } from '../limits.ts'
import type { Finding } from './finding.ts'
import type { Search } from './judge.ts'
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
    for (let before = 0; before !== kept.size; ) {
      before = kept.size
      kept = pass(kept, search, meter)
    }
  } catch (error) {
    if (!(error instanceof OutOfLimits)) throw error
  }
  return [kept, search(kept, new Meter(unlimited, 0)).findings[0]!]
}

/** Each operation once, the last one first, is taken out if it can be. */
const pass = (proof: Sessions, search: Search, meter: Meter): Sessions => {
  let kept = proof
  for (let op = kept.size - 1; op >= 0; op--) {
    // Indeterminate operations may have gone with another one.
    if (op >= kept.size || kept.source.includes(op)) continue
    meter.poll()
    const rest = Array.from({ length: kept.size }, (_, at) => at).filter((at) => at !== op)
    const less = restrict(kept, rest)
    if (search(less, meter).total > 0) kept = less
  }
  return kept
}
