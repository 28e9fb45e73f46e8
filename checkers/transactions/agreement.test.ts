/** The checkers of transactions against all orders and all snapshots of small random histories. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited } from '../checker.ts'
import { type EventInput, History } from '../history.ts'
import { listAppend } from '../list-append.ts'
import { rwRegister } from '../rw-register.ts'
import { transactionalHistories } from '../testing/isolation-histories.ts'
import { type Given, type Kind, keeps } from '../testing/isolation-oracle.ts'

const RUNS = Number(process.env.SCHISM_AGREEMENT_RUNS ?? 100)

const levels: readonly (readonly [name: string, kind: Kind, given: Given])[] = [
  ['snapshot-isolation', 'snapshot-isolation', 'nothing'],
  ['serializable', 'serializable', 'nothing'],
  ['strong-session-snapshot-isolation', 'snapshot-isolation', 'session'],
  ['strong-session-serializable', 'serializable', 'session'],
  ['strong-snapshot-isolation', 'snapshot-isolation', 'realtime'],
  ['strict-serializable', 'serializable', 'realtime'],
]

/** Levels that are broken more often than their dependencies tell, but never less. */
const weaker: readonly (readonly [name: string, kind: Kind, given: Given])[] = [
  ['read-committed', 'read-committed', 'nothing'],
  ['parallel-snapshot-isolation', 'parallel-snapshot-isolation', 'nothing'],
]

type Step = readonly [f: string, key: string, value: unknown]

/**
 * The history and one more transaction that reads all lists, at the same time as all others or behind them; its
 * transactions without a known outcome are left out. So the order of all appends is known.
 */
const readToTheEnd = (history: History, behind: boolean): History => {
  const events = [...history].filter(
    ({ type, process }) => type !== 'info' && ends(history, process as number),
  )
  const lists = new Map<string, unknown[]>()
  for (const { type, value } of events) {
    if (type !== 'ok') continue
    for (const [f, key, read] of value as readonly Step[])
      if (f === 'r' && Array.isArray(read) && read.length > (lists.get(key)?.length ?? 0))
        lists.set(key, read)
  }
  for (const { type, value } of events) {
    if (type !== 'ok') continue
    for (const [f, key, written] of value as readonly Step[]) {
      const list = lists.get(key) ?? []
      if (f === 'append' && !list.includes(written)) lists.set(key, [...list, written])
    }
  }
  const steps = [...lists].map(([key, list]): Step => ['r', key, list])
  const asked = steps.map(([f, key]): Step => [f, key, null])
  const begin: EventInput = { type: 'invoke', process: 99, f: 'txn', value: asked }
  const end: EventInput = { type: 'ok', process: 99, f: 'txn', value: steps }
  const plain = events.map(
    ({ type, process, f, value }): EventInput => ({ type, process, f, value }),
  )
  return History.from(behind ? [...plain, begin, end] : [begin, ...plain, end])
}

const ends = (history: History, process: number): boolean =>
  [...history.operations()].every(
    ({ invoke, outcome }) => invoke.process !== process || outcome !== 'info',
  )

describe('list-append', () => {
  test.each([...levels, ...weaker])(
    'accuses nobody of breaking %s wrongly',
    (name, kind, given) => {
      fc.assert(
        fc.property(transactionalHistories('list-append', 5), (history) => {
          const { valid } = listAppend(name)(history, unlimited)
          if (valid === false) expect(keeps(history, { kind, given })).toBe(false)
        }),
        { numRuns: RUNS },
      )
    },
  )

  test.each(levels)('finds all that breaks %s where the order is known', (name, kind, given) => {
    fc.assert(
      fc.property(transactionalHistories('list-append', 4), fc.boolean(), (drawn, behind) => {
        const history = readToTheEnd(drawn, behind)
        const { valid } = listAppend(name)(history, unlimited)
        expect(valid).toBe(keeps(history, { kind, given }))
      }),
      { numRuns: RUNS },
    )
  })
})

describe('rw-register', () => {
  test.each([...levels, ...weaker])(
    'accuses nobody of breaking %s wrongly',
    (name, kind, given) => {
      fc.assert(
        fc.property(transactionalHistories('rw-register', 5), (history) => {
          const { valid } = rwRegister(name)(history, unlimited)
          if (valid === false) expect(keeps(history, { kind, given })).toBe(false)
        }),
        { numRuns: RUNS },
      )
    },
  )

  test('what a transaction read comes before what it wrote, in any serializable history', () => {
    fc.assert(
      fc.property(transactionalHistories('rw-register', 5), (history) => {
        const { valid } = rwRegister('serializable', ['wfr-keys'])(history, unlimited)
        if (valid === false)
          expect(keeps(history, { kind: 'serializable', given: 'nothing' })).toBe(false)
      }),
      { numRuns: RUNS },
    )
  })

  test.each([
    ['sequential-keys', 'strong-session-serializable', 'session'],
    ['linearizable-keys', 'strict-serializable', 'realtime'],
  ] as const)('%s holds in any %s history', (source, name, given) => {
    fc.assert(
      fc.property(transactionalHistories('rw-register', 5), (history) => {
        const { valid } = rwRegister(name, ['wfr-keys', source])(history, unlimited)
        if (valid === false) expect(keeps(history, { kind: 'serializable', given })).toBe(false)
      }),
      { numRuns: RUNS },
    )
  })
})
