import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited, type Verdict } from './checker.ts'
import { type EventInput, History } from './history.ts'
import { listAppend } from './list-append.ts'
import { restrict } from './sequential/restrict.ts'
import { transactionalHistories } from './testing/isolation-histories.ts'
import { by, fail, historiesOf, info, type Txn } from './testing/transactions.ts'

const { concurrent, oneByOne } = historiesOf('list-append')

const judge = (history: History, level = 'strict-serializable') => {
  const verdict = listAppend(level)(history, unlimited)
  const types = verdict.valid === false ? verdict.anomalies.map(({ type }) => type).sort() : []
  return { verdict, types, not: verdict.stats?.not }
}

interface Case {
  readonly name: string
  readonly history: History
  readonly level?: string
  /** All anomalies, and the weakest levels that do not hold. */
  readonly types: readonly string[]
  readonly not: string
}

/** From Elle's list_append_test.clj where nothing else is said. */
const cases: readonly Case[] = [
  {
    name: 'G0: a pure write cycle',
    history: concurrent('ax1ay1', 'ax2ay2', 'rx12ry21'),
    types: ['G0'],
    not: 'read-uncommitted',
  },
  {
    name: 'G1a: a read of a failed append',
    history: concurrent(fail('ax1'), 'rx1'),
    types: ['G1a'],
    not: 'read-committed',
  },
  {
    name: 'G1b: a read of an intermediate state',
    history: concurrent('ax1ax2', 'rx1'),
    types: ['G-single-item', 'G1b'],
    not: 'read-committed',
  },
  {
    name: 'G1b is no read of the own intermediate state',
    history: concurrent('ax1rx1ax2'),
    types: [],
    not: 'none',
  },
  {
    name: 'G1c: circular information flow',
    history: concurrent('ax1ry1', 'ax2ay1', 'rx12ry1'),
    types: ['G1c'],
    not: 'read-committed',
  },
  {
    name: 'G-single: read skew',
    history: concurrent('ax1ay1', 'ax2ry', 'rx12'),
    types: ['G-single-item'],
    not: 'consistent-view, repeatable-read',
  },
  {
    name: 'G2-item: write skew',
    history: concurrent('ax1ry', 'ay1rx'),
    types: ['G2-item'],
    not: 'repeatable-read',
  },
  {
    name: 'a strong snapshot isolation violation: a stale read after its update',
    history: oneByOne('ax1', 'ax2', 'rx1', 'rx12'),
    types: ['G-single-item-realtime'],
    not: 'strong-snapshot-isolation',
  },
  {
    name: 'a strong session snapshot isolation violation: a stale read after the own update',
    history: oneByOne(by(0, 'ax1'), by(1, 'ax2'), by(1, 'rx1'), by(2, 'rx12')),
    types: ['G-single-item-process'],
    not: 'strong-session-read-atomic',
  },
  {
    name: 'G-nonadjacent-process: two anti-dependencies and process order (Elle, issue 17)',
    history: oneByOne(by(0, 'rxrz1'), by(1, 'ax1'), by(1, 'rz'), by(2, 'az1')),
    level: 'strong-session-snapshot-isolation',
    types: ['G-nonadjacent-item-process'],
    not: 'strong-session-snapshot-isolation, strong-read-committed',
  },
  {
    name: 'contradictory orders',
    history: concurrent('ax1ry1', 'ax2', 'ax3ay1', 'rx13', 'rx123'),
    types: ['G1c', 'incompatible-order'],
    not: 'read-committed',
  },
  {
    name: 'dirty update, direct',
    history: concurrent(fail('ax1'), 'ax2', 'rx12'),
    types: ['G1a', 'dirty-update'],
    not: 'read-committed',
  },
  {
    name: 'dirty update behind an unknown one',
    history: concurrent(fail('ax1'), info('ax2'), 'ax3', 'rx123'),
    types: ['G1a', 'dirty-update'],
    not: 'read-committed',
  },
  {
    name: 'no dirty update: a failed append that nobody saw',
    history: concurrent(fail('ax1'), 'ax2', 'rx2'),
    types: [],
    not: 'none',
  },
  {
    name: 'duplicate elements',
    history: concurrent('ax1', 'ax2', 'rx121'),
    types: ['duplicate-elements'],
    not: 'read-uncommitted',
  },
  {
    name: 'internal: a read without the own append before it at its end',
    history: concurrent('ax3rx1234', 'ax1', 'ax2', 'ax4'),
    types: ['G1c', 'internal'],
    not: 'read-committed',
  },
  {
    name: 'internal: a read that does not see the own append',
    history: concurrent('rx12ax3rx12', 'ax1ax2'),
    types: ['internal'],
    not: 'read-atomic',
  },
  {
    name: 'internal: FaunaDB, a read of nothing after an append',
    history: concurrent('ax6rx'),
    types: ['internal'],
    not: 'read-atomic',
  },
  {
    name: 'internal: reads that agree',
    history: concurrent('ry56ax3rx123ax4rx1234', 'ax1ax2ay5ay6'),
    types: [],
    not: 'none',
  },
  {
    name: 'future read',
    history: concurrent('rx1ax1'),
    types: ['future-read'],
    not: 'read-committed',
  },
  {
    name: 'an unread append comes behind all that was read',
    history: concurrent('ax1ay1', 'ax2ay2', 'ax3ay3', 'rx12', 'ry2'),
    types: ['G-single-item', 'G0'],
    not: 'read-uncommitted',
  },
  {
    name: 'G-nonadjacent: a long fork',
    history: concurrent('ax1', 'rx1ry', 'ay1', 'ry1rx'),
    types: ['G-nonadjacent-item'],
    not: 'snapshot-isolation, repeatable-read',
  },
  {
    name: 'lost update',
    history: concurrent('ax0', 'rx0ax1', 'rx0ax2'),
    types: ['G2-item', 'lost-update'],
    not: 'cursor-stability, update-atomic',
  },
  {
    name: 'no lost update: two appends of one transaction',
    history: oneByOne('rxax1ax2', 'rx12'),
    types: [],
    not: 'none',
  },
  {
    name: 'G1c-process (Elle, issue 21)',
    history: oneByOne(by(1, 'rx1ay1'), by(2, 'ry1'), by(2, 'ax1')),
    types: ['G1c-process'],
    not: 'strong-session-read-committed',
  },
  {
    name: 'G-nonadjacent with other edges',
    history: concurrent('ax1at1', 'rx1ry', 'ay1az2', 'rz2rt'),
    types: ['G-nonadjacent-item'],
    not: 'snapshot-isolation, repeatable-read',
  },
  {
    name: 'what a transaction of unknown outcome read counts for nothing',
    history: concurrent(info('ax2ry'), 'ax1ay1', 'rx12ry1'),
    types: [],
    not: 'none',
  },
  {
    name: 'serializable (figure 3 of Adya, Liskov and O’Neil 2000)',
    history: concurrent('az1ax1ay1', 'rx1ay2', 'ry12az3', 'rz13'),
    types: [],
    not: 'none',
  },
  {
    name: 'snapshot isolation without G-single (Elle’s si-without-g-single.edn)',
    history: oneByOne('ax2', 'ay1rx', 'rzryax5', 'az2rx2'),
    level: 'serializable',
    types: ['G2-item'],
    not: 'repeatable-read, strong-snapshot-isolation',
  },
  {
    name: 'the example of Elle’s paper: Tidb retried a transaction (paper-example.edn)',
    history: oneByOne(
      'ax1ax3ax4ay2ay3ay4ay5az1az2',
      'ay8rx134',
      'az4ry23458rz124rx134',
      'at1rx134ry2345az3',
    ),
    level: 'serializable',
    types: ['G-single-item'],
    not: 'consistent-view, repeatable-read',
  },
  {
    name: 'appends of one transaction the other way round, or the second one alone (Elle finds neither)',
    history: concurrent('ax1ax2ay1ay2', 'rx21', 'ry2'),
    types: ['G-single-item', 'G1b', 'cyclic-versions', 'cyclic-versions'],
    not: 'read-uncommitted',
  },
  {
    name: 'a read of what nobody wrote',
    history: concurrent('rx1'),
    types: ['garbage-read'],
    not: 'read-committed',
  },
  {
    name: 'a read of what nobody wrote, twice',
    history: concurrent('rx99'),
    types: ['duplicate-elements', 'garbage-read'],
    not: 'read-uncommitted',
  },
  {
    name: 'a read of what is appended later, and then fails',
    history: oneByOne('rx1', fail('ax1')),
    types: ['G1a'],
    not: 'read-committed',
  },
  {
    name: 'one dirty update, however many appends come behind it',
    history: concurrent(fail('ax1'), 'ax2', 'ax3', 'rx123'),
    types: ['G1a', 'dirty-update'],
    not: 'read-committed',
  },
  {
    name: 'no lost update: one transaction read the version between two appends of its own',
    history: concurrent('rxax1rx1ax2', 'rx1ax3'),
    types: ['G-single-item', 'G1b'],
    not: 'read-committed',
  },
]

describe('literal histories', () => {
  test.each(cases)('$name', ({ history, level, types, not }) => {
    const found = judge(history, level)
    expect(found.types).toEqual(types)
    expect(found.not).toBe(not)
    expect(found.verdict.valid).toBe(types.length === 0)
  })
})

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
