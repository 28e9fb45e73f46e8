import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited } from '../checker.ts'
import { History, type Key } from '../history.ts'
import { linearizable } from '../linearizable.ts'
import casRegister from '../models/cas-register.ts'
import {
  bruteForce,
  lines,
  longHistory,
  randomHistories,
  type Subject,
} from '../testing/histories.ts'
import { casSubject, kvSubject, registerSubject } from '../testing/subjects.ts'
import { uniqueHistories } from '../testing/unique.ts'
import { replay } from './replay.ts'
import { witness } from './witness.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 1200)
const unique = uniqueHistories(8, { unknown: 15, wrong: 8, tells: true })
const subjects: Record<
  string,
  { model: Subject<unknown>['model']; histories: fc.Arbitrary<History> }
> = {
  'unique values': { model: casRegister, histories: unique },
  registers: { model: registerSubject.model, histories: randomHistories(registerSubject, 6) },
  'compare-and-set': { model: casRegister, histories: randomHistories(casSubject, 6) },
  'key-value stores': { model: kvSubject.model, histories: randomHistories(kvSubject, 6) },
}

/** The operations of a key that began by then, without completions since and what failed since. */
const known = (history: History, key: Key | undefined, until: number): History => {
  const operations = [...history.operations()].filter(
    ({ invoke, completion, outcome }) =>
      invoke.key === key &&
      invoke.index <= until &&
      (outcome !== 'fail' || completion!.index <= until),
  )
  const events = operations.flatMap(({ invoke, completion }) =>
    completion === undefined || completion.index > until ? [invoke] : [invoke, completion],
  )
  return History.from(events.sort((a, b) => a.index - b.index))
}

describe('a witness', () => {
  for (const [name, { model, histories }] of Object.entries(subjects))
    test(`is found exactly for the right histories of ${name}`, () => {
      const seen = { true: 0, false: 0 }
      fc.assert(
        fc.property(histories, (history) => {
          const found = witness(history, model, unlimited)
          expect(found.valid).toBe(linearizable(model)(history, unlimited).valid)
          seen[`${found.valid as boolean}`]++
          if (found.valid !== false) return
          const { ops, stuck, pending } = found.partial
          expect(pending).toContain(stuck)
          // What had completed before the one that is stuck is linearizable, and with it is not.
          const end = history.columns.partner[history.columns.index.indexOf(stuck)]!
          const before = known(history, found.partial.key, end - 1)
          const until = known(history, found.partial.key, end)
          expect(bruteForce(until, model)).toBe(false)
          expect(replay(before, model, [{ key: found.partial.key, ops }])).toBeUndefined()
        }),
        { numRuns, seed: 20261121 },
      )
      expect(Math.min(seen.true, seen.false)).toBeGreaterThan(100)
    })

  test('of a long history of unique values holds all of its operations', () => {
    const history = longHistory(5, 20_000)
    const found = witness(history, casRegister, unlimited)
    if (found.valid !== true) throw new Error('not found')
    expect(found.orders[0]!.ops.length).toBe([...history.operations()].length)
  })
})

describe('the replay refuses', () => {
  const history = lines('0 invoke write 1', '0 ok write 1', '1 invoke read', '1 ok read 1')
  const wrong: Record<string, readonly [readonly number[], string]> = {
    'what the model does not allow': [[2, 0], 'operation 2 is not possible where it stands'],
    'an operation that stands twice': [
      [0, 0, 2],
      'operation 0 does not belong there, or not twice',
    ],
    'an order without an operation': [[0], 'operation 2 is missing'],
  }
  for (const [what, [ops, says]] of Object.entries(wrong))
    test(what, () => expect(replay(history, casRegister, [{ key: undefined, ops }])).toBe(says))

  test('an order against real time', () => {
    const twice = lines('0 invoke write 1', '0 ok write 1', '1 invoke write 2', '1 ok write 2')
    expect(replay(twice, casRegister, [{ key: undefined, ops: [2, 0] }])).toBe(
      'operation 0 was over before one in front of it began',
    )
  })
})
