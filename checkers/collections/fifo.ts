/**
 * Whether a queue into which every element is put once is linearizable, in O(n).
 *
 * It is, exactly if no element comes out before it goes in or twice (lifetimes.ts), no removal found nothing
 * wrongly (emptiness.ts), and there are no elements a and b such that the insert of a was over before that of b
 * began, and the removal of b was over before that of a began: VOrd of Henzinger, Sezgin and Vafeiadis
 * ("Aspect-Oriented Linearizability Proofs", CONCUR 2013).
 *
 * Why pairs are enough: say that a comes before b where the insert of a, or its removal, is over before that
 * of b begins. A cycle of this relation that has no two neighbours in contradiction could be shortened,
 * because intervals of each kind form an interval order: of a1 before a2 and a3 before a4, also a1 is before
 * a4 or a3 before a2. So without contradicting pairs there is one order of the elements in which they can go
 * in and come out. An insert is over at the latest when its removal is, and a removal begins at the
 * earliest when its insert does; with that the two orders can be merged.
 */
import { falseEmpty } from './emptiness.ts'
import { certainFrom, certainTo, type Lifetimes } from './lifetimes.ts'
import type { Suspects } from './suspects.ts'

/** Undefined where the history is linearizable. */
export const fifo = (all: Lifetimes): Suspects | undefined => overtaken(all) ?? falseEmpty(all)

const overtaken = (all: Lifetimes): Suspects | undefined => {
  const { size, span, insertFrom, removeTo } = all
  const goneIn = new Int32Array(span).fill(-1)
  for (let i = 0; i < size; i++) goneIn[certainFrom(all, i)] = i
  // Of the elements that were in before b began to be: the one whose removal begins last.
  let last = -1
  for (let b = 0, rank = 0; b < size; b++) {
    for (; rank < insertFrom[b]!; rank++) {
      const a = goneIn[rank]!
      if (a >= 0 && (last < 0 || certainTo(all, a) > certainTo(all, last))) last = a
    }
    if (last >= 0 && removeTo[b]! < certainTo(all, last))
      return { elements: [last, b], empties: [] }
  }
  return undefined
}

/** By when each element must have come out, because a later one had; NEVER where nothing shows it. */
export const fifoDeadlines = ({ size, insertFrom, insertTo, removeTo }: Lifetimes): Int32Array => {
  const after = (rank: number): number => {
    let low = 0
    let high = size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (insertFrom[middle]! > rank) high = middle
      else low = middle + 1
    }
    return low
  }
  const earliest = new Int32Array(size + 1).fill(2 ** 31 - 1)
  for (let i = size - 1; i >= 0; i--) earliest[i] = Math.min(earliest[i + 1]!, removeTo[i]!)
  return Int32Array.from({ length: size }, (_, i) => earliest[after(insertTo[i]!)]!)
}
