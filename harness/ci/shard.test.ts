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

const sumOf = (some: readonly number[]): number => some.reduce((sum, one) => sum + one, 0)

/** The shortest longest part there can be, by trying all ways to part them. */
const best = ([cost, ...rest]: readonly number[], of: number, loads = Array(of).fill(0)): number =>
  cost === undefined
    ? Math.max(...loads)
    : Math.min(...loads.map((load, at) => best(rest, of, loads.with(at, load + cost))))

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

  test('take about the same time: no part is longer than 4/3 of the best there is', () => {
    const few = fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 7 })
    fc.assert(
      fc.property(few, fc.integer({ min: 1, max: 3 }), (times, of) => {
        const cases = times.map((timeLimitS, nth) =>
          caseOf(`${nth}`, { request: requestOf({ timeLimitS }) }),
        )
        const loads = Array.from({ length: of }, (_, nth) =>
          sumOf(partOf(cases, { index: nth + 1, of }).map(costOf)),
        )
        expect(Math.max(...loads)).toBeLessThanOrEqual((4 / 3) * best(cases.map(costOf), of) + 1e-6)
      }),
      { examples: [[[100, 100, 220], 2]] },
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
