/** Shards: every case in exactly one, the same on every machine, and about as much time in each. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { costOf, partOf, shardOf } from './shard.ts'
import { caseOf, requestOf } from './testing/cases.ts'

const anyCases = fc
  .array(
    fc.record({
      timeLimitS: fc.integer({ min: 1, max: 600 }),
      cluster: fc.constantFrom('docker', 'sim'),
    }),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((some) =>
    some.map(({ timeLimitS, cluster }, nth) =>
      caseOf(`${nth}`, { cluster, request: requestOf({ timeLimitS }) }),
    ),
  )

describe('shards', () => {
  test('have every case once, in the order of the matrix', () => {
    fc.assert(
      fc.property(anyCases, fc.integer({ min: 1, max: 8 }), (cases, of) => {
        const parts = Array.from({ length: of }, (_, nth) => partOf(cases, { index: nth + 1, of }))
        const places = parts.map((part) => part.map((one) => cases.indexOf(one)))
        for (const part of places) expect(part).toEqual(part.toSorted((a, b) => a - b))
        expect(places.flat().toSorted((a, b) => a - b)).toEqual([...cases.keys()])
      }),
    )
  })

  test('take about the same time: none longer than 4/3 of what is possible', () => {
    fc.assert(
      fc.property(anyCases, fc.integer({ min: 1, max: 8 }), (cases, of) => {
        const loads = Array.from({ length: of }, (_, nth) =>
          partOf(cases, { index: nth + 1, of }).reduce((sum, one) => sum + costOf(one), 0),
        )
        const all = loads.reduce((sum, load) => sum + load, 0)
        // No schedule is shorter than this, nor, where two cases must share a shard, than the two shortest that do.
        const sorted = cases.map(costOf).toSorted((a, b) => b - a)
        const pair = sorted.length > of ? sorted[of - 1]! + sorted[of]! : 0
        const least = Math.max(all / of, sorted[0]!, pair)
        expect(Math.max(...loads)).toBeLessThanOrEqual(
          (4 / 3) * least + Math.max(...sorted.slice(of, of + 1), 0),
        )
      }),
    )
  })

  test('are the same wherever they are made', () => {
    const cases = Array.from({ length: 20 }, (_, nth) => caseOf(`${nth}`))
    const again = cases.map((one) => ({ ...one }))
    for (const index of [1, 2, 3])
      expect(partOf(again, { index, of: 3 }).map(({ name }) => name)).toEqual(
        partOf(cases, { index, of: 3 }).map(({ name }) => name),
      )
  })

  test('are written PART/PARTS', () => {
    expect(shardOf('2/3')).toEqual({ index: 2, of: 3 })
    for (const text of ['0/3', '4/3', '1', '1/0', 'a/b', '-1/3'])
      expect(() => shardOf(text)).toThrow(`--shard ${text}: expected PART/PARTS, as 1/3`)
  })
})
