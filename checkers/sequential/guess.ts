/**
 * Guesses at the order of the blocks. A guess decides nothing by itself: whether it holds is found by
 * sorting the graph with it.
 */
import { NONE } from '../history.ts'
import type { Blocks } from './blocks.ts'
import type { Order } from './order.ts'

/**
 * The blocks in the order of real time: of a linearizable history, an order of each key that a
 * linearization has. The zone of a block (Gibbons and Korach, 1997) lasts from the first completion of one of its
 * operations to the last invocation; zones that are so long exclude each other and come in their
 * order, and one that ends before it begins stands where it ends, or behind the zone that this is in.
 */
export const realTime = (blocks: Blocks): Int32Array => {
  const { registers, block, counts, size, keys, key } = blocks
  const first = new Float64Array(size).fill(Number.POSITIVE_INFINITY)
  const last = new Float64Array(size).fill(NONE)
  for (let op = 0; op < block.length; op++) {
    const own = block[op]!
    if (counts[op] === 0 || own === NONE) continue
    first[own] = Math.min(first[own]!, registers.end[op]!)
    last[own] = Math.max(last[own]!, registers.start[op]!)
  }
  const place = first.slice()
  const ordered = Int32Array.from({ length: size - keys }, (_, i) => keys + i)
  ordered.sort((a, b) => key[a]! - key[b]! || first[a]! - first[b]!)
  const long = ordered.filter((one) => first[one]! < last[one]!)
  for (const one of ordered) {
    if (first[one]! < last[one]!) continue
    const around = lastBefore(long, (zone) =>
      key[zone] === key[one] ? first[zone]! < last[one]! : key[zone]! < key[one]!,
    )
    const inside = around !== undefined && key[around] === key[one] && last[one]! < last[around]!
    place[one] = inside ? last[around]! : last[one]!
  }
  const isLong = (one: number): number => (first[one]! < last[one]! ? 0 : 1)
  return ordered.sort(
    (a, b) => place[a]! - place[b]! || isLong(a) - isLong(b) || last[a]! - last[b]!,
  )
}

/** By block: the latest moment at which its write can have taken effect in real time. */
export const latestMoments = ({ registers, block, counts, size }: Blocks): Float64Array => {
  const moment = new Float64Array(size).fill(Number.POSITIVE_INFINITY)
  for (let op = 0; op < block.length; op++) {
    const own = block[op]!
    if (counts[op] === 1 && own !== NONE) moment[own] = Math.min(moment[own]!, registers.end[op]!)
  }
  return moment
}

/** The blocks that have heads, in the order in which these come in a sorted order. */
export const blocksIn = (blocks: Blocks, sorted: Int32Array): Int32Array => {
  const { block, head } = blocks
  const isHead = (node: number): boolean => {
    const own = block[node] ?? NONE
    return own !== NONE && head[own] === node
  }
  return sorted.filter(isHead).map((node) => block[node]!)
}

/** Adds that the blocks of each key come in this order. */
export const addAll = (order: Order, inOrder: Int32Array, stamp: number): void => {
  const { key, keys, head } = order.blocks
  const last = new Int32Array(keys).fill(NONE)
  for (const one of inOrder) {
    if (head[one] === NONE) continue
    const before = last[key[one]!]!
    if (before !== NONE) order.add(before, one, stamp)
    last[key[one]!] = one
  }
}

/** The last item of a sorted list for which a property holds that holds for a prefix of it. */
const lastBefore = (sorted: Int32Array, holds: (item: number) => boolean): number | undefined => {
  let low = 0
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1
    if (holds(sorted[middle]!)) low = middle + 1
    else high = middle
  }
  return sorted[low - 1]
}
