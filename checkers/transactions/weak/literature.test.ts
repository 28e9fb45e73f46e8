/** The weak levels on histories of the literature, each with the weakest levels that it breaks, and at their limits. */
import { describe, expect, test } from 'vitest'
import { type Limits, unlimited } from '../../checker.ts'
import { type EventInput, History } from '../../history.ts'
import { rwRegister } from '../../rw-register.ts'
import { by, historiesOf, info } from '../../testing/transactions.ts'
import { typesOf } from '../../testing/verdicts.ts'

const { oneByOne } = historiesOf('rw-register')

const known: readonly (readonly [name: string, History, type: string, not: string])[] = [
  [
    'observed transaction vanishes (Bailis et al., VLDB 2013)',
    oneByOne('wx1wy1', 'wx2wy2', 'ry2rx1', 'ry1rx2'),
    'observed-transaction-vanishes',
    'monotonic-atomic-view',
  ],
  [
    'a read that is repeated hides nothing (missed by AWDIT 0.2.1)',
    oneByOne(by(0, 'wx1'), by(0, 'wx2wy2'), by(1, 'ry2rx2rx2rx1')),
    'observed-transaction-vanishes-process',
    'strong-session-monotonic-atomic-view',
  ],
  [
    'a read that is not repeatable, which is two versions of one key',
    oneByOne('wx1', 'wx2', 'rx1rx2'),
    'fractured-read',
    'read-atomic',
  ],
  [
    'fractured read, the old value first (Bailis et al., SIGMOD 2014)',
    oneByOne('wx1wy1', 'rxry1'),
    'fractured-read',
    'read-atomic',
  ],
  [
    'read your writes (Terry et al. 1994)',
    oneByOne(by(0, 'wx1'), by(0, 'rx')),
    'fractured-read-process',
    'strong-session-read-atomic',
  ],
  [
    'a comment seen without what it answers (Lloyd et al., SOSP 2011)',
    oneByOne('wx1', 'rx1wy1', 'ry1rx'),
    'causality-violation',
    'causal-cerone',
  ],
  [
    'the same through a session',
    oneByOne(by(0, 'wx1'), by(0, 'wy1'), 'ry1rx'),
    'causality-violation-process',
    'causal',
  ],
]

const judge = (history: History) => rwRegister('causal')(history, unlimited)

describe('literature', () => {
  test.each(known)('%s', (_, history, type, not) => {
    const verdict = judge(history)
    expect([...typesOf(verdict), ...Object.keys(verdict.stats ?? {})]).toContain(type)
    expect(String(verdict.stats?.not).split(', ')).toContain(not)
  })

  test.each([
    ['concurrent writes in two orders', oneByOne('wx1', 'wx2', 'rx1', 'rx2', 'rx1')],
    ['long fork', oneByOne('wx1', 'wy1', 'rx1ry', 'rxry1')],
    ['lost update', oneByOne('wx1', 'rx1wx2', 'rx1wx3')],
    ['write skew', oneByOne('rxrywx1', 'rxrywy1')],
  ])('causal consistency allows %s', (_, history) => {
    expect(judge(history).valid).toBe(true)
  })
})

test('what a session breaks does not hide what is broken without sessions', () => {
  const process = (steps: string) => by(0, steps)
  const history = oneByOne(...['wx1', 'rx', 'rx1wy2', 'ry2rx'].map(process))
  const at = (level: string) => rwRegister(level)(history, unlimited)
  expect(String(at('strict-serializable').stats?.not).split(', ')).toContain('causal-cerone')
  expect(at('prefix').valid).toBe(false)
})

test('a level that nobody searches is not said to hold where every stronger one is broken', () => {
  const fork = oneByOne('wx1', 'wy1', 'rx1ry', 'rxry1')
  expect(rwRegister('prefix')(fork, unlimited)).toMatchObject({
    valid: 'unknown',
    reason:
      'long-fork, which breaks prefix, is not searched for, and every stronger level is broken',
  })
  const skew = oneByOne('rxrywx1', 'rxrywy1')
  expect(rwRegister('prefix')(skew, unlimited).valid).toBe(true)
})

test('a proof says who saw what, and why', () => {
  expect(judge(oneByOne('wx1', 'rx1wy1', 'wz9', 'ry1rx'))).toMatchObject({
    anomalies: [
      {
        type: 'causality-violation',
        ops: [0, 2, 6],
        summary:
          'T3 read x = nil from the initial state although it had seen T1, which wrote 1 to x ' +
          '(T2 read x = 1 from T1; T3 read y = 1 from T2) ' +
          '(T1 is operation 0, T2 is operation 2, T3 is operation 6)',
        edges: [
          { from: 0, to: 2, relation: 'wr', why: 'T2 read x = 1 from T1' },
          { from: 2, to: 6, relation: 'wr', why: 'T3 read y = 1 from T2' },
        ],
      },
    ],
  })
})

test('what has no known outcome happened when it was seen', () => {
  expect(judge(oneByOne(info('wx1wy1'), 'rx1ry')).valid).toBe(false)
  expect(judge(oneByOne(info('wx1wy1'), 'rxry')).valid).toBe(true)
})

describe('a long history', () => {
  /** Each transaction reads what the one before it wrote; the last one misses the first. */
  const chain = (length: number, last: string): History => {
    const events: EventInput[] = []
    const add = (at: number, value: readonly (readonly unknown[])[]): void => {
      const invoked = value.map(([f, key, given]) => [f, key, f === 'r' ? null : given])
      events.push({ process: at % 40, type: 'invoke', f: 'txn', value: invoked })
      events.push({ process: at % 40, type: 'ok', f: 'txn', value })
    }
    for (let at = 0; at < length; at++)
      add(at, [...(at === 0 ? [] : [['r', `k${at - 1}`, 1]]), ['w', `k${at}`, 1]])
    add(length, [
      ['r', `k${length - 1}`, 1],
      ['r', last, null],
    ])
    return History.from(events)
  }

  test('is no deeper than its transactions', () => {
    expect(judge(chain(20_000, 'nothing')).valid).toBe(true)
    expect(judge(chain(20_001, 'k0'))).toMatchObject({
      anomalies: [{ type: 'causality-violation-process' }],
    })
  })

  test('is unknown where the limits end the search', () => {
    const history = chain(20_000, 'nothing')
    const slow: Limits = { exceeded: () => 'out of time (1 s)' }
    expect(rwRegister('causal')(history, slow)).toMatchObject({
      valid: 'unknown',
      reason: 'out of time (1 s)',
    })
    const small: Limits = { exceeded: (bytes) => (bytes > 2e6 ? 'out of memory' : undefined) }
    expect(rwRegister('causal')(history, small)).toMatchObject({ valid: 'unknown' })
  })
})
