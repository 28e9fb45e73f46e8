/** `list-append` on literal histories, each with all its anomalies and the weakest levels that do not hold. */
import { describe, expect, test } from 'vitest'
import { unlimited } from './checker.ts'
import type { History } from './history.ts'
import { listAppend } from './list-append.ts'
import { by, fail, historiesOf, info } from './testing/transactions.ts'
import { judged } from './testing/verdicts.ts'

const { concurrent, oneByOne } = historiesOf('list-append')

const judge = (history: History, level = 'strict-serializable') =>
  judged(listAppend(level)(history, unlimited))

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
