import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EventInput, History } from '../../../../checkers/history.ts'
import { OperationsDecoder } from '../../operations/decode.ts'
import { operationBlocks } from '../../operations/encode.ts'
import { Operations } from '../../operations/operations.ts'
import { answered, latencyQuantiles, placesIn, rates, type Series } from './series.ts'

const operationsOf = (history: History): Operations => {
  const decoder = new OperationsDecoder()
  for (const block of operationBlocks(history)) decoder.add(block)
  return new Operations(decoder.data)
}

const ms = 1e6
const all = { f: undefined }

/** Operations that follow each other, a process each: when they begin, how long they take, how they end. */
const operation = fc.record({
  at: fc.integer({ min: 0, max: 9_999 }),
  took: fc.integer({ min: 1, max: 3_000 }),
  end: fc.constantFrom('ok', 'fail', 'refused', 'info', 'never'),
  f: fc.constantFrom('read', 'write'),
})
type Drawn = typeof operation extends fc.Arbitrary<infer T> ? T : never

const historyOf = (drawn: readonly Drawn[]): History =>
  History.from(
    drawn
      .flatMap(({ at, took, end, f }, process): EventInput[] => {
        const common = { process, f, value: null }
        const type = end === 'refused' ? 'fail' : end
        const error = end === 'fail' || end === 'info' ? { error: 'no' } : {}
        const begun = { ...common, type: 'invoke' as const, time: at * ms }
        if (type === 'never') return [begun]
        return [begun, { ...common, ...error, type, time: (at + took) * ms }]
      })
      .sort((a, b) => a.time! - b.time!),
  )

const endNs = 13_000 * ms
const whole = { from: 0, to: endNs }
const sum = (column: readonly (number | null)[]): number =>
  column.slice(0, -1).reduce<number>((total, n) => total + (n ?? 0), 0)

const property = (holds: (drawn: readonly Drawn[], operations: Operations) => void): void => {
  fc.assert(
    fc.property(fc.array(operation, { minLength: 1, maxLength: 40 }), (drawn) => {
      holds(drawn, operationsOf(historyOf(drawn)))
    }),
    { numRuns: 60 },
  )
}

const column = ({ y }: Series, at: number) => y[at]!

describe('over the whole run', () => {
  test('rates add up to all completions, by outcome and kind', () => {
    property((drawn, { columns, fs }) => {
      for (const f of [undefined, ...fs.keys()]) {
        const series = rates(columns, endNs, whole, { f })
        const counts = [['ok'], ['fail', 'refused'], ['info']].map(
          (ends) =>
            drawn.filter((one) => ends.includes(one.end) && (f === undefined || fs[f] === one.f))
              .length,
        )
        const sums = [0, 1, 2].map((at) => Math.round(sum(column(series, at)) * series.stepS))
        expect(sums).toEqual(counts)
      }
    })
  })

  test('what was answered is ok or refused without an error, of what began in the bin', () => {
    property((drawn, { columns }) => {
      const { x, y, stepS } = answered(columns, endNs, whole, all)
      x.slice(0, -1).forEach((from, bin) => {
        const begun = drawn.filter(
          ({ at }) => Math.floor(at / 1e3 / stepS) === Math.round(from / stepS),
        )
        const good = begun.filter(({ end }) => end === 'ok' || end === 'refused').length
        expect(y[0]![bin]).toEqual(begun.length === 0 ? null : (100 * good) / begun.length)
      })
    })
  })

  test('the maximum is the slowest operation, the median one of the bin, and nothing exceeds it', () => {
    property((drawn, { columns }) => {
      const { y } = latencyQuantiles(columns, endNs, whole, { ...all, outcome: 'ok' })
      const took = drawn.filter(({ end }) => end === 'ok').map((one) => one.took)
      const [p50, p95, p99, max] = y as [number[], number[], number[], number[]]
      expect(Math.max(-1, ...max.filter((n) => n !== null))).toBe(Math.max(-1, ...took))
      p50.forEach((median, bin) => {
        if (median === null) return
        expect(took).toContain(median)
        expect([median, p95[bin], p99[bin], max[bin]]).toEqual(
          [median, p95[bin]!, p99[bin]!, max[bin]!].toSorted((a, b) => a - b),
        )
      })
    })
  })
})

test('bins lie at the same places however the window is moved', () => {
  const { columns } = operationsOf(historyOf([{ at: 5000, took: 10, end: 'ok', f: 'read' }]))
  const at = (from: number) =>
    rates(columns, endNs, { from: from * ms, to: (from + 3000) * ms }, all)
  const [here, there] = [at(4000), at(4123)]
  expect(here.stepS).toBe(there.stepS)
  for (const { x, stepS } of [here, there])
    for (const from of x)
      expect(Math.abs(from / stepS - Math.round(from / stepS))).toBeLessThan(1e-6)
  expect(here.x.filter((from) => there.x.includes(from)).length).toBeGreaterThan(100)
  // As people write them: 0.3 and not 0.30000000000000004.
  for (const { x } of [here, there]) expect(x).toEqual(x.map((from) => Number(from.toFixed(6))))
})

test('bins reach as far again as the window on both sides of it, within the run', () => {
  const { columns } = operationsOf(historyOf([{ at: 5000, took: 10, end: 'ok', f: 'read' }]))
  const reach = (from: number, to: number) => {
    const { x } = rates(columns, endNs, { from: from * 1e9, to: to * 1e9 }, all)
    return [x[0], x.at(-1)].map((s) => Math.round(s!))
  }
  expect(reach(4, 6)).toEqual([2, 8])
  expect(reach(0, 4)).toEqual([0, 8])
  expect(reach(9, 13)).toEqual([5, 13])
})

test('a quantile is the value that so many are not above', () => {
  const drawn = [4, 1, 3, 2].map((took, nth) => ({ at: nth, took, end: 'ok', f: 'read' }) as const)
  const { columns } = operationsOf(historyOf(drawn))
  const { y } = latencyQuantiles(columns, endNs, whole, { ...all, outcome: 'ok' })
  expect(y.map(([first]) => first)).toEqual([2, 4, 4, 4])
})

test('the operations of a window are those invoked in it, its ends included', () => {
  const drawn = [0, 100, 100, 250, 900].map(
    (at) => ({ at, took: 1, end: 'ok', f: 'read' }) as const,
  )
  const { columns } = operationsOf(historyOf(drawn))
  expect(placesIn(columns, { from: 100 * ms, to: 250 * ms })).toEqual([1, 4])
  expect(placesIn(columns, { from: 901 * ms, to: 2000 * ms })).toEqual([5, 5])
})
