/**
 * Whether a stack onto which every element is pushed once is linearizable. O(n c log n) with c pushes at
 * once.
 *
 * The lifetimes of the elements, from push to pop, must be such that any two are apart or one within the
 * other. An element whose pop began before its push was over can go at once: pushed and popped at one
 * moment that both share, it is in nobody's way. Any other is certainly there in its core, the gaps between the
 * end of its push and the beginning of its pop.
 *
 * Where no core covers a gap, every lifetime may be cut off there on the side that has no core, which keeps
 * all of them apart or within each other. So what is left and right of the gap can be decided on its
 * own, and a pop that found nothing is right exactly if it has such a gap (emptiness.ts).
 *
 * Between such gaps, cores hang together by overlapping, so one lifetime must hold all the others. An element
 * can be that one exactly if its push began before the first core and its pop ended after the last one; and if
 * some element can, its lifetime may be drawn from end to end without harm, so any such may be taken, and the
 * rest is decided without it. Elements that can be taken out so that nothing changes are what Lee and Mathur
 * call linearizability-preserving ("Efficient Decrease-and-Conquer Linearizability Monitoring", OOPSLA 2025);
 * extreme elements and separated intervals also carry Abdulla et al., "Efficient Linearizability
 * Monitoring", PLDI 2025.
 */
import { falseEmpty } from './emptiness.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { Suspects } from './suspects.ts'
import { LeastAfter, LeastOfRange } from './trees.ts'

const NOTHING = 2 ** 30
const NEVER = 2 ** 31 - 1

/** Undefined where the history is linearizable. @param poll called between steps, to end it by throwing */
export const lifo = (all: Lifetimes, poll: (bytes: number) => void): Suspects | undefined =>
  falseEmpty(all) ?? new Nesting(all, poll).decide()

class Nesting {
  /** For each rank that ends the push of an element with a core: the element. */
  private readonly at: Int32Array
  /** For each of these ranks when the push began; NOTHING elsewhere and for elements taken out. */
  private readonly begun: LeastOfRange
  /** For each gap how many cores cover it. */
  private readonly cover: LeastOfRange
  /** Runs of covered gaps still to be decided: from, to. */
  private readonly runs: number[] = []

  constructor(
    private readonly all: Lifetimes,
    private readonly poll: (bytes: number) => void,
  ) {
    const { size, span, insertFrom, insertTo, removeFrom } = all
    this.at = new Int32Array(span).fill(-1)
    const begun = new Int32Array(span).fill(NOTHING)
    const cover = new Int32Array(span + 1)
    for (let i = 0; i < size; i++) {
      if (insertTo[i]! >= removeFrom[i]!) continue
      this.at[insertTo[i]!] = i
      begun[insertTo[i]!] = insertFrom[i]!
      cover[insertTo[i]!]!++
      cover[removeFrom[i]!]!--
    }
    for (let gap = 1; gap <= span; gap++) cover[gap]! += cover[gap - 1]!
    this.begun = new LeastOfRange(begun)
    this.cover = new LeastOfRange(cover)
    this.split(0, span)
  }

  decide(): Suspects | undefined {
    const bytes = this.begun.bytes * 2 + this.at.byteLength
    for (let steps = 0; this.runs.length > 0; steps++) {
      if (steps % 1024 === 0) this.poll(bytes)
      const to = this.runs.pop()!
      const from = this.runs.pop()!
      const outermost = this.outermost(from, to)
      if (outermost === undefined) return { elements: this.within(from, to), empties: [] }
      const end = this.all.insertTo[outermost]!
      this.begun.add(end, end + 1, NOTHING)
      this.cover.add(end, this.all.removeFrom[outermost]!, -1)
      this.split(from, to)
    }
    return undefined
  }

  /** Notes the runs of covered gaps among these. */
  private split(from: number, to: number): void {
    for (let start = from; start < to; ) {
      const free = this.cover.firstBelow(start, to, 1)
      const end = free < 0 ? to : free
      if (end > start) this.runs.push(start, end)
      start = end + 1
    }
  }

  /** An element whose lifetime can hold all others of a run. */
  private outermost(from: number, to: number): number | undefined {
    let rank = this.begun.firstBelow(from, to, from)
    for (; rank >= 0; rank = this.begun.firstBelow(rank + 1, to, from)) {
      const element = this.at[rank]!
      if (this.all.removeTo[element]! > to) return element
    }
    return undefined
  }

  /** The elements of a run that are left. */
  private within(from: number, to: number): number[] {
    const elements: number[] = []
    let rank = this.begun.firstBelow(from, to, NOTHING)
    for (; rank >= 0; rank = this.begun.firstBelow(rank + 1, to, NOTHING))
      elements.push(this.at[rank]!)
    return elements
  }
}

/** By when each element must have come out, because one below it had; NEVER where nothing shows it. */
export const lifoDeadlines = (all: Lifetimes): Int32Array => {
  const { size, span, insertFrom, insertTo, removeFrom, removeTo } = all
  const endsAt = new Int32Array(span).fill(-1)
  for (let i = 0; i < size; i++) if (insertTo[i] !== NEVER) endsAt[insertTo[i]!] = i
  const below = new LeastAfter(span + 1, NEVER)
  let rank = 0
  return Int32Array.from({ length: size }, (_, i) => {
    for (; rank < insertFrom[i]!; rank++)
      if (endsAt[rank]! >= 0) below.put(removeFrom[endsAt[rank]!]!, removeTo[endsAt[rank]!]!)
    return insertTo[i] === NEVER ? NEVER : below.from(insertTo[i]!)
  })
}
