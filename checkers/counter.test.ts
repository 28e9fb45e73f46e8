import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited } from './checker.ts'
import { counter, counterWith } from './counter.ts'
import { readsOutOfBounds } from './testing/basics.ts'
import { lines, only } from './testing/histories.ts'
import { interleavings } from './testing/interleavings.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 3000)
const seed = 20261121
const judge = (...text: readonly string[]) => counter(lines(...text), unlimited)

// jepsen/test/jepsen/checker_test.clj, counter-test.
describe("Jepsen's counter-test", () => {
  test('empty', () => {
    expect(judge()).toMatchObject({ valid: 'unknown', reason: 'the counter was never read' })
  })

  test('initial read', () => {
    expect(judge('0 invoke read', '0 ok read 0').valid).toBe(true)
  })

  test('ignore failed ops', () => {
    expect(judge('0 invoke add 1', '0 fail add 1', '0 invoke read', '0 ok read 0').valid).toBe(true)
  })

  test('initial invalid read', () => {
    expect(judge('0 invoke read', '0 ok read 1')).toMatchObject({
      anomalies: [
        {
          type: 'too-high',
          ops: [0],
          summary:
            '1 read too high: process 0 read 1 between event 0 and event 1, but the adds attempted before ' +
            'the read was over make it 0 at most, leaving out every negative add that may not have come',
        },
      ],
    })
  })

  test('interleaved concurrent reads and writes', () => {
    const invoked = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((process) =>
      process % 2 === 0
        ? `${process} invoke read`
        : `${process} invoke add ${2 ** ((process - 1) / 2)}`,
    )
    const answers = [6, 0, 3, 100, 15]
    const completed = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((process) =>
      process % 2 === 0
        ? `${process} ok read ${answers[process / 2]}`
        : `${process} ok add ${2 ** ((process - 1) / 2)}`,
    )
    expect(judge(...invoked, ...completed)).toMatchObject({
      valid: false,
      stats: { reads: 5, tooHigh: 1, tooLow: 0 },
      anomalies: [{ type: 'too-high', ops: [6] }],
    })
  })

  test('rolling reads and writes', () => {
    const verdict = judge(
      ...['0 invoke read', '1 invoke add 1', '0 ok read 0', '0 invoke read', '1 ok add 1'],
      ...['1 invoke add 2', '0 ok read 3', '0 invoke read', '1 ok add 2', '0 ok read 5'],
    )
    expect(verdict).toMatchObject({
      stats: { reads: 3, tooHigh: 1 },
      anomalies: [{ type: 'too-high', ops: [7] }],
    })
  })
})

test('a read that lacks acknowledged adds is too low, and the fewest that prove it are named', () => {
  const add = (value: number) => [`0 invoke add ${value}`, `0 ok add ${value}`]
  const verdict = judge(...add(1), ...add(5), ...add(3), '1 invoke read', '1 ok read 4')
  expect(verdict).toMatchObject({
    valid: false,
    anomalies: [{ type: 'too-low', ops: [2, 6] }],
  })
})

test('an open decrement may count or not: both are within bounds', () => {
  const text = ['0 invoke add 5', '0 ok add 5', '1 invoke add -3', '1 info add -3 !timeout']
  for (const value of [2, 5])
    expect(judge(...text, '2 invoke read', `2 ok read ${value}`).valid).toBe(true)
  expect(judge(...text, '2 invoke read', '2 ok read 1')).toMatchObject({ stats: { tooLow: 1 } })
  expect(judge(...text, '2 invoke read', '2 ok read 6')).toMatchObject({ stats: { tooHigh: 1 } })
})

test('every key is a counter of its own, and the first value can be chosen', () => {
  const text = ['0 invoke add@x 5', '0 ok add@x 5', '0 invoke read@y', '0 ok read@y 10']
  const history = lines(...text, '0 invoke read@x', '0 ok read@x 15')
  expect(counterWith({ initial: 10 })(history, unlimited).valid).toBe(true)
  expect(counter(history, unlimited).valid).toBe(false)
})

test('values that are no whole numbers cannot be judged', () => {
  expect(judge('0 invoke add 0.5', '0 ok add 0.5')).toMatchObject({
    reason:
      'counter cannot read this history: operation 0: add of 0.5: expected a whole number up to 2^53',
  })
})

test('on random histories it finds exactly the reads that no choice of adds explains', () => {
  const histories = interleavings({
    call: fc.oneof(
      fc.constant({ f: 'read', value: null }),
      fc.record({
        f: fc.constant('add'),
        key: fc.constantFrom('x', 'y'),
        value: fc.integer({ min: -2, max: 3 }),
      }),
      fc.record({
        f: fc.constant('read'),
        key: fc.constantFrom('x', 'y'),
        value: fc.constant(null),
      }),
    ),
    answer: ({ f, value }, pick) => (f === 'read' ? (pick % 7) - 2 : value),
    most: 18,
  })
  fc.assert(
    fc.property(histories, fc.constantFrom(0, 0, 2), (history, initial) => {
      const verdict = counterWith({ initial })(history, unlimited)
      const expected = readsOutOfBounds(history, initial)
      expect(verdict.stats).toMatchObject(expected)
      expect(verdict.valid === false).toBe(expected.tooLow + expected.tooHigh > 0)
      for (const { type, ops } of verdict.valid === false ? verdict.anomalies : []) {
        const wrong = (some: readonly number[]): number => {
          const { tooLow, tooHigh } = readsOutOfBounds(only(history, some), initial)
          return type === 'too-low' ? tooLow : tooHigh
        }
        expect(wrong(ops)).toBe(1)
        for (const op of ops) expect(wrong(ops.filter((other) => other !== op))).toBe(0)
      }
    }),
    { numRuns, seed },
  )
})
