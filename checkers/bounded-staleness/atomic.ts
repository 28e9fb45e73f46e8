/**
 * Δ-atomicity (Golab, Li and Shah, PODC 2011): the history is linearizable once every read is taken to have
 * been invoked Δ earlier, so no read returns a value that had been overwritten for longer. Decided by the
 * zones of the clusters (Gibbons and Korach, 1997): a zone lasts from the first completion in a cluster to
 * its last invocation, and of no two clusters may each have a completion before an invocation of the other.
 */

import type { Clusters } from './clusters.ts'
import { longestPrefix, ranked } from './ranked.ts'

/** Turns a position of the history into a moment that reads can be moved by. */
export type Clock = (position: number) => number

/** The zones of the clusters of one key. */
export class Zones {
  /** By write, by the clock: its invocation and that of the last read of it. */
  private readonly begun: Float64Array
  private readonly lastAsked: Float64Array
  /** By write: the first completion in its cluster. */
  private readonly first: Float64Array
  private readonly inOrder: Int32Array

  /** O(n log n). @param clock ascending with the positions */
  constructor({ begun, done, reads, source, asked }: Clusters, clock: Clock) {
    this.begun = Float64Array.from(begun, clock)
    this.lastAsked = new Float64Array(begun.length).fill(Number.NEGATIVE_INFINITY)
    for (let read = 0; read < reads; read++) {
      const write = source[read]!
      this.lastAsked[write] = Math.max(this.lastAsked[write]!, clock(asked[read]!))
    }
    this.first = Float64Array.from(done, clock)
    this.inOrder = ranked(done)
  }

  /** Whether the history is Δ-atomic; Δ = 0 is linearizability. O(n log n), O(n) with few short zones. */
  atomic(delta: number): boolean {
    const { first } = this
    const last = this.begun.map((begun, write) => Math.max(begun, this.lastAsked[write]! - delta))
    const long = this.inOrder.filter((write) => first[write]! < last[write]!)
    const latest = new Float64Array(long.length)
    for (let at = 0; at < long.length; at++) {
      if (at > 0 && first[long[at]!]! < latest[at - 1]!) return false
      latest[at] = Math.max(latest[at - 1] ?? Number.NEGATIVE_INFINITY, last[long[at]!]!)
    }
    return this.inOrder.every((write) => {
      if (first[write]! < last[write]!) return true
      const before = longestPrefix(long, (other) => first[other]! < last[write]!)
      return before === 0 || first[write]! >= latest[before - 1]!
    })
  }

  /**
   * The smallest whole Δ for which the history is Δ-atomic. O(n log n log Δ).
   * @param span from the first moment to the last one, by the clock
   * @param step called before each attempt; may throw to end it
   */
  smallestDelta(span: number, step: () => void): number {
    if (this.atomic(0)) return 0
    let low = 1
    for (let high = span + 1; low < high; ) {
      step()
      const middle = Math.floor((low + high) / 2)
      if (this.atomic(middle)) high = middle
      else low = middle + 1
    }
    return low
  }
}
