/**
 * Edges from one node to many that stand next to each other: a tree over all of them stands in between, so that a
 * range of n has O(log n) edges. The tree is made where it is first needed.
 */
import type { Edges } from './edges.ts'
import { PASS } from './relations.ts'

/** Up to so many edges are made one by one. */
const FEW = 6

export class Ranges {
  /** The node of each place of the tree, whose leaves are the targets: those of place n are 2 n and 2 n + 1. */
  private tree: Int32Array | undefined

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
