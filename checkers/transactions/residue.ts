/**
 * What of all transactions may stand on a cycle: the dependencies and both orders together are peeled (Kahn
 * 1962), and nothing is left of a strictly serializable history, in one linear pass without a copy of a graph.
 * What is left otherwise, behind a cycle or on one, becomes a graph of its own.
 */
import { NONE } from '../typed-arrays.ts'
import { type Digraph, digraph } from './digraph.ts'
import { Edges } from './edges.ts'
import type { Orders } from './orders.ts'
import { PASS, PROCESS, REALTIME } from './relations.ts'

export interface Residue {
  readonly graph: Digraph
  /** The node of each of its nodes among all: transactions, nodes in between, barriers. */
  readonly node: Int32Array
}

/**
 * @param dependencies of transactions and the nodes in between
 * @returns undefined when there is no cycle. O(nodes + edges)
 */
export const residueOf = (dependencies: Digraph, orders: Orders): Residue | undefined => {
  const peel = new Peel(dependencies, orders)
  peel.run()
  return peel.residue()
}

class Peel {
  /** How many edges from what is not peeled lead to each node; barriers come behind the others. */
  private readonly waits: Int32Array
  private readonly ready: Int32Array
  private found = 0
  private readonly size: number

  constructor(
    private readonly dependencies: Digraph,
    private readonly orders: Orders,
  ) {
    const { size, to } = dependencies
    const { next, barrier, after, barriers } = orders
    this.size = size + barriers
    this.waits = new Int32Array(this.size)
    this.ready = new Int32Array(this.size)
    for (let edge = 0; edge < to.length; edge++) this.waits[to[edge]!]!++
    for (let one = 0; one < next.length; one++) {
      if (next[one] !== NONE) this.waits[next[one]!]!++
      if (barrier[one] !== NONE) this.waits[size + barrier[one]!]!++
    }
    for (let at = 1; at < barriers; at++) this.waits[size + at]!++
    for (let one = barriers === 0 ? next.length : after[0]!; one < next.length; one++)
      this.waits[one]!++
  }

  run(): void {
    const { waits, ready, dependencies, orders } = this
    const { size, offset, to } = dependencies
    const { next, barrier, after, barriers } = orders
    const transactions = next.length
    for (let node = 0; node < this.size; node++) if (waits[node] === 0) ready[this.found++] = node
    let found = this.found
    for (let at = 0; at < found; at++) {
      const node = ready[at]!
      if (node < size) {
        const end = offset[node + 1]!
        for (let edge = offset[node]!; edge < end; edge++)
          if (--waits[to[edge]!]! === 0) ready[found++] = to[edge]!
        if (node >= transactions) continue
        if (next[node] !== NONE && --waits[next[node]!]! === 0) ready[found++] = next[node]!
        const moment = barrier[node]!
        if (moment !== NONE && --waits[size + moment]! === 0) ready[found++] = size + moment
      } else {
        const moment = node - size
        for (let one = after[moment]!; one < after[moment + 1]!; one++)
          if (--waits[one]! === 0) ready[found++] = one
        if (moment + 1 < barriers && --waits[node + 1]! === 0) ready[found++] = node + 1
      }
    }
    this.found = found
  }

  residue(): Residue | undefined {
    if (this.found === this.size) return undefined
    const { waits, dependencies, orders } = this
    const { size, offset, to, relation } = dependencies
    const { next, barrier, after, barriers } = orders
    const node = new Int32Array(this.size - this.found)
    const number = new Int32Array(this.size).fill(NONE)
    for (let one = 0, left = 0; one < this.size; one++)
      if (waits[one]! > 0) {
        number[one] = left
        node[left++] = one
      }
    const edges = new Edges(node.length)
    const link = (from: number, target: number, kind: number): void => {
      if (number[target] !== NONE) edges.add(from, number[target]!, kind)
    }
    for (let from = 0; from < node.length; from++) {
      const one = node[from]!
      if (one < size)
        for (let edge = offset[one]!; edge < offset[one + 1]!; edge++)
          link(from, to[edge]!, relation[edge]!)
      if (one < next.length) {
        if (next[one] !== NONE) link(from, next[one]!, PROCESS)
        if (barrier[one] !== NONE) link(from, size + barrier[one]!, REALTIME)
      }
      if (one < size) continue
      const moment = one - size
      for (let later = after[moment]!; later < after[moment + 1]!; later++) link(from, later, PASS)
      if (moment + 1 < barriers) link(from, one + 1, PASS)
    }
    return { graph: digraph(node.length, edges), node }
  }
}
