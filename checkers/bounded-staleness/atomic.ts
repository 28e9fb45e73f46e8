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

/** Whether the history is Δ-atomic; Δ = 0 is linearizability. O(n log n). */
export const isAtomic = (clusters: Clusters, clock: Clock, delta: number): boolean => {
  const { writes, begun, reads, source, asked } = clusters
  const first = Float64Array.from(clusters.done, clock)
  const last = Float64Array.from(begun, clock)
  for (let read = 0; read < reads; read++) {
    const write = source[read]!
    last[write] = Math.max(last[write]!, clock(asked[read]!) - delta)
  }
  const inOrder = ranked(first)
  const long = inOrder.filter((write) => first[write]! < last[write]!)
  const latest = new Float64Array(long.length)
  for (let at = 0; at < long.length; at++) {
    if (at > 0 && first[long[at]!]! < latest[at - 1]!) return false
    latest[at] = Math.max(latest[at - 1] ?? Number.NEGATIVE_INFINITY, last[long[at]!]!)
  }
  for (let write = 0; write < writes; write++) {
    if (first[write]! < last[write]!) continue
    const before = longestPrefix(long, (other) => first[other]! < last[write]!)
    if (before > 0 && first[write]! < latest[before - 1]!) return false
  }
  return true
}

/** The smallest whole Δ for which the history is Δ-atomic. O(n log n log Δ). */
export const smallestDelta = (clusters: Clusters, clock: Clock, most: number): number => {
  let low = 0
  for (let high = most; low < high; ) {
    const middle = Math.floor((low + high) / 2)
    if (isAtomic(clusters, clock, middle)) high = middle
    else low = middle + 1
  }
  return low
}
