import { describe, expect, test } from 'vitest'
import { unlimited } from './checker.ts'
import { History } from './history.ts'
import { rwRegister } from './rw-register.ts'
import { by, fail, historiesOf } from './testing/transactions.ts'
import { judged } from './testing/verdicts.ts'
import type { Source } from './transactions/register/order.ts'

const { concurrent, oneByOne } = historiesOf('rw-register')

const judge = (history: History, sources: readonly Source[] = []) =>
  judged(rwRegister('strict-serializable', sources)(history, unlimited))

interface Case {
  readonly name: string
  readonly history: History
  readonly sources?: readonly Source[]
  readonly types: readonly string[]
  readonly not: string
}

/** From Elle's rw_register_test.clj where nothing else is said. */
const cases: readonly Case[] = [
  {
    name: 'no order of two writes is known without a source',
    history: concurrent('wx1wy2', 'wx2wy1'),
    types: [],
    not: 'none',
  },
  {
    name: 'G0: later reads tell the order of two writes, by processes',
    history: oneByOne(by(0, 'wx1wy2'), by(1, 'wx2wy1'), by(0, 'rx2'), by(1, 'ry2')),
    sources: ['sequential-keys'],
    types: ['G0'],
    not: 'read-uncommitted',
  },
  {
    name: 'G1a: a read of a failed write',
    history: concurrent(fail('wx1'), 'rx1'),
    types: ['G1a'],
    not: 'read-committed',
  },
  {
    name: 'G1b: a read of an intermediate write',
    history: concurrent('wx1wx2', 'rx1'),
    types: ['G1b'],
    not: 'read-committed',
  },
  {
    name: 'G1c: circular information flow',
    history: concurrent('wx1ry1', 'wy1rx1'),
    types: ['G1c'],
    not: 'read-committed',
  },
  {
    name: 'G2-item: write skew, where registers are linearizable',
    history: History.from([
      ...oneByOne('wx1wy1'),
      ...[...concurrent('rx1wy2', 'ry1wx2')].map((event, at) => ({
        ...event,
        index: 2 + at,
        time: 2 + at,
      })),
    ]),
    sources: ['linearizable-keys'],
    types: ['G2-item'],
    not: 'repeatable-read',
  },
  {
    name: 'internal',
    history: concurrent('rx1rx2', 'wx1', 'wx2'),
    types: ['internal'],
    not: 'read-atomic, consistent-view, repeatable-read',
  },
  {
    name: 'internal: not the own write',
    history: concurrent('rx1wx2rx1', 'wx1'),
    types: ['internal'],
    not: 'read-atomic',
  },
  {
    name: 'reads of the own writes are fine',
    history: concurrent('ry2wx2rx2wx1rx1', 'wy2'),
    types: [],
    not: 'none',
  },
  {
    name: 'the initial state comes before everything',
    history: concurrent('rxry1', 'wy1wx2'),
    types: ['G-single-item'],
    not: 'read-atomic, consistent-view, repeatable-read',
  },
  {
    name: 'writes follow reads: without that source the reads alone still tell (Elle finds nothing)',
    history: concurrent('ry1wx1wy2', 'rx1ry1', 'wy1'),
    types: ['observed-transaction-vanishes'],
    not: 'monotonic-view, monotonic-atomic-view',
  },
  {
    name: 'writes follow reads: read skew',
    history: concurrent('ry1wx1wy2', 'rx1ry1', 'wy1'),
    sources: ['wfr-keys'],
    types: ['G-single-item'],
    not: 'monotonic-view, monotonic-atomic-view',
  },
  {
    name: 'cyclic versions by processes',
    history: oneByOne(by(0, 'wx1'), by(0, 'wx2'), by(0, 'rx1')),
    sources: ['sequential-keys'],
    types: ['cyclic-versions'],
    not: 'read-uncommitted',
  },
  {
    name: 'cyclic versions by real time, with a value that nobody wrote',
    history: oneByOne('wx1', 'rx2', 'rx1'),
    sources: ['linearizable-keys'],
    types: ['cyclic-versions', 'garbage-read'],
    not: 'read-uncommitted',
  },
  {
    name: 'a read of what nobody wrote (Elle finds none)',
    history: oneByOne('wx1', 'rx2'),
    sources: ['linearizable-keys'],
    types: ['garbage-read'],
    not: 'read-committed',
  },
  {
    name: 'lost update',
    history: oneByOne('wx0', 'rx0wx1', 'rx0wx2'),
    types: ['lost-update'],
    not: 'cursor-stability, update-atomic',
  },
  {
    name: 'a fractured read, which no order of the writes explains (Elle finds none)',
    history: concurrent('wx1wy1', 'wx2wy2', 'rx1ry2'),
    types: ['fractured-read'],
    not: 'read-atomic, consistent-view, repeatable-read',
  },
  {
    name: 'what the reader had seen overwritten, which no dependency shows (Elle finds none)',
    history: concurrent('wx1', 'rx1wx2wy1', 'ry1wz1', 'rz1rx1'),
    types: ['causality-violation'],
    not: 'causal-cerone, consistent-view, repeatable-read',
  },
  {
    name: 'a future read',
    history: concurrent('rx1wx1'),
    types: ['future-read'],
    not: 'read-committed',
  },
  {
    name: 'a stale read, where registers are linearizable',
    history: oneByOne('wx1', 'wx2', 'rx1'),
    sources: ['linearizable-keys'],
    types: ['cyclic-versions'],
    not: 'read-uncommitted',
  },
]

test('a value that is written twice leaves open what cannot be excluded, and accuses nobody', () => {
  const reason = 'operation 0 and operation 1 both write 1 to x: expected every value of a key once'
  const { verdict } = judge(concurrent(fail('wx1'), 'wx1', 'rx1'))
  expect(verdict).toMatchObject({ valid: 'unknown', reason })
  expect(judge(concurrent('wx1wx2', 'wx1', 'rx1')).types).toEqual([])
  expect(judge(concurrent('rx1wx1', 'wx1')).types).toEqual([])
  expect(judge(concurrent('wx1', 'wx1', 'ry3')).types).toEqual(['garbage-read'])
})

describe('literal histories', () => {
  test.each(cases)('$name', ({ history, sources, types, not }) => {
    const found = judge(history, sources)
    expect(found.types).toEqual(types)
    expect(found.not).toBe(not)
    expect(found.verdict.valid).toBe(types.length === 0)
  })
})
