/** Shortest cycles: one of each strongly connected component, by searches in breadth from some of its nodes. */
import { components } from '../components.ts'
import { type Digraph, renumbered } from '../digraph.ts'

/** From so many nodes of a component a search begins at most: in larger ones another cycle may be shorter. */
const STARTS = 64

/** The nodes of a cycle, the first one not repeated. */
export type Cycle = readonly number[]

/**
 * A cycle of each component that has one, of the first `most` components.
 * @param weight what an edge of a relation costs: shorter means cheaper; 1 or 2
 */
export const cyclesOf = (
  graph: Digraph,
  most: number,
): { readonly cycles: readonly Cycle[]; readonly total: number } => {
  const { nodes, start, count } = components(graph, EVERY)
  const number = new Int32Array(graph.size).fill(-1)
  const cycles: Cycle[] = []
  let total = 0
  for (let component = 0; component < count; component++) {
    const own = nodes.subarray(start[component]!, start[component + 1]!)
    if (own.length < 2) continue
    total++
    if (cycles.length === most) continue
    for (let at = 0; at < own.length; at++) number[own[at]!] = at
    cycles.push(shortest(renumbered(graph, own, number)).map((at) => own[at]!))
  }
  return { cycles, total }
}

const EVERY = 255

/** A shortest cycle through any of some nodes of a strongly connected graph. */
const shortest = (graph: Digraph): Cycle => {
  const step = Math.max(1, Math.ceil(graph.size / STARTS))
  let best: Cycle | undefined
  for (let from = 0; from < graph.size; from += step) {
    const cycle = through(graph, from, best?.length ?? graph.size + 1)
    if (cycle !== undefined) best = cycle
    if (best?.length === 2) break
  }
  return best!
}

/** A shortest cycle through a node, where it has fewer nodes than `below`. */
const through = ({ offset, to, size }: Digraph, from: number, below: number): Cycle | undefined => {
  const before = new Int32Array(size).fill(-1)
  let reached = [from]
  for (let length = 1; length < below && reached.length > 0; length++) {
    const next: number[] = []
    for (const node of reached)
      for (let edge = offset[node]!; edge < offset[node + 1]!; edge++) {
        const target = to[edge]!
        if (target === from) return back(before, node, from)
        if (before[target] !== -1) continue
        before[target] = node
        next.push(target)
      }
    reached = next
  }
  return undefined
}

const back = (before: Int32Array, last: number, from: number): Cycle => {
  const cycle = [last]
  for (let node = last; node !== from; ) {
    node = before[node]!
    cycle.push(node)
  }
  return cycle.reverse()
}
