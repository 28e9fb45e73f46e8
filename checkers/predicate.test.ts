import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited } from './checker.ts'
import { predicate, predicateAt } from './predicate.ts'
import { lines } from './testing/histories.ts'
import { typesOf } from './testing/verdicts.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 1000)

describe('predicate', () => {
  test('two inserts of which each must have found the other', () => {
    const history = lines(
      ...['0 invoke insert@1 {"table":"a","row":2}', '1 invoke insert@1 {"table":"b","row":3}'],
      ...['0 ok insert@1 {"table":"a","row":2}', '1 ok insert@1 {"table":"b","row":3}'],
    )
    expect(predicate(history, unlimited)).toMatchObject({
      anomalies: [
        {
          type: 'G2',
          ops: [0, 1],
          summary:
            'operation 0 and operation 1 each found no row of key 1 and inserted one: ' +
            'whichever came first, the other one must have found its row',
        },
      ],
    })
  })

  test('many such inserts are told by two of them', () => {
    const inserts = Array.from({ length: 5 }, (_, at) => `${at} invoke insert@1`)
    const history = lines(...inserts, ...inserts.map((one) => one.replace('invoke', 'ok')))
    expect(predicate(history, unlimited)).toMatchObject({
      anomalies: [
        {
          ops: [0, 1],
          summary: expect.stringMatching(
            /^operation 0 and operation 1 each .* \(and 3 more did\):/,
          ),
        },
      ],
    })
  })

  test('a row that comes within a transaction', () => {
    const history = lines('0 invoke scan@1', '0 ok scan@1 [[],[2]]')
    expect(predicate(history, unlimited)).toMatchObject({
      anomalies: [
        {
          type: 'phantom',
          ops: [0],
          summary:
            'the scan of process 0 (operation 0, event 0) found 0 rows at first and 1 later: 2 new',
        },
      ],
    })
  })

  test('what a level allows is counted', () => {
    const skew = lines(
      ...['0 invoke insert@1 {"table":"a","row":2}', '1 invoke insert@1 {"table":"b","row":3}'],
      ...['0 ok insert@1 {"table":"a","row":2}', '1 ok insert@1 {"table":"b","row":3}'],
    )
    const phantom = lines('0 invoke scan@1', '0 ok scan@1 [[],[2]]')
    const at = (level: string) => [skew, phantom].map((one) => predicateAt(level)(one, unlimited))
    const [allowed, told] = at('snapshot-isolation')
    expect(allowed).toMatchObject({ valid: true, stats: { G2: 1 } })
    expect(typesOf(told!)).toEqual(['phantom'])
    expect(at('read-committed').map(({ valid }) => valid)).toEqual([true, true])
    expect(at('strict-serializable').map(({ valid }) => valid)).toEqual([false, false])
  })

  test('what it cannot read', () => {
    expect(predicate(lines('0 invoke scan@1', '0 ok scan@1 [1]'), unlimited)).toMatchObject({
      reason: expect.stringContaining('value [1]: expected two lists of rows'),
    })
    expect(predicate(lines('0 invoke scan@1', '0 ok scan@1 [[{}],[{}]]'), unlimited)).toMatchObject(
      {
        reason: expect.stringContaining(
          'value [[{}],[{}]]: expected two lists of rows, each a text',
        ),
      },
    )
    expect(predicate(lines('0 invoke scan'), unlimited)).toMatchObject({
      reason: expect.stringContaining('no key: expected that of the rows'),
    })
  })

  test('agrees with the definition', () => {
    const act = fc.record({
      key: fc.nat(1),
      f: fc.constantFrom('insert', 'scan'),
      type: fc.constantFrom('ok', 'ok', 'fail', 'info'),
      first: fc.subarray([1, 2]),
      second: fc.subarray([1, 2]),
    })
    fc.assert(
      fc.property(fc.array(act, { maxLength: 6 }), (acts) => {
        const history = lines(
          ...acts.flatMap(({ key, f, type, first, second }, process) => [
            `${process} invoke ${f}@${key}`,
            `${process} ${type} ${f}@${key} ${JSON.stringify(f === 'scan' ? [first, second] : null)}`,
          ]),
        )
        const ok = acts.filter(({ type }) => type === 'ok')
        const found = typesOf(predicate(history, unlimited))
        const inserted = (key: number) => ok.filter((one) => one.f === 'insert' && one.key === key)
        expect(found.includes('G2')).toBe([0, 1].some((key) => inserted(key).length > 1))
        expect(found.includes('phantom')).toBe(
          ok.some(({ f, first, second }) => f === 'scan' && first.join() !== second.join()),
        )
      }),
      { numRuns },
    )
  })
})
