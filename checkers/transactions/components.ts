/**
 * Strongly connected components by Tarjan's algorithm (1972), without recursion. A component of one node has
 * no cycle, for the graphs of this folder have no edges of a node to itself.
 */
import type { Digraph } from './digraph.ts'

export interface Components {
  /** The component of each node. Edges between components lead from larger numbers to smaller ones. */
  readonly of: Int32Array
  readonly count: number
  /** All nodes, those of a component next to each other, component by component. */
  readonly nodes: Int32Array
  /** Where each component begins in `nodes`, and behind the last one the number of nodes. */
  readonly start: Int32Array
}

/** The components along edges of some relations. O(nodes + edges) */
export const components = (graph: Digraph, relations: number): Components => {
  const search = new Search(graph, relations)
  for (let node = 0; node < graph.size; node++) search.from(node)
  return search.found()
}

/** Whether there is a cycle: a component of more than one node. */
export const isCyclic = ({ of, count }: Components): boolean => count < of.length

class Search {
  private readonly of: Int32Array
  private readonly nodes: Int32Array
  private readonly start: Int32Array
  private count = 0
  private placed = 0
  /** The number by which each node was reached, from 1, and the smallest one that it leads back to. */
  private readonly order: Int32Array
  private readonly low: Int32Array
  private readonly cursor: Int32Array
  /** The nodes from the root to where the search is, and those whose component is not known. */
  private readonly path: Int32Array
  private readonly open: Int32Array
  private opened = 0
  private reached = 0

  constructor(
    private readonly graph: Digraph,
    private readonly relations: number,
  ) {
    const { size } = graph
    this.of = new Int32Array(size).fill(-1)
    this.nodes = new Int32Array(size)
    this.start = new Int32Array(size + 1)
    this.order = new Int32Array(size)
    this.low = new Int32Array(size)
    this.cursor = new Int32Array(size)
    this.path = new Int32Array(size)
    this.open = new Int32Array(size)
  }

  from(root: number): void {
    if (this.order[root] !== 0) return
    const { path, low } = this
    path[0] = root
    this.reach(root)
    for (let depth = 0; depth >= 0; ) {
      const node = path[depth]!
      const next = this.descend(node)
      if (next >= 0) {
        path[++depth] = next
        this.reach(next)
        continue
      }
      if (low[node] === this.order[node]) this.close(node)
      const before = path[--depth]
      if (depth >= 0 && low[node]! < low[before!]!) low[before!] = low[node]!
    }
  }

  found(): Components {
    this.start[this.count] = this.placed
    return {
      of: this.of,
      count: this.count,
      nodes: this.nodes,
      start: this.start.subarray(0, this.count + 1),
    }
  }

  private reach(node: number): void {
    this.order[node] = ++this.reached
    this.low[node] = this.reached
    this.cursor[node] = this.graph.offset[node]!
    this.open[this.opened++] = node
  }

  /** The next node to reach from a node, or -1 when all are. */
  private descend(node: number): number {
    const { order, low, of, cursor, relations } = this
    const { offset, to, relation } = this.graph
    const end = offset[node + 1]!
    for (let edge = cursor[node]!; edge < end; edge++) {
      if ((relation[edge]! & relations) === 0) continue
      const next = to[edge]!
      if (order[next] === 0) {
        cursor[node] = edge + 1
        return next
      }
      if (of[next] === -1 && order[next]! < low[node]!) low[node] = order[next]!
    }
    cursor[node] = end
    return -1
  }

  private close(root: number): void {
    this.start[this.count] = this.placed
    for (;;) {
      const node = this.open[--this.opened]!
      this.of[node] = this.count
      this.nodes[this.placed++] = node
      if (node === root) break
    }
    this.count++
  }
}
