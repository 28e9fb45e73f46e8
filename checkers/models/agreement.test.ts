/** Every model here: the search agrees with the definition, and what `explains` and `group` promise holds. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited } from '../checker.ts'
import type { History } from '../history.ts'
import { linearizable } from '../linearizable.ts'
import type { Model } from '../model.ts'
import { bruteForce, only, randomHistories } from '../testing/histories.ts'
import { collectionSubjects } from '../testing/subjects-collections.ts'

const seed = 20261121
const numRuns = Number(process.env.SCHISM_RUNS ?? 2000)

describe('the search agrees with the definition on random histories of a', () => {
  for (const subject of collectionSubjects)
    test(subject.model.name, () => {
      const { model } = subject
      const seen = { true: 0, false: 0 }
      fc.assert(
        fc.property(randomHistories(subject, 6), (history) => {
          const linear = bruteForce(history, model)
          seen[`${linear}`]++
          const verdict = linearizable(model)(history, unlimited)
          expect(verdict.valid).toBe(linear)
          if (verdict.valid !== false) return
          const { ops } = verdict.anomalies[0]
          expect(bruteForce(only(history, ops), model)).toBe(false)
        }),
        { numRuns, seed },
      )
      expect(Math.min(seen.true, seen.false)).toBeGreaterThan(numRuns / 20)
    })
})

/** The operations of a history as its model reads them; undefined for what tells nothing. */
const readings = (history: History, model: Model) =>
  [...history.operations()].map(({ invoke, completion, outcome }) => ({
    index: invoke.index,
    key: invoke.key,
    end: outcome === 'info' ? Number.POSITIVE_INFINITY : completion!.index,
    op: model.operation({
      process: invoke.process as number,
      f: invoke.f,
      value: invoke.value,
      outcome,
      result: completion?.value,
      error: completion?.error !== undefined,
    }),
  }))

type Reading = ReturnType<typeof readings>[number]

const mayExplain = (model: Model, cause: Reading, effect: Reading): boolean =>
  cause.op !== undefined &&
  effect.op !== undefined &&
  cause.key === effect.key &&
  effect.end > cause.index &&
  !model.pure(cause.op) &&
  model.explains!(cause.op, effect.op)

describe('what is linearizable stays so without some operations and all that they explain: a', () => {
  for (const { model, ...subject } of collectionSubjects)
    test(model.name, () => {
      let cut = 0
      fc.assert(
        fc.property(randomHistories({ model, ...subject }, 6), fc.nat(63), (history, pick) => {
          if (!bruteForce(history, model)) return
          const all = readings(history, model)
          const gone = new Set(all.filter((_, i) => ((pick >>> i) & 1) === 1))
          for (const cause of gone)
            for (const effect of all) if (mayExplain(model, cause, effect)) gone.add(effect)
          const rest = all.filter((one) => !gone.has(one)).map(({ index }) => index)
          if (gone.size > 0 && rest.length > 0) cut++
          expect(bruteForce(only(history, rest), model)).toBe(true)
        }),
        { numRuns, seed },
      )
      expect(cut).toBeGreaterThan(numRuns / 20)
    })
})

describe('a proof loses its force with any operation that explains none of the others: a', () => {
  for (const { model, ...subject } of collectionSubjects)
    test(model.name, () => {
      let proofs = 0
      fc.assert(
        fc.property(randomHistories({ model, ...subject }, 7), (history) => {
          const verdict = linearizable(model)(history, unlimited)
          if (verdict.valid !== false) return
          proofs++
          const { ops } = verdict.anomalies[0]
          const kept = readings(only(history, ops), model)
          for (const cause of kept) {
            const idle = kept.every((one) => one === cause || !mayExplain(model, cause, one))
            const rest = ops.filter((op) => op !== cause.index)
            if (idle) expect(bruteForce(only(history, rest), model)).toBe(true)
          }
          const groups = kept.map(({ op }) => model.group?.(op))
          for (const group of groups) {
            const rest = ops.filter((_, at) => group === undefined || groups[at] !== group)
            if (rest.length < ops.length) expect(bruteForce(only(history, rest), model)).toBe(true)
          }
        }),
        { numRuns, seed },
      )
      expect(proofs).toBeGreaterThan(numRuns / 20)
    })
})

describe('what is linearizable stays so without any of its groups: a', () => {
  for (const { model, ...subject } of collectionSubjects.filter(({ model }) => model.group))
    test(model.name, () => {
      fc.assert(
        fc.property(randomHistories({ model, ...subject }, 6), fc.nat(7), (history, pick) => {
          if (!bruteForce(history, model)) return
          const rest = readings(history, model).filter(({ op }) => {
            const group = op === undefined ? undefined : model.group!(op)
            return group === undefined || ((pick >>> Number(group)) & 1) === 0
          })
          const indexes = rest.map(({ index }) => index)
          expect(bruteForce(only(history, indexes), model)).toBe(true)
        }),
        { numRuns, seed },
      )
    })
})

describe('one client after another gets from a right object only what the model allows: a', () => {
  for (const { model, ...subject } of collectionSubjects)
    test(model.name, () => {
      fc.assert(
        fc.property(fc.array(subject.call, { maxLength: 60 }), (calls) => {
          let right = subject.initial
          let state: unknown = model.init
          for (const { f, value } of calls) {
            const answer = subject.perform(right, { f, value: value === 5 ? 4 : value })
            right = answer.state
            const given = { process: 0, f, value, outcome: answer.type, result: answer.value }
            const op = model.operation({ ...given, error: false })
            if (op === undefined) continue
            state = model.step(state, op)
            expect(state).toBeDefined()
          }
        }),
        { numRuns: numRuns / 10, seed },
      )
    })
})
