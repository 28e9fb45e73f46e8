/** Edges through a tree lead to the same targets as edges one by one. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digraph } from './digraph.ts'
import { Edges } from './edges.ts'
import { cross, Ranges } from './ranges.ts'
import { PASS, RW } from './relations.ts'

/** The transactions that a node leads to by one edge, through what stands for many of them. */
const reached = (edges: Edges, from: number, transactions: number): readonly number[] => {
  const { offset, to, relation } = digraph(edges.nodes, edges)
  const found = new Set<number>()
  const follow = (node: number, wanted: number): void => {
    for (let edge = offset[node]!; edge < offset[node + 1]!; edge++) {
      if (relation[edge] !== wanted) continue
      if (to[edge]! < transactions) found.add(to[edge]!)
      else follow(to[edge]!, PASS)
    }
  }
  follow(from, RW)
  return [...found].sort((a, b) => a - b)
}

const MOST = 60

test('a range without some places', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: MOST }),
      fc.nat(MOST),
      fc.uniqueArray(fc.nat(MOST - 1), { maxLength: 3 }),
      (count, low, without) => {
        const edges = new Edges(count + 1)
        const targets = Array.from({ length: count }, (_, at) => count - 1 - at)
        const left = without.filter((place) => place < count).sort((a, b) => a - b)
        new Ranges(edges, targets).linkWithout(count, RW, low, left)
        const expected = targets.filter((_, place) => place >= low && !left.includes(place))
        expect(reached(edges, count, count + 1)).toEqual(expected.sort((a, b) => a - b))
      },
    ),
  )
})

test('each source before each target but itself, with few edges', () => {
  const some = fc.uniqueArray(fc.nat(MOST - 1), { maxLength: MOST })
  fc.assert(
    fc.property(some, some, (sources, targets) => {
      const edges = new Edges(MOST)
      cross(edges, sources, targets, RW)
      for (const from of sources)
        expect(reached(edges, from, MOST)).toEqual(
          targets.filter((to) => to !== from).sort((a, b) => a - b),
        )
      const size = sources.length + targets.length
      expect(edges.length).toBeLessThanOrEqual(size * 2 * Math.ceil(Math.log2(size + 2)))
    }),
  )
})
