/**
 * Edges from one node to many that stand next to each other. To all from some place on one edge is enough, to a chain of
 * nodes of which each leads to its target and to the next; to others O(log n), to a tree over all of them. Both are
 * made where they are first needed.
 */
import type { Edges } from './edges.ts'
import { PASS } from './relations.ts'

/** Up to so many edges are made one by one. */
const FEW = 6

export class Ranges {
  /** The node of each place of the tree, whose leaves are the targets: those of place n are 2 n and 2 n + 1. */
  private tree: Int32Array | undefined
  /** The node of each place of the chain. */
  private chain: Int32Array | undefined

  constructor(
    private readonly edges: Edges,
    private readonly targets: ArrayLike<number>,
  ) {}

  /** From a node to the targets from `low` on, before `high`, but not to itself. O(log targets) */
  link(from: number, relation: number, low: number, high: number): void {
    if (high - low <= FEW) {
      for (let at = low; at < high; at++) this.edges.add(from, this.targets[at]!, relation)
      return
    }
    const { length } = this.targets
    if (high === length) {
      this.chain ??= this.chained()
      this.edges.add(from, this.chain[low]!, relation)
      return
    }
    this.tree ??= this.grown()
    let [left, right] = [low + length, high + length]
    for (; left < right; left >>= 1, right >>= 1) {
      if ((left & 1) === 1) this.edges.add(from, this.tree[left++]!, relation)
      if ((right & 1) === 1) this.edges.add(from, this.tree[--right]!, relation)
    }
  }

  /** The same without some of the targets, whose places are given in ascending order. */
  linkWithout(from: number, relation: number, low: number, without: readonly number[]): void {
    let begin = low
    for (const place of without) {
      if (place < begin) continue
      this.link(from, relation, begin, place)
      begin = place + 1
    }
    this.link(from, relation, begin, this.targets.length)
  }

  private chained(): Int32Array {
    const { edges, targets } = this
    const chain = new Int32Array(targets.length)
    for (let at = 0; at < targets.length; at++) {
      chain[at] = edges.node()
      edges.add(chain[at]!, targets[at]!, PASS)
      if (at > 0) edges.add(chain[at - 1]!, chain[at]!, PASS)
    }
    return chain
  }

  private grown(): Int32Array {
    const { edges, targets } = this
    const tree = new Int32Array(targets.length * 2)
    for (let at = 0; at < targets.length; at++) tree[at + targets.length] = targets[at]!
    for (let at = targets.length - 1; at > 0; at--) {
      tree[at] = edges.node()
      edges.add(tree[at]!, tree[at * 2]!, PASS)
      edges.add(tree[at]!, tree[at * 2 + 1]!, PASS)
    }
    return tree
  }
}

/** Each of some nodes before each of others, none before itself. @param targets each of them once */
export const cross = (
  edges: Edges,
  sources: readonly number[],
  targets: readonly number[],
  relation: number,
): void => {
  if (sources.length <= FEW) {
    for (const from of sources) for (const to of targets) edges.add(from, to, relation)
    return
  }
  const place = new Map(targets.map((target, at) => [target, at]))
  const ranges = new Ranges(edges, targets)
  for (const from of sources) {
    const own = place.get(from)
    ranges.linkWithout(from, relation, 0, own === undefined ? [] : [own])
  }
}
