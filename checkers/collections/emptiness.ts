/**
 * Removals that found nothing although something was there all the time: VWit of Henzinger, Sezgin and
 * Vafeiadis ("Aspect-Oriented Linearizability Proofs", CONCUR 2013). In a queue and in a stack such a
 * removal is right exactly if, beside the order of the elements, there is a gap within it in which no element
 * was certainly there: whatever else was there then can have been put in later, or taken out earlier.
 */
import { certainFrom, certainTo, type Lifetimes } from './lifetimes.ts'
import type { Suspects } from './suspects.ts'

/** A removal that found nothing with the elements that were there, one after the other; O(n). */
export const falseEmpty = (all: Lifetimes): Suspects | undefined => {
  if (all.empties.length === 0) return undefined
  const { longest, held } = coverage(all)
  for (let d = 0; d < all.empties.length; d++) {
    const from = all.emptyFrom[d]!
    const to = all.emptyTo[d]!
    if (held[from]! < to) continue
    const elements: number[] = []
    for (let gap = from; gap < to; gap = certainTo(all, longest[gap]!)) elements.push(longest[gap]!)
    return { elements, empties: [d] }
  }
  return undefined
}

/** For each gap: the element certainly there that stays longest, or -1; and the first gap from there on with none. */
const coverage = (all: Lifetimes): { longest: Int32Array; held: Int32Array } => {
  const { size, span } = all
  const longest = new Int32Array(span + 1).fill(-1)
  for (let i = 0; i < size; i++) {
    const from = certainFrom(all, i)
    if (from < certainTo(all, i)) longest[from] = i
  }
  let best = -1
  for (let gap = 0; gap < span; gap++) {
    const begun = longest[gap]!
    if (begun >= 0 && (best < 0 || certainTo(all, begun) > certainTo(all, best))) best = begun
    longest[gap] = best >= 0 && certainTo(all, best) > gap ? best : -1
  }
  const held = new Int32Array(span + 1)
  held[span] = span
  for (let gap = span - 1; gap >= 0; gap--) held[gap] = longest[gap]! < 0 ? gap : held[gap + 1]!
  return { longest, held }
}
