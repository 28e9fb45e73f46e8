/** The dependencies between transactions while they are found: lists in columns. */
import { doubled } from '../typed-arrays.ts'

export class Edges {
  length = 0
  from = new Int32Array(1024)
  to = new Int32Array(1024)
  relation = new Uint8Array(1024)

  constructor(
    /** Transactions come first, then nodes that stand for many of them. */
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

  /** A node that stands for many transactions. */
  node(): number {
    return this.nodes++
  }
}
