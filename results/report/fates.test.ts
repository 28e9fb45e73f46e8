import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited } from '../../checkers/checker.ts'
import { type EventInput, History } from '../../checkers/history.ts'
import { set } from '../../checkers/set.ts'
import type { VerdictRecord } from '../run.ts'
import { FATES, type FatePlot, fatePlot } from './fates.ts'

const verdictOf = (
  checkers: VerdictRecord['checkers'],
  lost: readonly number[] = [],
): VerdictRecord => ({
  ...{ version: 1, input: 'x', valid: true, outcome: 'valid', problems: [], notes: [], checkers },
  anomalies:
    lost.length === 0 ? [] : [{ checker: 'c', type: 'lost', summary: '', ops: [], elements: lost }],
})
const ofSet = verdictOf({ set: { valid: true } })
const ofReplicas = verdictOf({ eventual: { valid: true } })

const call = (
  process: number,
  f: string,
  value: unknown,
  end: 'ok' | 'fail' | 'info' = 'ok',
  seen = value,
  node?: string,
): EventInput[] => {
  const common = { process, f, ...(node === undefined ? {} : { node }) }
  return [
    { ...common, type: 'invoke', value },
    { ...common, type: end, value: seen },
  ]
}
const timed = (events: readonly EventInput[]): History =>
  History.from(events.map((event, at) => ({ ...event, time: at * 1e8 })))

const fateOf = ({ rows }: FatePlot, element: number): string | undefined =>
  rows.find((row) => row.element === String(element))?.fate

describe('of a set', () => {
  const history = timed([
    ...call(0, 'add', 1),
    ...call(0, 'add', 2),
    ...call(1, 'add', 3, 'info'),
    ...call(2, 'add', 4, 'info'),
    ...call(0, 'add', 5, 'fail'),
    ...call(3, 'read', null, 'ok', [1]),
    ...call(3, 'read', null, 'ok', [1, 3, 9]),
  ])

  test('each element has its fate, the bad ones first, failed adds that nobody saw none', () => {
    const plot = fatePlot(history, ofSet)!
    expect(plot.rows.map(({ element, fate }) => [element, fate])).toEqual([
      ['9', 'wrong'],
      ['2', 'lost'],
      ['4', 'unknown'],
      ['3', 'recovered'],
      ['1', 'kept'],
    ])
    expect(plot.rows[1]).toEqual({
      element: '2',
      fate: 'lost',
      op: 2,
      addedS: 0.2,
      acknowledgedS: 0.3,
    })
    expect(plot.rows[4]).toMatchObject({ firstSeenS: 1.1, lastSeenS: 1.3 })
  })

  test('bins count every element that was added, each at its add', () => {
    const { counts, totals, x } = fatePlot(history, ofSet)!
    for (const fate of FATES) {
      const sum = counts[fate].reduce((total, n) => total + n, 0)
      expect(sum).toBe(fate === 'wrong' ? 0 : totals[fate])
      expect(counts[fate]).toHaveLength(x.length)
    }
  })

  test('as many are lost as the checker says', () => {
    const add = fc.record({ acked: fc.boolean(), reads: fc.subarray([0, 1, 2]) })
    fc.assert(
      fc.property(fc.array(add, { minLength: 1, maxLength: 12 }), (adds) => {
        const events = adds.flatMap(({ acked }, n) => call(n, 'add', n, acked ? 'ok' : 'info'))
        const reads = [0, 1, 2].flatMap((read) => {
          const seen = [...adds.keys()].filter((n) => adds[n]!.reads.includes(read))
          return call(100, 'read', null, 'ok', seen)
        })
        const whole = timed([...events, ...reads])
        const { stats } = set(whole, unlimited)
        const { totals } = fatePlot(whole, ofSet)!
        expect([totals.lost, totals.recovered]).toEqual([stats!.lost, stats!.recovered])
        expect(totals.kept + totals.late).toBe(Number(stats!.acknowledged) - Number(stats!.lost))
      }),
    )
  })
})

describe('of replicas', () => {
  const final = (n1: readonly number[], n2: readonly number[]): EventInput[] => [
    ...call(8, 'read', null, 'ok', n1, 'n1'),
    ...call(9, 'read', null, 'ok', n2, 'n2'),
  ]

  test('an element is ok when the last read of every node has it, and unknown when one has not', () => {
    const plot = fatePlot(
      timed([
        ...call(0, 'add', 1),
        ...call(0, 'add', 2),
        ...call(1, 'add', 3, 'info'),
        ...call(0, 'add', 4),
        ...call(0, 'remove', 4),
        ...final([1, 2, 3, 4], [1]),
        ...final([1, 2, 3], [1, 3]),
      ]),
      ofReplicas,
    )!
    expect([1, 2, 3, 4].map((element) => fateOf(plot, element))).toEqual([
      ...['kept', 'unknown', 'recovered', 'removed'],
    ])
  })

  test('an element is lost only where a checker says so', () => {
    const history = timed([...call(0, 'add', 1), ...call(0, 'add', 2), ...final([], [])])
    expect(fateOf(fatePlot(history, ofReplicas)!, 1)).toBe('unknown')
    const accused = fatePlot(history, verdictOf({ eventual: { valid: false } }, [1]))!
    expect([fateOf(accused, 1), fateOf(accused, 2)]).toEqual(['lost', 'unknown'])
  })
})

test('histories of other objects have no fates', () => {
  expect(fatePlot(timed(call(0, 'write', 1)), ofReplicas)).toBeUndefined()
  expect(
    fatePlot(timed([...call(0, 'add', 1), ...call(0, 'read', null, 'ok', 7)]), ofReplicas),
  ).toBeUndefined()
  expect(fatePlot(History.from([]), ofSet)).toBeUndefined()
})
