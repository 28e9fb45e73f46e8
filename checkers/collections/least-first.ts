/**
 * Whether a priority queue into which every number is put once is linearizable, in O(n log n).
 *
 * A number comes out rightly in a gap in which no smaller one is there, so the smaller numbers can be decided
 * without it. In ascending order each takes the first gap of its removal that is free, and covers all gaps
 * from the end of its insert to that gap for the larger ones. To come out as early as possible and to
 * go in as late as possible is best: it covers the fewest gaps, and covering is all that one number does to
 * another. If none is free, no choice for the smaller numbers would have left one. In its first and
 * last gap a number covers nothing: it can go in after all that comes out there, and comes out before all
 * larger ones do. A removal that found nothing needs a gap that nobody covers.
 *
 * This is Lee and Mathur's reduction, the number of the lowest priority taken out first ("Efficient
 * Decrease-and-Conquer Linearizability Monitoring", OOPSLA 2025), read from the other end.
 */
import type { Lifetimes } from './lifetimes.ts'
import type { Suspects } from './suspects.ts'
import { LeastAfter, NextFree } from './trees.ts'

const NEVER = 2 ** 31 - 1

/** Undefined where the history is linearizable. */
export const leastFirst = (all: Lifetimes, poll: (bytes: number) => void): Suspects | undefined => {
  const { span, insertTo, removeTo, empties, emptyFrom, emptyTo } = all
  const free = new NextFree(span + 1)
  const coverer = new Int32Array(span + 1).fill(-1)
  const outs = new Int32Array(all.size)
  const ascending = ascendingOf(all)
  for (let n = 0; n < ascending.length; n++) {
    if (n % 16_384 === 0) poll(span * 12)
    const i = ascending[n]!
    const out = free.from(earliest(all, i))
    outs[i] = Math.min(out, span)
    if (out >= removeTo[i]!) {
      outs[i] = removeTo[i]!
      return {
        elements: [i, ...coverers(all, coverer, outs, earliest(all, i), outs[i]!)],
        empties: [],
      }
    }
    if (insertTo[i]! >= out) continue
    for (let gap = free.from(insertTo[i]!); gap < out; gap = free.from(gap)) {
      free.take(gap)
      coverer[gap] = i
    }
  }
  for (let d = 0; d < empties.length; d++) {
    if (free.from(emptyFrom[d]!) < emptyTo[d]!) continue
    const elements = coverers(all, coverer, outs, emptyFrom[d]!, emptyTo[d]!)
    return { elements, empties: [d] }
  }
  return undefined
}

/** Elements by their numbers. */
const ascendingOf = ({ size, element }: Lifetimes): Int32Array => {
  const keys = Float64Array.from(element as readonly number[])
  return Int32Array.from({ length: size }, (_, i) => i).sort((a, b) => keys[a]! - keys[b]!)
}

const earliest = ({ insertFrom, removeFrom }: Lifetimes, i: number): number =>
  Math.max(insertFrom[i]!, removeFrom[i]!)

/** Who covers the gaps from … to-1, and who made these stay that long, and so on. */
const coverers = (
  all: Lifetimes,
  coverer: Int32Array,
  outs: Int32Array,
  from: number,
  to: number,
): number[] => {
  const found = new Set<number>()
  const unseen = new NextFree(all.span + 1)
  const look = (first: number, end: number): void => {
    for (let gap = unseen.from(first); gap < end; gap = unseen.from(gap)) {
      unseen.take(gap)
      if (coverer[gap]! >= 0) found.add(coverer[gap]!)
    }
  }
  look(from, to)
  // A set visits what is added while it is gone through.
  for (const i of found) look(earliest(all, i), outs[i]!)
  return [...found]
}

/** By when each number must have come out, because a larger one had; NEVER where nothing shows it. */
export const leastFirstDeadlines = (all: Lifetimes): Int32Array => {
  const larger = new LeastAfter(all.span + 1, NEVER)
  const deadlines = new Int32Array(all.size).fill(NEVER)
  for (const i of ascendingOf(all).reverse()) {
    if (all.insertTo[i] !== NEVER) deadlines[i] = larger.from(all.insertTo[i]!)
    larger.put(all.removeFrom[i]!, all.removeTo[i]!)
  }
  return deadlines
}
