import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Anomaly, unlimited } from './checker.ts'
import { History } from './history.ts'
import casRegister from './models/cas-register.ts'
import { bruteForce, only, randomHistories } from './testing/histories.ts'
import { type Level, type LevelName, levels } from './testing/levels.ts'
import { casSubject } from './testing/subjects.ts'
import { weakHistories } from './testing/weak-histories.ts'

const seed = 20261121
const runs = Number(process.env.SCHISM_RUNS ?? 400)
const names = Object.keys(levels) as LevelName[]

const shapes = {
  'determinate histories': { operations: 6, unique: true, indeterminate: 0 },
  'histories full of indeterminate operations': { operations: 6, unique: true, indeterminate: 8 },
} as const

describe('where every value is written once, a level agrees with its definition and its proofs are smallest', () => {
  for (const name of names)
    for (const [kind, shape] of Object.entries(shapes))
      test(`${name}, on ${kind}`, () => {
        const { plugin, holds }: Level = levels[name]
        const seen = { true: 0, false: 0 }
        fc.assert(
          fc.property(weakHistories(shape), (history) => {
            const truth = holds(history)
            seen[`${truth}`]++
            const verdict = plugin.check(history, unlimited)
            expect(verdict.valid).toBe(truth)
            if (verdict.valid !== false) return
            for (const anomaly of verdict.anomalies) expectSmallest(history, anomaly, holds)
          }),
          { numRuns: runs, seed },
        )
        expect(Math.min(seen.true, seen.false)).toBeGreaterThan(runs / 30)
      })
})

/**
 * The operations alone violate the level, and do not without any one of them; save that without what a
 * remaining one read from they would show a read from thin air. A compare-and-set whose source is not
 * among them counts only as a write.
 */
const expectSmallest = (
  history: History,
  { ops, type, summary }: Anomaly,
  holds: (history: History) => boolean,
): void => {
  expect(summary).not.toContain('undefined')
  const proof = only(history, ops)
  expect(holds(proof)).toBe(false)
  const judged = type === 'thin-air-read' ? proof : asWrites(proof)
  expect(holds(judged)).toBe(false)
  const values = valuesOf(judged)
  for (const { index, left } of values) {
    if (
      values.some(
        ({ index: other, seen }) => other !== index && left !== undefined && seen === left,
      )
    )
      continue
    const rest = ops.filter((other) => other !== index)
    expect(holds(only(judged, rest))).toBe(true)
  }
}

/** What each operation saw and left, with its key. */
const valuesOf = (history: History) =>
  [...history.operations()].map(({ invoke: { f, key, value, index }, completion }) => {
    const [from, to] = f === 'cas' ? (value as number[]) : []
    const saw = (completion?.value as number[] | undefined)?.[2]
    if (f === 'write') return { index, seen: undefined, left: `${key} ${value}` }
    if (f === 'read') return { index, seen: `${key} ${completion?.value}`, left: undefined }
    return completion?.type === 'fail'
      ? { index, seen: `${key} ${saw}`, left: undefined }
      : { index, seen: `${key} ${from}`, left: `${key} ${to}` }
  })

const asWrites = (history: History): History => {
  const values = valuesOf(history)
  const bare = new Set(
    values
      .filter(
        ({ seen, left }) => seen !== undefined && left !== undefined && !seen.endsWith('null'),
      )
      .filter(
        ({ seen, index }) => !values.some((other) => other.index !== index && other.left === seen),
      )
      .map(({ index }) => index),
  )
  return History.from(
    [...history].map((event, position) => {
      const partner = history.columns.partner[position]!
      const begin = event.type === 'invoke' ? event.index : history.columns.index[partner]!
      return bare.has(begin) ? { ...event, f: 'write', value: (event.value as number[])[1] } : event
    }),
  )
}

describe('where values are written more than once, a level is never wrong', () => {
  for (const name of names)
    test(name, () => {
      const { plugin, holds }: Level = levels[name]
      const seen = { true: 0, false: 0, unknown: 0 }
      fc.assert(
        fc.property(
          weakHistories({ operations: 6, unique: false, indeterminate: 3 }),
          (history) => {
            const verdict = plugin.check(history, unlimited)
            seen[`${verdict.valid}`]++
            if (verdict.valid !== 'unknown') expect(holds(history)).toBe(verdict.valid)
            else expect(verdict.reason).toMatch(/written more than once|initial value/)
          },
        ),
        { numRuns: runs, seed },
      )
      expect(Math.min(seen.true, seen.false)).toBeGreaterThan(runs / 100)
    })
})

/** What is implied by each level, by the definitions of this house. */
const implied: Partial<Record<LevelName, readonly LevelName[]>> = {
  'causal-memory': ['causal', 'pram', 'writes-follow-reads'],
  'causal-convergence': ['causal', 'read-your-writes', 'monotonic-writes', 'writes-follow-reads'],
  pram: ['read-your-writes', 'monotonic-reads', 'monotonic-writes'],
  'consistent-prefix': ['monotonic-writes'],
  'monotonic-writes': ['monotonic-reads'],
  'writes-follow-reads': ['monotonic-reads'],
}

describe('a level implies', () => {
  const judge = (name: LevelName, history: History) =>
    levels[name].plugin.check(history, unlimited).valid

  for (const [name, weaker] of Object.entries(implied))
    test(`${name} implies ${weaker.join(', ')}`, () => {
      fc.assert(
        fc.property(
          weakHistories({ operations: 12, unique: true, indeterminate: 1 }),
          (history) => {
            // In consistent prefix a compare-and-set is one of the writes, not a read of its session.
            const changes = [...history].some(({ f, type }) => f === 'cas' && type !== 'fail')
            if (name === 'consistent-prefix' && changes) return
            if (judge(name as LevelName, history) !== true) return
            for (const one of weaker) expect(judge(one, history)).toBe(true)
          },
        ),
        { numRuns: runs, seed },
      )
    })

  test('linearizability implies all', () => {
    let linearizable = 0
    fc.assert(
      fc.property(randomHistories(casSubject, 6), (history) => {
        if (!bruteForce(history, casRegister)) return
        linearizable++
        for (const name of names) expect(judge(name, history)).not.toBe(false)
      }),
      { numRuns: runs, seed },
    )
    expect(linearizable).toBeGreaterThan(runs / 4)
  })
})
