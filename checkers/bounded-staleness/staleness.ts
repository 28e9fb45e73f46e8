/**
 * How stale each read certainly was, and bounds for k: writes that had certainly begun after the value was
 * there and were certainly done when the read began are versions it missed, in every order; writes done in between
 * are all it misses in one order, that in which each takes effect as late as possible.
 */
import type { Clock } from './atomic.ts'
import type { Clusters } from './clusters.ts'
import { longestPrefix, ranked } from './ranked.ts'

export interface Staleness {
  /** By read: how many versions it certainly was behind. */
  readonly behind: Int32Array
  /** By read: for how long a newer version had certainly been there when it began; by the clock. */
  readonly late: Float64Array
  /** The most versions that any read is behind in some order. */
  readonly most: number
}

/** O(n log n). */
export const staleness = (clusters: Clusters, clock: Clock): Staleness => {
  const { begun, done, writes, reads, source, asked } = clusters
  const byDone = ranked(done)
  const byBegun = ranked(begun)
  /** Of the writes from each place of `byBegun` on, the first that was done. */
  const firstDone = new Float64Array(writes + 1).fill(Number.POSITIVE_INFINITY)
  for (let at = writes - 1; at >= 0; at--)
    firstDone[at] = Math.min(firstDone[at + 1]!, done[byBegun[at]!]!)
  const rankBegun = new Int32Array(writes)
  byBegun.forEach((write, at) => {
    rankBegun[write] = at
  })
  const behind = new Int32Array(reads)
  const late = new Float64Array(reads)
  const counted = new Counter(writes)
  let most = 0
  let doneSoFar = 0
  // Reads come by invocation, so the writes done before them are counted in one pass.
  for (let read = 0; read < reads; read++) {
    const there = done[source[read]!]!
    const from = asked[read]!
    while (doneSoFar < writes && done[byDone[doneSoFar]!]! < from)
      counted.add(rankBegun[byDone[doneSoFar++]!]!)
    const older = longestPrefix(byBegun, (write) => begun[write]! <= there)
    behind[read] = doneSoFar - counted.below(older)
    if (firstDone[older]! < from) late[read] = clock(from) - clock(firstDone[older]!)
    const later = doneSoFar - longestPrefix(byDone, (write) => done[write]! <= there)
    most = Math.max(most, later)
  }
  return { behind, late, most }
}

/** Counts numbers below a bound (a Fenwick tree). */
class Counter {
  private readonly tree: Int32Array

  constructor(size: number) {
    this.tree = new Int32Array(size + 1)
  }

  add(item: number): void {
    for (let at = item + 1; at < this.tree.length; at += at & -at) this.tree[at]!++
  }

  /** How many of the items added are smaller. */
  below(item: number): number {
    let count = 0
    for (let at = item; at > 0; at -= at & -at) count += this.tree[at]!
    return count
  }
}
