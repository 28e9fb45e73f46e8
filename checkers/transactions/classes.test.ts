/** The classes of a component, and the shortest cycle of each, against a list of all cycles of small graphs. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { classesOf } from './classes.ts'
import { components } from './components.ts'
import { digraph, inducedBy } from './digraph.ts'
import { Edges } from './edges.ts'
import { EVERY, PROCESS, REALTIME, RW, WR, WW } from './relations.ts'

interface Edge {
  readonly from: number
  readonly to: number
  readonly relation: number
}

const NODES = 6

const edges = fc
  .uniqueArray(
    fc.record({
      from: fc.nat(NODES - 1),
      to: fc.nat(NODES - 1),
      relation: fc.constantFrom(WW, WR, RW, RW, PROCESS, REALTIME),
    }),
    { maxLength: 12, selector: ({ from, to, relation }) => `${from} ${to} ${relation}` },
  )
  // Processes and time never go back.
  .map((all) =>
    all.filter(({ from, to, relation }) => (relation >= PROCESS ? from < to : from !== to)),
  )

/** All cycles through each node at most once. */
const cyclesOf = (all: readonly Edge[]): readonly (readonly Edge[])[] => {
  const found: (readonly Edge[])[] = []
  const follow = (path: readonly Edge[]): void => {
    const { to } = path.at(-1)!
    if (to === path[0]!.from) {
      found.push(path)
      return
    }
    for (const edge of all)
      if (edge.from === to && edge.to >= path[0]!.from && !path.some(({ from }) => from === to))
        follow([...path, edge])
  }
  for (const edge of all) if (edge.to > edge.from) follow([edge])
  return found
}

const classOf = (cycle: readonly Edge[]): string => {
  const relations = cycle.map(({ relation }) => relation)
  const has = (relation: number): boolean => relations.includes(relation)
  const suffix = has(REALTIME) ? '-realtime' : has(PROCESS) ? '-process' : ''
  const anti = relations.filter((relation) => relation === RW).length
  const adjacent = relations.some((one, at) => one === RW && relations.at(at - 1) === RW)
  if (anti === 0) return `${has(WR) ? 'G1c' : 'G0'}${suffix}`
  return `${anti === 1 ? 'G-single-item' : adjacent ? 'G2-item' : 'G-nonadjacent-item'}${suffix}`
}

const orders = ['', '-process', '-realtime']
/** What suppresses each class, with as many orders or fewer; of itself with fewer. */
const implying: Readonly<Record<string, readonly string[]>> = {
  G0: [],
  G1c: ['G0'],
  'G-single-item': [],
  'G-nonadjacent-item': ['G-single-item'],
  'G2-item': ['G-single-item', 'G-nonadjacent-item'],
}

/** The shortest length of each class that no other one implies. */
const expected = (all: readonly Edge[]): ReadonlyMap<string, number> => {
  const lengths = new Map<string, number>()
  for (const cycle of cyclesOf(all)) {
    const type = classOf(cycle)
    lengths.set(type, Math.min(cycle.length, lengths.get(type) ?? NODES))
  }
  const kept = [...lengths].filter(([type]) => {
    const order = orders.findLastIndex((suffix) => type.endsWith(suffix))
    const base = type.slice(0, type.length - orders[order]!.length)
    const fewer = orders.slice(0, order).map((suffix) => base + suffix)
    const others = implying[base]!.flatMap((one) => orders.slice(0, order + 1).map((o) => one + o))
    return ![...fewer, ...others].some((one) => lengths.has(one))
  })
  return new Map(kept)
}

test('are all there is, each with its shortest cycle', () => {
  fc.assert(
    fc.property(edges, (all) => {
      const list = new Edges(NODES)
      for (const { from, to, relation } of all) list.add(from, to, relation)
      const graph = digraph(NODES, list)
      const { nodes, start, count } = components(graph, EVERY)
      for (let at = 0; at < count; at++) {
        const own = nodes.slice(start[at], start[at + 1])
        if (own.length < 2) continue
        const inside = all.filter(({ from, to }) => own.includes(from) && own.includes(to))
        const found = classesOf(inducedBy(graph, own), () => true)
        const wanted = expected(inside)
        for (const { type, steps } of found) {
          expect(steps.map(({ to }) => to)).toEqual(
            [...steps.slice(1), steps[0]!].map(({ from }) => from),
          )
          expect(classOf(steps)).toBe(type)
          expect(steps).toHaveLength(wanted.get(type)!)
        }
        expect(found.map(({ type }) => type).sort()).toEqual([...wanted.keys()].sort())
      }
    }),
    { numRuns: 3000 },
  )
})
