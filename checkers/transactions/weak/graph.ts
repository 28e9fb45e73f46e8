/**
 * Whether one commit order can hold everything: sessions, reads, versions of lists, and what a level implies. What comes before a
 * transaction is found in the columns, so that a graph is made only of what is left when all that nothing has to follow is taken
 * away, again and again (Kahn 1962, from behind): of a history that keeps the level, nothing.
 */
import type { Meter } from '../../limits.ts'
import { NONE } from '../../typed-arrays.ts'
import { type Digraph, digraph } from '../digraph.ts'
import { Edges } from '../edges.ts'
import { PROCESS, WR, WW } from '../relations.ts'
import { type Dependencies, INITIAL } from './dependencies.ts'
import type { Implied } from './implied.ts'

/** Beside the relations between transactions: what a level implies. */
export const IMPLIED = 64

/** All that must be held. */
export interface Demands {
  readonly dependencies: Dependencies
  /** Versions of lists, one after another. */
  readonly versions: Edges
  readonly implied: Implied
}

export interface Residue {
  readonly graph: Digraph
  /** The transaction of each node. */
  readonly node: Int32Array
}

/** What may stand on a cycle, or undefined. O(n + edges) @throws OutOfLimits */
export const residueOf = (demands: Demands, meter: Meter): Residue | undefined => {
  const peel = new Peel(demands)
  meter.hold(peel.bytes)
  peel.run()
  const residue = peel.residue()
  meter.hold(-peel.bytes)
  return residue
}

/** Edges by where they lead. */
class Into {
  readonly offset: Int32Array
  readonly from: Int32Array

  constructor(size: number, { length, from, to }: Pick<Implied, 'length' | 'from' | 'to'>) {
    this.offset = new Int32Array(size + 1)
    for (let edge = 0; edge < length; edge++)
      if (to[edge] !== INITIAL) this.offset[to[edge]! + 1]!++
    for (let node = 0; node < size; node++) this.offset[node + 1]! += this.offset[node]!
    this.from = new Int32Array(this.offset[size]!)
    for (let edge = 0; edge < length; edge++)
      if (to[edge] !== INITIAL) this.from[this.offset[to[edge]!]!++] = from[edge]!
    this.offset.copyWithin(1, 0, size)
    this.offset[0] = 0
  }
}

class Peel {
  /** How many of those that are left must come behind each transaction. */
  private readonly behind: Int32Array
  private readonly removed: Int32Array
  private found = 0
  private readonly versions: Into
  private readonly implied: Into

  constructor(private readonly demands: Demands) {
    const { size } = demands.dependencies.transactions
    this.behind = new Int32Array(size)
    this.removed = new Int32Array(size)
    this.versions = new Into(size, demands.versions)
    this.implied = new Into(size, demands.implied)
  }

  get bytes(): number {
    return this.behind.length * 16 + (this.versions.from.length + this.implied.from.length) * 4
  }

  run(): void {
    const { behind, removed } = this
    const { happened, transactions } = this.demands.dependencies
    for (let one = 0; one < transactions.size; one++)
      if (happened[one] === 1) this.before(one, (from) => behind[from]!++)
    for (let one = 0; one < transactions.size; one++)
      if (happened[one] === 1 && behind[one] === 0) removed[this.found++] = one
    const take = (from: number): void => {
      if (--behind[from]! === 0) removed[this.found++] = from
    }
    for (let at = 0; at < this.found; at++) this.before(removed[at]!, take)
  }

  residue(): Residue | undefined {
    const { behind } = this
    const { size } = this.demands.dependencies.transactions
    const node: number[] = []
    const number = new Int32Array(size).fill(NONE)
    for (let one = 0; one < size; one++) if (behind[one]! > 0) number[one] = node.push(one) - 1
    if (node.length === 0) return undefined
    const edges = new Edges(node.length)
    for (const one of node)
      this.before(one, (from, relation) => {
        // What comes before one that is left is left as well.
        edges.add(number[from]!, number[one]!, relation)
      })
    return { graph: digraph(node.length, edges), node: Int32Array.from(node) }
  }

  /** Each transaction that must come before this one. */
  private before(one: number, each: (from: number, relation: number) => void): void {
    const { dependencies } = this.demands
    const { previous, firstRead, source } = dependencies
    if (previous[one] !== NONE) each(previous[one]!, PROCESS)
    for (let read = firstRead[one]!; read < firstRead[one + 1]!; read++)
      if (source[read] !== INITIAL) each(source[read]!, WR)
    for (let at = this.versions.offset[one]!; at < this.versions.offset[one + 1]!; at++)
      each(this.versions.from[at]!, WW)
    for (let at = this.implied.offset[one]!; at < this.implied.offset[one + 1]!; at++)
      each(this.implied.from[at]!, IMPLIED)
  }
}
