/**
 * The dependencies between transactions while they are found: one list a column. Where each of many readers
 * comes before each of many writers, nodes in between keep the number of edges linear.
 */
import { doubled } from '../typed-arrays.ts'
import { PASS } from './relations.ts'

/** Up to so many edges are made one by one. */
const FEW = 32

export class Edges {
  length = 0
  from = new Int32Array(1024)
  to = new Int32Array(1024)
  relation = new Uint8Array(1024)

  constructor(
    /** Transactions come first, then the nodes in between. */
    public nodes: number,
  ) {}

  get bytes(): number {
    return this.from.length * 9
  }

  /** Amortised O(1); an edge of a node to itself is left out. */
  add(from: number, to: number, relation: number): void {
    if (from === to) return
    if (this.length === this.from.length) {
      this.from = doubled(this.from, Int32Array)
      this.to = doubled(this.to, Int32Array)
      this.relation = doubled(this.relation, Uint8Array)
    }
    this.from[this.length] = from
    this.to[this.length] = to
    this.relation[this.length++] = relation
  }

  /** A node in between. */
  node(): number {
    return this.nodes++
  }

  /**
   * Each of some transactions before each of others, none before itself. O(sources + targets)
   * @param targets each of them once
   */
  cross(sources: readonly number[], targets: readonly number[], relation: number): void {
    if (sources.length * targets.length <= FEW + 2 * (sources.length + targets.length)) {
      for (const from of sources) for (const to of targets) this.add(from, to, relation)
      return
    }
    const place = new Map(targets.map((target, at) => [target, at]))
    const forward = this.chain(targets)
    const backward = this.chain(targets.toReversed()).toReversed()
    for (const from of sources) {
      const own = place.get(from)
      const behind = forward[own === undefined ? 0 : own + 1]
      const before = own === undefined ? undefined : backward[own - 1]
      if (behind !== undefined) this.add(from, behind, relation)
      if (before !== undefined) this.add(from, before, relation)
    }
  }

  /** Nodes that lead each to its target and to all targets behind it. */
  private chain(targets: readonly number[]): readonly number[] {
    const chain = targets.map(() => this.node())
    for (let at = 0; at < targets.length; at++) {
      this.add(chain[at]!, targets[at]!, PASS)
      if (at > 0) this.add(chain[at - 1]!, chain[at]!, PASS)
    }
    return chain
  }
}
