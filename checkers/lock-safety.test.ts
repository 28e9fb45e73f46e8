import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Anomaly, unlimited, type Verdict } from './checker.ts'
import { type EventInput, History } from './history.ts'
import { lockSafety, lockSafetyWith } from './lock-safety.ts'
import { fencedInDisorder, heldByTwo } from './testing/basics.ts'
import { lines, only } from './testing/histories.ts'
import { interleavings } from './testing/interleavings.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 3000)
const seed = 20261121
const judge = (...text: readonly string[]): Verdict => lockSafety(lines(...text), unlimited)
const found = (verdict: Verdict): readonly Anomaly[] =>
  verdict.valid === false ? verdict.anomalies : []
const done = (process: number, f: string, value = ''): string[] => [
  `${process} invoke ${f}`,
  `${process} ok ${f}${value === '' ? '' : ` ${value}`}`,
]

describe('a lock is safe when', () => {
  const valid: Record<string, readonly string[]> = {
    'one holder follows the other': [
      ...done(0, 'acquire'),
      ...done(0, 'release'),
      ...done(1, 'acquire'),
    ],
    'the next acquire is acknowledged while the release is under way': [
      ...done(0, 'acquire'),
      ...['0 invoke release', '1 invoke acquire', '1 ok acquire', '0 ok release'],
    ],
    'the release has an unknown outcome': [
      ...done(0, 'acquire'),
      ...['0 invoke release', '0 info release !timeout', ...done(1, 'acquire')],
    ],
    'an acquire of unknown outcome overlaps a holder': [
      ...done(0, 'acquire'),
      ...['1 invoke acquire', '1 info acquire !timeout'],
    ],
    'a holder acquires again': [...done(0, 'acquire', '7'), ...done(0, 'acquire', '7')],
    'two locks have a holder each': [
      '0 invoke acquire@x',
      '0 ok acquire@x',
      '1 invoke acquire@y',
      '1 ok acquire@y',
    ],
    'tokens of overlapping acquires come in any order': [
      ...['0 invoke acquire', '1 invoke acquire', '0 ok acquire 2', '0 invoke release'],
      ...['0 ok release', '1 ok acquire 1'],
    ],
  }
  for (const [name, text] of Object.entries(valid))
    test(name, () => {
      expect(judge(...text).valid).toBe(true)
    })
})

describe('a lock is not safe when', () => {
  // Jepsen on etcd 3.4.3 (2020), §3.3 Locks: two clients hold one lock at the same time.
  test('two processes hold it at the same moment', () => {
    const [anomaly] = found(
      judge(...done(0, 'acquire'), ...done(1, 'acquire'), ...done(0, 'release')),
    )
    expect(anomaly).toEqual({
      type: 'two-holders',
      ops: [0, 2],
      summary:
        'the lock had two holders at event 3: process 0 acquired it at event 1 and held it at least until ' +
        'event 4, and process 1 acquired it at event 3',
    })
  })

  // Kleppmann, "How to do distributed locking" (2016): the token increases with every acquire.
  test('a later acquire is given a smaller token', () => {
    const text = [...done(0, 'acquire', '34'), ...done(0, 'release'), ...done(1, 'acquire', '33')]
    expect(found(judge(...text))).toMatchObject([
      {
        type: 'fencing-order',
        ops: [0, 4],
        summary:
          'process 1 acquired the lock at event 5 and was given the token 33, although process 0 had got 34 ' +
          'at event 1, before it began',
      },
    ])
  })

  test('two overlapping acquires are given the same token', () => {
    const text = [
      ...['0 invoke acquire', '1 invoke acquire', '0 ok acquire {"token":2}', '0 invoke release'],
      ...['0 ok release', '1 ok acquire {"token":2}'],
    ]
    expect(found(judge(...text))).toMatchObject([{ type: 'fencing-order', ops: [0, 1] }])
  })
})

test('where tokens fence a late holder off, two holders are only counted', () => {
  const history = lines(...done(0, 'acquire', '1'), ...done(1, 'acquire', '2'))
  expect(lockSafetyWith({ holders: 'fenced' })(history, unlimited)).toMatchObject({
    valid: true,
    stats: { twoHolders: 1, tokens: 2 },
  })
})

test('a lease ends a holding, and nothing can be said of leases without times', () => {
  const at = (time: number, process: number, type: EventInput['type']): EventInput => ({
    ...{ time: time * 1e6, process, type, f: 'acquire', value: null },
  })
  const events = [at(0, 0, 'invoke'), at(5, 0, 'ok'), at(15, 1, 'invoke'), at(20, 1, 'ok')]
  const judged = (leaseMs: number) => lockSafetyWith({ leaseMs })(History.from(events), unlimited)
  expect(judged(20).valid).toBe(true)
  expect(judged(21).valid).toBe(false)
  expect(lockSafetyWith({ leaseMs: 20 })(lines(...done(0, 'acquire')), unlimited)).toMatchObject({
    reason: 'lock-safety cannot read this history: a lease needs times, and the events have none',
  })
})

test('on random histories it finds exactly what the definition finds, with minimal proofs', () => {
  const histories = interleavings({
    call: fc.record(
      {
        f: fc.constantFrom('acquire', 'acquire', 'release'),
        key: fc.constant('x'),
        value: fc.constant(null),
      },
      { requiredKeys: ['f', 'value'] },
    ),
    answer: ({ f }, pick) => (f === 'acquire' && pick % 2 === 0 ? pick % 5 : null),
    most: 20,
  })
  fc.assert(
    fc.property(histories, fc.constantFrom(undefined, 2, 5), (history, leaseMs) => {
      const options = leaseMs === undefined ? {} : { leaseMs }
      const departs = (type: string, some: History): boolean =>
        type === 'two-holders' ? heldByTwo(some, leaseMs) : fencedInDisorder(some)
      const verdict = lockSafetyWith(options)(history, unlimited)
      // Without times, for these are positions in ms: leases are judged in the other histories.
      if (verdict.valid === 'unknown' && leaseMs !== undefined && !history.timed) return
      for (const type of ['two-holders', 'fencing-order'])
        expect(found(verdict).some((one) => one.type === type)).toBe(departs(type, history))
      for (const { type, ops } of found(verdict)) {
        expect(departs(type, only(history, ops))).toBe(true)
        for (const op of ops)
          expect(
            departs(
              type,
              only(
                history,
                ops.filter((o) => o !== op),
              ),
            ),
          ).toBe(false)
      }
    }),
    { numRuns, seed },
  )
})
