/**
 * What must come before what, as a graph. Its nodes are the operations and, for each block, its close, that
 * comes after all operations of the block: "block A before block B" is the one edge from A's close to B's
 * head. The edges that follow from the history alone are laid out once: the order of each process, a
 * version after the operation that installed it, and its readers before the compare-and-set that
 * replaced it. Edges between blocks are added, and taken back last in, first out.
 */
import { NONE } from '../history.ts'
import type { Blocks } from './blocks.ts'

export class Order {
  /** Operations first, then the closes of the blocks. */
  readonly nodes: number
  /** How many edges were added: numbers 0 … added-1. */
  added = 0
  /** Blocks of an added edge. */
  before: Int32Array = new Int32Array(1024)
  after: Int32Array = new Int32Array(1024)
  /** When an edge was added: it follows from the history and edges with smaller stamps. */
  stamp: Int32Array = new Int32Array(1024)
  /** Base edges of a node: `to[offset[node] … offset[node + 1] - 1]`. */
  readonly offset: Int32Array
  readonly to: Int32Array
  /** By block: the last edge added out of it; and by edge the one added out of its block before it. */
  readonly lastOut: Int32Array
  previousOut: Int32Array = new Int32Array(1024)
  /** The same backwards: base edges into a node, and added ones into a block. */
  private readonly offsetIn: Int32Array
  private readonly from: Int32Array
  private readonly lastIn: Int32Array
  private previousIn: Int32Array = new Int32Array(1024)
  private readonly visited: Int32Array
  private visit = 0

  constructor(readonly blocks: Blocks) {
    const operations = blocks.block.length
    this.nodes = operations + blocks.size
    this.offset = new Int32Array(this.nodes + 1)
    this.offsetIn = new Int32Array(this.nodes + 1)
    baseEdges(blocks, (from, to) => {
      this.offset[from + 1]!++
      this.offsetIn[to + 1]!++
    })
    for (let node = 0; node < this.nodes; node++) {
      this.offset[node + 1]! += this.offset[node]!
      this.offsetIn[node + 1]! += this.offsetIn[node]!
    }
    this.to = new Int32Array(this.offset[this.nodes]!)
    this.from = new Int32Array(this.to.length)
    const filled = this.offset.slice(0, this.nodes)
    const filledIn = this.offsetIn.slice(0, this.nodes)
    baseEdges(blocks, (from, to) => {
      this.to[filled[from]!++] = to
      this.from[filledIn[to]!++] = from
    })
    this.lastIn = new Int32Array(blocks.size).fill(NONE)
    this.lastOut = new Int32Array(blocks.size).fill(NONE)
    this.visited = new Int32Array(this.nodes)
  }

  get bytes(): number {
    return (
      (this.offset.length * 2 + this.to.length * 2 + this.lastOut.length * 2) * 4 +
      (this.visited.length + this.before.length * 5) * 4
    )
  }

  /** The node after all operations of a block. */
  close(block: number): number {
    return this.blocks.block.length + block
  }

  /** Puts block `before` in front of block `after`, which has a head. */
  add(before: number, after: number, stamp: number): void {
    if (this.added === this.before.length) this.grow()
    const edge = this.added++
    this.before[edge] = before
    this.after[edge] = after
    this.stamp[edge] = stamp
    this.previousOut[edge] = this.lastOut[before]!
    this.lastOut[before] = edge
    this.previousIn[edge] = this.lastIn[after]!
    this.lastIn[after] = edge
  }

  /** Takes back all edges but the first `keep`. */
  undo(keep: number): void {
    while (this.added > keep) {
      const edge = --this.added
      this.lastOut[this.before[edge]!] = this.previousOut[edge]!
      this.lastIn[this.after[edge]!] = this.previousIn[edge]!
    }
  }

  /** Calls back for each node that must come directly after one; the added edge, or NONE for a base edge. */
  each(node: number, visit: (to: number, edge: number) => void): void {
    for (let at = this.offset[node]!; at < this.offset[node + 1]!; at++) visit(this.to[at]!, NONE)
    const block = node - this.blocks.block.length
    if (block < 0) return
    for (let edge = this.lastOut[block]!; edge !== NONE; edge = this.previousOut[edge]!)
      if (this.stamp[edge] !== LEFT_OUT) visit(this.blocks.head[this.after[edge]!]!, edge)
  }

  /** Calls back for each node that must come directly before one. */
  eachBefore(node: number, visit: (from: number) => void): void {
    for (let at = this.offsetIn[node]!; at < this.offsetIn[node + 1]!; at++) visit(this.from[at]!)
    const { block, head } = this.blocks
    const own = block[node] ?? NONE
    if (own === NONE || head[own] !== node) return
    for (let edge = this.lastIn[own]!; edge !== NONE; edge = this.previousIn[edge]!)
      if (this.stamp[edge] !== LEFT_OUT) visit(this.close(this.before[edge]!))
  }

  /** Leaves an added edge out until it is taken back. */
  leaveOut(edge: number): void {
    this.stamp[edge] = LEFT_OUT
  }

  /**
   * The shortest way from some nodes to one that is wanted, over at least one edge, by edges whose stamps
   * are smaller than `stamp`; undefined when there is none.
   */
  path(
    from: readonly number[],
    wanted: (node: number) => boolean,
    stamp: number,
  ): readonly number[] | undefined {
    const visit = ++this.visit
    const queue: number[] = [...from]
    const cameFrom = new Map<number, number>()
    let found: number | undefined
    for (let at = 0; at < queue.length && found === undefined; at++) {
      const node = queue[at]!
      this.each(node, (to, edge) => {
        if (found !== undefined || this.visited[to] === visit) return
        if (edge !== NONE && this.stamp[edge]! >= stamp) return
        this.visited[to] = visit
        cameFrom.set(to, node)
        queue.push(to)
        if (wanted(to)) found = to
      })
    }
    if (found === undefined) return undefined
    const way = [found]
    const starts = new Set(from)
    do way.push(cameFrom.get(way.at(-1)!)!)
    while (!starts.has(way.at(-1)!))
    return way.reverse()
  }

  /** The added edges along a way, the oldest where there are several. */
  along(nodes: readonly number[]): number[] {
    const edges: number[] = []
    for (let at = 0; at + 1 < nodes.length; at++) {
      let oldest = NONE
      this.each(nodes[at]!, (to, edge) => {
        if (to === nodes[at + 1] && edge !== NONE) oldest = edge
      })
      if (oldest !== NONE) edges.push(oldest)
    }
    return edges
  }

  private grow(): void {
    const larger = (old: Int32Array): Int32Array => {
      const grown = new Int32Array(old.length * 2)
      grown.set(old)
      return grown
    }
    this.before = larger(this.before)
    this.after = larger(this.after)
    this.stamp = larger(this.stamp)
    this.previousOut = larger(this.previousOut)
    this.previousIn = larger(this.previousIn)
  }
}

/** The stamp of an edge that is left out. */
const LEFT_OUT = 2 ** 31 - 1

const baseEdges = (blocks: Blocks, edge: (from: number, to: number) => void): void => {
  const { registers, counts, installed, producer, block, chains } = blocks
  const { observed, size, versions } = registers
  for (let at = 1; at < chains.op.length; at++)
    if (chains.place[chains.op[at]!]! > 0) edge(chains.op[at - 1]!, chains.op[at]!)
  const takers = takersOf(blocks, versions.size)
  for (let op = 0; op < size; op++) {
    if (counts[op] === 0 || block[op] === NONE) continue
    edge(op, size + block[op]!)
    const version = observed[op]!
    if (version === NONE) continue
    if (producer[version] !== NONE) edge(producer[version]!, op)
    for (const taker of [takers.first[version]!, takers.second[version]!])
      if (taker !== NONE && taker !== op) edge(op, taker)
  }
  function takersOf({ counts: counted }: Blocks, versionCount: number) {
    // Two compare-and-sets that took the same value are a violation whether or not there is a third.
    const first = new Int32Array(versionCount).fill(NONE)
    const second = new Int32Array(versionCount).fill(NONE)
    for (let op = 0; op < size; op++) {
      const version = observed[op]!
      if (counted[op] === 0 || version === NONE || installed[op] === NONE) continue
      if (first[version] === NONE) first[version] = op
      else if (second[version] === NONE) second[version] = op
    }
    return { first, second }
  }
}
