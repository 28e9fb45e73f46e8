/** Shortest paths in the causal order: as few operations as possible. */
import { NONE } from '../history.ts'
import { type Adjacency, adjacency, Edges, type Graph, type Step } from './schedule.ts'

const noEdges = new Edges()

/** A shortest path along program order and reads-from; empty if there is none. O(n) */
export const coPath = (graph: Graph, from: number, to: number): Step[] =>
  new Paths(graph, noEdges).path(from, to) ?? []

/** Paths along program order, reads-from and further edges. */
export class Paths {
  private readonly into: Adjacency | undefined

  constructor(
    private readonly graph: Graph,
    private readonly edges: Edges,
  ) {
    this.into = edges.size === 0 ? undefined : adjacency(edges.to, edges.size, graph.size)
  }

  /**
   * A path with the fewest steps that are not program order, or undefined. A search backwards, by the
   * number of those steps; within a session it walks back to what was reached before, so every
   * operation is reached once. O(n + edges)
   * @param below only edges with smaller numbers are taken
   */
  path(from: number, to: number, below = this.edges.size): Step[] | undefined {
    const { first, session, size } = this.graph
    /** The operation that each one was reached from, and by which edge. */
    const after = new Int32Array(size).fill(NONE)
    const by = new Int32Array(size).fill(NONE)
    after[to] = to
    let frontier = [to]
    while (frontier.length > 0) {
      const reached: number[] = []
      for (const start of frontier) {
        const lowest = first[session[start]!]!
        for (let op = start; ; op--) {
          if (op === from && op !== to) return this.follow(from, to, after, by)
          this.enter(op, below, after, by, reached)
          if (op === lowest || after[op - 1] !== NONE) break
          after[op - 1] = op
        }
      }
      frontier = reached
    }
    return undefined
  }

  private enter(
    op: number,
    below: number,
    after: Int32Array,
    by: Int32Array,
    reached: number[],
  ): void {
    const source = this.graph.source[op]!
    if (source >= 0 && after[source] === NONE) {
      after[source] = op
      by[source] = WR
      reached.push(source)
    }
    if (this.into === undefined) return
    for (let i = this.into.start[op]!; i < this.into.start[op + 1]!; i++) {
      const edge: number = this.into.edge[i]!
      const from = this.edges.from[edge]!
      if (edge >= below || after[from] !== NONE) continue
      after[from] = op
      by[from] = edge
      reached.push(from)
    }
  }

  private follow(from: number, to: number, after: Int32Array, by: Int32Array): Step[] {
    const steps: Step[] = []
    let at = from
    while (at !== to) {
      let next = after[at]!
      if (by[at] === NONE) {
        while (next !== to && by[next] === NONE) next = after[next]!
        steps.push({ from: at, to: next, relation: 'process' })
      } else if (by[at] === WR) steps.push({ from: at, to: next, relation: 'wr' })
      else steps.push({ from: at, to: next, relation: 'edge', edge: by[at]! })
      at = next
    }
    return steps
  }
}

/** In place of an edge's number. */
const WR = -2
