/**
 * 2-atomicity: whether some order of the operations respects real time and lets every read return the last
 * value written or the one before. LBT, limited backtracking (Golab, Li and Shah, PODC 2011; Golab, Hurwitz
 * and Li 2015), puts the writes in order from the last one back.
 *
 * A write w can be the last of those that are left when its cluster was not done before another one began. Every
 * read that is left, began after the cluster of w was done and did not see w must then have seen the
 * write just before w: two different such writes refute w, one is the next to be placed, and without any
 * the choice is over. What is left then is 2-atomic if the whole is, because it is a part of it, and the
 * other way round, because nothing of it need come after w. So choices that are over are never revised.
 */
import { NONE } from '../history.ts'
import type { Clusters } from './clusters.ts'
import { ranked } from './ranked.ts'

/** O(n log n + n × concurrency). */
export const isTwoAtomic = (clusters: Clusters): boolean => {
  const placing = new Placing(clusters)
  while (placing.left > 0)
    if (!placing.candidates().some((write) => placing.place(write))) return false
  return true
}

class Placing {
  /** How many writes are left. */
  left: number
  /** The writes that are left, by invocation and by completion, latest first. */
  private readonly byBegun: Chain
  private readonly byDone: Chain
  private readonly placed: Uint8Array
  /** Reads from this number on are placed. */
  private readsLeft: number

  constructor(private readonly clusters: Clusters) {
    this.left = clusters.writes
    this.byBegun = new Chain(ranked(clusters.begun).reverse())
    this.byDone = new Chain(ranked(clusters.done).reverse())
    this.placed = new Uint8Array(clusters.writes)
    this.readsLeft = clusters.reads
  }

  /** The writes that can be the last of those that are left. */
  candidates(): number[] {
    const { begun, done } = this.clusters
    const last = this.byBegun.first()
    const found = [last]
    for (let write = this.byDone.first(); write !== NONE; write = this.byDone.after(write)) {
      if (done[write]! < begun[last]!) break
      if (write !== last) found.push(write)
    }
    return found
  }

  /** Places a write and those that must come just before it; or leaves all as it was, and returns false. */
  place(first: number): boolean {
    const readsBefore = this.readsLeft
    const taken: number[] = []
    for (let write = first; write !== NONE; ) {
      taken.push(write)
      const next = this.canBeLast(write) ? this.take(write) : CONTRADICTION
      if (next !== CONTRADICTION) {
        write = next
        continue
      }
      this.readsLeft = readsBefore
      for (const one of taken.reverse()) if (this.placed[one] === 1) this.putBack(one)
      return false
    }
    return true
  }

  private canBeLast(write: number): boolean {
    const { begun, done } = this.clusters
    let other = this.byBegun.first()
    if (other === write) other = this.byBegun.after(write)
    return other === NONE || done[write]! >= begun[other]!
  }

  /** @returns the write that must come just before it, NONE, or CONTRADICTION */
  private take(write: number): number {
    const { source, asked, done } = this.clusters
    this.placed[write] = 1
    this.left--
    this.byBegun.remove(write)
    this.byDone.remove(write)
    let next = NONE
    while (this.readsLeft > 0 && asked[this.readsLeft - 1]! > done[write]!) {
      const seen = source[--this.readsLeft]!
      if (this.placed[seen] === 1) continue
      if (next !== NONE && next !== seen) return CONTRADICTION
      next = seen
    }
    return next
  }

  private putBack(write: number): void {
    this.placed[write] = 0
    this.left++
    this.byBegun.restore(write)
    this.byDone.restore(write)
  }
}

const CONTRADICTION = -2

/** A sorted list of writes from which they are taken, and put back last in, first out. */
class Chain {
  private readonly next: Int32Array
  private readonly previous: Int32Array
  private readonly end: number

  constructor(order: Int32Array) {
    this.end = order.length
    this.next = new Int32Array(order.length + 1).fill(this.end)
    this.previous = new Int32Array(order.length + 1).fill(this.end)
    let before = this.end
    for (const item of order) {
      this.next[before] = item
      this.previous[item] = before
      before = item
    }
    this.next[before] = this.end
    this.previous[this.end] = before
  }

  first(): number {
    return this.after(this.end)
  }

  after(item: number): number {
    const next = this.next[item]!
    return next === this.end ? NONE : next
  }

  remove(item: number): void {
    this.next[this.previous[item]!] = this.next[item]!
    this.previous[this.next[item]!] = this.previous[item]!
  }

  restore(item: number): void {
    this.next[this.previous[item]!] = item
    this.previous[this.next[item]!] = item
  }
}
