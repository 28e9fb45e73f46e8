/**
 * Which anti-dependencies close a cycle with dependencies alone (Adya's G-single): whether the end of an edge
 * leads back to its beginning, asked of 32 edges at once in one pass over the components in topological order.
 */
import type { Components } from './components.ts'
import type { Digraph } from './digraph.ts'

const AT_ONCE = 32

export interface Returns {
  /** Places among the edges of those that close a cycle: all of them, or some when it was ended. */
  readonly closing: readonly number[]
  /** Whether all edges were asked about: always, where none closes a cycle. */
  readonly complete: boolean
}

/**
 * @param edges by their beginnings and ends
 * @param along the components of the graph along these relations
 * @param most edges that may be looked at once one that closes a cycle is known
 */
export const returning = (
  graph: Digraph,
  along: Components,
  relations: number,
  edges: readonly (readonly [from: number, to: number])[],
  most: number,
): Returns => {
  const { of } = along
  const closing: number[] = []
  const open: number[] = []
  edges.forEach(([from, to], place) => {
    if (of[from] === of[to]) closing.push(place)
    else if (of[to]! > of[from]!) open.push(place)
  })
  const span = (place: number): number => of[edges[place]![1]]! - of[edges[place]![0]]!
  open.sort((a, b) => span(a) - span(b))
  const marks = new Int32Array(along.count)
  let looks = 0
  for (let at = 0; at < open.length; at += AT_ONCE) {
    if (closing.length > 0 && looks > most) return { closing, complete: false }
    const batch = open.slice(at, at + AT_ONCE)
    looks += spread(
      graph,
      along,
      relations,
      batch.map((place) => edges[place]!),
      marks,
    )
    batch.forEach((place, bit) => {
      if ((marks[of[edges[place]![0]]!]! & (1 << bit)) !== 0) closing.push(place)
    })
    marks.fill(0)
  }
  return { closing, complete: true }
}

/** Marks every component that the ends of some edges lead to; how many edges it looked at. */
const spread = (
  { offset, to, relation }: Digraph,
  { of, nodes, start }: Components,
  relations: number,
  edges: readonly (readonly [from: number, to: number])[],
  marks: Int32Array,
): number => {
  let highest = 0
  let lowest = of.length
  edges.forEach(([from, end], bit) => {
    marks[of[end]!]! |= 1 << bit
    highest = Math.max(highest, of[end]!)
    lowest = Math.min(lowest, of[from]!)
  })
  let looks = 0
  for (let component = highest; component > lowest; component--) {
    const mark = marks[component]!
    if (mark === 0) continue
    for (let at = start[component]!; at < start[component + 1]!; at++) {
      const node = nodes[at]!
      const end = offset[node + 1]!
      looks += end - offset[node]!
      for (let edge = offset[node]!; edge < end; edge++)
        if ((relation[edge]! & relations) !== 0) marks[of[to[edge]!]!]! |= mark
    }
  }
  return looks
}
