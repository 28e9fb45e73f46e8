import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { History } from '../history.ts'
import type { Model } from '../model.ts'
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
import { parts } from './part.ts'
import { problem, searchOf } from './problem.ts'
import { replay } from './replay.ts'
import { allRules, type Rules } from './search.ts'

const atOnce: Rules = { ...allRules, valuesAfter: 0 }
const none: Rules = {
  ...{ pureFirst: false, twins: false, needed: false, lookAhead: false },
  valuesAfter: Number.POSITIVE_INFINITY,
}

/** The orders found, or undefined where there is none. */
const search = <S, O>(history: History, model: Model<S, O>, rules: Rules) => {
  const orders = []
  for (const part of parts(history, model)) {
    const one = searchOf(problem(part, model), rules)
    if (one.run(1e6) !== 'linearizable') return undefined
    const ops = one.order().map((number) => history.columns.index[part.start[number]!]!)
    orders.push({ key: part.key, ops })
  }
  return orders
}

describe('the search with all rules from the first step, or with none', () => {
  const histories: Record<string, fc.Arbitrary<History>> = {
    registers: randomHistories(registerSubject as Subject<unknown>, 7),
    'compare-and-set': randomHistories(casSubject as Subject<unknown>, 7),
    'unique values': uniqueHistories(7, { unknown: 20, wrong: 8, tells: false }),
    'key-value stores': randomHistories(kvSubject as Subject<unknown>, 6),
  }
  for (const [name, arbitrary] of Object.entries(histories))
    test(`agrees with the definition on ${name}, and its orders hold`, () => {
      const model: Model = name.startsWith('key') ? kvSubject.model : (casRegister as Model)
      const seen = { true: 0, false: 0 }
      fc.assert(
        fc.property(arbitrary, fc.boolean(), (history, all) => {
          const linear = bruteForce(history, model)
          seen[`${linear}`]++
          const orders = search(history, model, all ? atOnce : none)
          expect(orders !== undefined).toBe(linear)
          if (orders !== undefined) expect(replay(history, model, orders)).toBeUndefined()
        }),
        { numRuns: Number(process.env.SCHISM_RUNS ?? 1500), seed: 20261121 },
      )
      expect(Math.min(seen.true, seen.false)).toBeGreaterThan(60)
    })
})

describe('a write is not taken for blind', () => {
  const right: Record<string, readonly string[]> = {
    'while a read of it is open': [
      ...['0 invoke write 0', '1 invoke write 1', '2 invoke read', '2 ok read 0'],
      ...['0 ok write 0', '1 ok write 1', '2 invoke read', '2 ok read 1'],
    ],
    'while an indeterminate compare-and-set may expect it': [
      ...['0 invoke write 0', '1 invoke write 1', '2 invoke cas [0,2]', '3 invoke read'],
      ...['3 ok read 1', '3 invoke read', '3 ok read 2', '0 ok write 0', '1 ok write 1'],
    ],
    'while a failed compare-and-set may need that something else was there': [
      ...['0 invoke write 0', '1 invoke write 5', '3 invoke read', '3 ok read 5'],
      ...['2 invoke cas [5,6]', '2 fail cas [5,6]', '0 ok write 0', '1 ok write 5'],
    ],
  }
  for (const [claim, text] of Object.entries(right))
    test(claim, () => expect(search(lines(...text), casRegister, atOnce)).toBeDefined())
})

test('blind writes that nobody sees cost one configuration each, not their permutations', () => {
  const history = longHistory(3, 3000, 40)
  const [part] = parts(history, casRegister)
  const one = searchOf(problem(part!, casRegister))
  expect(one.run(100_000)).toBe('linearizable')
})
