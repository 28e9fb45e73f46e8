/** Sets, element by element and read as wholes, and the parting of parts: all agree with the definition. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited } from '../checker.ts'
import { type EventInput, History } from '../history.ts'
import { parts } from '../linearizable/part.ts'
import { problem, searchOf } from '../linearizable/problem.ts'
import type { Model } from '../model.ts'
import multiRegister from '../models/multi-register.ts'
import set from '../models/set.ts'
import { bruteForce, only, randomHistories, type Subject } from '../testing/histories.ts'
import { collectionSubjects } from '../testing/subjects-collections.ts'
import { settle } from './collections.ts'

const seed = 20261121
const numRuns = Number(process.env.SCHISM_RUNS ?? 1500)

/** What settling says, with what it leaves searched; and how much it left. */
const settled = (
  history: History,
  model: Model,
): { valid: boolean; left: number; ops: number[] } => {
  let left = 0
  let valid = true
  const ops: number[] = []
  for (const part of parts(history, model)) {
    const result = settle(history, part, model, unlimited)
    if ('prove' in result) {
      valid = false
      ops.push(...result.prove().ops)
      continue
    }
    left += result.left.length
    for (const one of result.left)
      if (searchOf(problem(one, model)).run(1e9) === 'violation') valid = false
  }
  return { valid, left, ops }
}

/** Rarely is an element added twice, so that most are decided at once. */
const elementwise: Subject<readonly number[]> = {
  ...(collectionSubjects.find(({ model }) => model.name === 'set') as Subject<readonly number[]>),
  call: fc.record({
    f: fc.constantFrom('add', 'remove', 'contains', 'contains', 'contains'),
    value: fc.nat(4),
  }),
  wrong: (_call, pick) => pick % 2 === 0,
}

const growing: Subject<readonly number[]> = {
  ...elementwise,
  call: fc.oneof(
    fc.record({ f: fc.constant('add'), value: fc.nat(30) }),
    fc.record({ f: fc.constant('read'), value: fc.constant(null) }),
  ),
  perform: (items, { f, value }) =>
    f === 'read'
      ? { state: items, type: 'ok', value: items }
      : { state: [...items, value as number], type: 'ok', value },
  wrong: ({ f, value }, pick) => (f === 'read' ? [[], [pick % 31]][pick % 2] : value),
}

/** Leaves out an element of some reads, so that they disagree about which element came first. */
const forgetful = (history: History, picks: readonly number[]): History =>
  History.from(
    [...history].map((event, at): EventInput => {
      const pick = picks[at % picks.length]!
      if (event.type !== 'ok' || event.f !== 'read' || pick > 3) return event
      return { ...event, value: (event.value as unknown[]).filter((_, i) => i !== pick) }
    }),
  )

const cases: Record<string, { histories: fc.Arbitrary<History>; most: number }> = {
  'a set of which elements are asked': { histories: randomHistories(elementwise, 8), most: 0.9 },
  'a set of which wholes are read': {
    histories: fc
      .tuple(randomHistories(growing, 8), fc.array(fc.nat(9), { minLength: 7, maxLength: 7 }))
      .map(([history, picks]) => forgetful(history, picks)),
    most: 0.4,
  },
  'a set of which both is asked': {
    histories: randomHistories(collectionSubjects.find(({ model }) => model.name === 'set')!, 7),
    most: 1.5,
  },
}

describe('the decision agrees with the definition on', () => {
  for (const [name, { histories, most }] of Object.entries(cases))
    test(name, () => {
      const seen = { true: 0, false: 0, left: 0, atOnce: 0 }
      fc.assert(
        fc.property(histories, (history) => {
          const linear = bruteForce(history, set)
          const { valid, left, ops } = settled(history, set)
          seen[`${linear}`]++
          seen.left += left
          expect(valid).toBe(linear)
          if (ops.length === 0) return
          seen.atOnce++
          expect(bruteForce(only(history, ops), set)).toBe(false)
        }),
        { numRuns, seed },
      )
      if (process.env.SCHISM_RUNS) console.log(name, seen)
      expect(Math.min(seen.true, seen.false)).toBeGreaterThan(numRuns / 20)
      expect(seen.left / numRuns).toBeLessThan(most)
    })

  test('registers that no transaction ties together', () => {
    const subject = collectionSubjects.find(({ model }) => model.name === 'multi-register')!
    let parted = 0
    fc.assert(
      fc.property(randomHistories(subject, 6), (history) => {
        const { valid, left } = settled(history, multiRegister)
        if (left > parts(history, multiRegister).length) parted++
        expect(valid).toBe(bruteForce(history, multiRegister))
      }),
      { numRuns, seed },
    )
    expect(parted).toBeGreaterThan(numRuns / 20)
  })
})
