import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited, type Verdict } from './checker.ts'
import { type EventInput, History } from './history.ts'
import { listAppend } from './list-append.ts'
import { restrict } from './sequential/restrict.ts'
import { transactionalHistories } from './testing/isolation-histories.ts'
import { fail, historiesOf, type Txn } from './testing/transactions.ts'
import { judged } from './testing/verdicts.ts'

const { concurrent } = historiesOf('list-append')

const judge = (history: History, level = 'strict-serializable') =>
  judged(listAppend(level)(history, unlimited))

describe('what is shown of an anomaly', () => {
  test('is a sentence with every reason, and edges between operations', () => {
    const { verdict } = judge(concurrent('ax1ay1', 'ax2ry', 'rx12'))
    if (verdict.valid !== false) throw new Error('a violation')
    expect(verdict.anomalies).toEqual([
      {
        type: 'G-single-item',
        summary:
          "T1 < T2, because T1's read of y = [] did not see T2's append of 1, which no read saw; " +
          "T2 < T1, because T1 appended 2 to x behind T2's append of 1, as [1 2] shows: " +
          'a contradiction (T1 is operation 1, T2 is operation 0)',
        ops: [0, 1, 2],
        edges: [
          {
            from: 1,
            to: 0,
            relation: 'rw',
            why: "T1's read of y = [] did not see T2's append of 1, which no read saw",
          },
          {
            from: 0,
            to: 1,
            relation: 'ww',
            why: "T1 appended 2 to x behind T2's append of 1, as [1 2] shows",
          },
        ],
      },
    ])
    expect(verdict.stats).toMatchObject({ transactions: 3, 'G-single-item': 1 })
  })

  test('is shown for ten anomalies of a type, and all are counted', () => {
    const aborted = Array.from({ length: 12 }, () => 'rx1')
    const { verdict, types } = judge(concurrent(fail('ax1'), ...aborted))
    expect(types).toEqual(Array.from({ length: 10 }, () => 'G1a'))
    expect(verdict.stats?.G1a).toBe(12)
  })
})

/**
 * One long cycle with one anti-dependency among many with two (Elle's `unfindable-g-single`, on which its search ends by
 * its time limit): a ring of appends whose last transaction does not see what the first one did.
 */
test('a cycle that is hard to find', () => {
  const [length, noise] = [150, 10]
  const append = (key: string, element: number) => ['append', key, element]
  const upTo = (end: number): number[] => Array.from({ length: end }, (_, at) => at)
  const ring = upTo(length).map((at) => [
    append('ring', at),
    at === 0 ? append('anti', 0) : at === length - 1 ? ['r', 'anti', null] : append(`${at}`, 0),
  ])
  const branches = upTo(length - 1)
    .slice(1)
    .flatMap((at) =>
      upTo(noise - 1).map((place) => {
        if (place === noise - 3)
          return [
            ['r', `${at}`, upTo(noise - 2)],
            ['r', `anti ${at}`, null],
          ]
        if (place === noise - 2) return [append(`anti ${at}`, 0), ['r', 'ring', null]]
        return [append(`${at}`, place + 1)]
      }),
    )
  const all = [...ring, [['r', 'ring', upTo(length)]], ...branches]
  const events = all.flatMap((value): EventInput[] => [
    {
      type: 'invoke',
      process: 0,
      f: 'txn',
      value: value.map(([f, key, given]) => [f, key, f === 'r' ? null : given]),
    },
    { type: 'ok', process: 0, f: 'txn', value },
  ])
  const { verdict } = judge(History.from(events), 'snapshot-isolation')
  if (verdict.valid !== false) throw new Error('a violation')
  const [cycle] = verdict.anomalies
  expect(cycle.type).toBe('G-single-item')
  expect(cycle.edges).toHaveLength(length)
  expect(cycle.edges!.filter(({ relation }) => relation === 'rw')).toHaveLength(1)
  const told = [...cycle.summary.matchAll(/T(\d+) is operation/g)].map(([, name]) => Number(name))
  expect(told).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, length - 2, length - 1, length])
  expect(cycle.summary).toMatch(
    /T8 < T9, because .*; … 139 more …; T148 < T149, .*T150 < T1, because/,
  )
})

test('what was found before the limits end the search stays found', () => {
  const history = concurrent('ax1ry1', 'ay1rx1', 'az1', 'rz1')
  const after = (polls: number): Verdict => {
    let left = polls
    return listAppend('read-committed')(history, {
      exceeded: () => (left-- > 0 ? undefined : 'out of time (1 s)'),
    })
  }
  const verdicts = Array.from({ length: 100 }, (_, polls) => after(polls))
  expect(verdicts[0]).toEqual({ valid: 'unknown', reason: 'out of time (1 s)' })
  expect(judge(history).verdict.stats).not.toHaveProperty('undecided')
  const cut = verdicts.filter(({ stats }) => stats?.undecided !== undefined)
  for (const { valid, stats } of cut) {
    expect(valid).toBe(stats!.G1c === undefined ? 'unknown' : false)
    expect(stats!.strongest).toBe('none')
  }
  expect(cut.map(({ valid }) => valid)).toContain(false)
})

describe('histories that tell less than they should', () => {
  test('an empty one is valid', () => {
    expect(judge(concurrent()).verdict).toMatchObject({ valid: true, stats: { transactions: 0 } })
  })

  test('transactions that never ended may have happened', () => {
    const open: Txn = { text: 'ax1ay1', type: 'none' }
    expect(judge(concurrent(open, 'rx1ry1')).types).toEqual([])
    expect(judge(concurrent(open, 'rx1ry')).types).toEqual(['G-single-item'])
    expect(judge(concurrent(open, 'rxry')).types).toEqual([])
  })

  test('a value that is appended twice leaves open what cannot be excluded', () => {
    const { verdict } = judge(concurrent('ax1', 'ax1', 'rx1'))
    expect(verdict).toMatchObject({
      valid: 'unknown',
      reason: 'operation 0 and operation 1 both append 1 to x: expected every value of a key once',
    })
    expect(judge(concurrent('ax1ax1')).verdict).toMatchObject({
      reason: 'operation 0 appends 1 to x twice: expected every value of a key once',
    })
  })

  test('a value that is appended twice hides no other anomaly, and makes none', () => {
    expect(judge(concurrent('ax1', 'ax1', 'ay1rz', 'az1ry')).types).toEqual(['G2-item'])
    expect(judge(concurrent('ax1', 'ax1', 'rx11')).types).toEqual([])
    expect(judge(concurrent('ax1', fail('ax1'), 'rx1')).types).toEqual([])
    expect(judge(concurrent('ax1ry1', 'ax1', 'rx1ay1')).types).toEqual([])
  })

  test('operations of another kind are none that can be judged', () => {
    const history = History.from([
      { type: 'invoke', process: 0, f: 'txn', value: [['inc', 'x', 1]] },
    ])
    expect(judge(history).verdict).toMatchObject({
      valid: 'unknown',
      reason:
        'list-append cannot read this history: operation 0: micro-operation ["inc","x",1]: ' +
        'expected ["append", key, value] or ["r", key, list or null]',
    })
  })
})

test('the operations of an anomaly alone show it again', () => {
  fc.assert(
    fc.property(transactionalHistories('list-append', 7), (history) => {
      const { verdict, types } = judge(history)
      if (verdict.valid !== false) return
      const contradicts = ['incompatible-order', 'duplicate-elements', 'garbage-read']
      const plain = !contradicts.some((type) => types.includes(type))
      for (const { type, ops } of verdict.anomalies) {
        const positions = ops.map((op) => history.columns.index.indexOf(op))
        const alone = judge(restrict(history, positions).history)
        expect(alone.verdict.valid).toBe(false)
        if (plain) expect(alone.types).toContain(type)
      }
    }),
    { numRuns: 150 },
  )
})
