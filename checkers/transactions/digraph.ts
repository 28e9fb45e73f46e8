/** Directed graphs in three arrays, with the relation of each edge: the successors of a node stand together. */

export interface Digraph {
  readonly size: number
  /** The edges of a node are those from `offset[node]` on, before `offset[node + 1]`. */
  readonly offset: Int32Array
  readonly to: Int32Array
  readonly relation: Uint8Array
}

/** Edges in any order. */
export interface EdgeList {
  readonly length: number
  readonly from: Int32Array
  readonly to: Int32Array
  readonly relation: Uint8Array
}

/** The graph of some edges, by counting. O(nodes + edges) */
export const digraph = (size: number, edges: EdgeList): Digraph => {
  const { length, from } = edges
  const offset = new Int32Array(size + 1)
  for (let edge = 0; edge < length; edge++) offset[from[edge]! + 1]!++
  for (let node = 0; node < size; node++) offset[node + 1]! += offset[node]!
  const place = offset.slice(0, size)
  const to = new Int32Array(length)
  const relation = new Uint8Array(length)
  for (let edge = 0; edge < length; edge++) {
    const at = place[from[edge]!]!++
    to[at] = edges.to[edge]!
    relation[at] = edges.relation[edge]!
  }
  return { size, offset, to, relation }
}

export const bytesOfDigraph = ({ offset, to }: Digraph): number => offset.byteLength + to.length * 5

/** The graph of some of the nodes, which get the numbers of their places. O(their edges + size) */
export const inducedBy = (graph: Digraph, nodes: Int32Array): Digraph => {
  const number = new Int32Array(graph.size).fill(-1)
  for (let at = 0; at < nodes.length; at++) number[nodes[at]!] = at
  return renumbered(graph, nodes, number)
}

/**
 * The same with an array of numbers that can be used for disjoint sets of nodes one after another.
 * @param number the new number of each of the nodes; negative or that of another set's node for the others
 */
export const renumbered = (graph: Digraph, nodes: Int32Array, number: Int32Array): Digraph => {
  const { offset, to, relation } = graph
  const inside = (target: number): boolean => {
    const place = number[target]!
    return place >= 0 && nodes[place] === target
  }
  const own = new Int32Array(nodes.length + 1)
  for (let at = 0; at < nodes.length; at++) {
    let edges = 0
    const end = offset[nodes[at]! + 1]!
    for (let edge = offset[nodes[at]!]!; edge < end; edge++) if (inside(to[edge]!)) edges++
    own[at + 1] = own[at]! + edges
  }
  const ownTo = new Int32Array(own[nodes.length]!)
  const ownRelation = new Uint8Array(own[nodes.length]!)
  for (let at = 0, place = 0; at < nodes.length; at++) {
    const end = offset[nodes[at]! + 1]!
    for (let edge = offset[nodes[at]!]!; edge < end; edge++) {
      if (!inside(to[edge]!)) continue
      ownTo[place] = number[to[edge]!]!
      ownRelation[place++] = relation[edge]!
    }
  }
  return { size: nodes.length, offset: own, to: ownTo, relation: ownRelation }
}
