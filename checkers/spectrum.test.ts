import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited } from './checker.ts'
import type { History } from './history.ts'
import queue from './models/queue.ts'
import { type Level, levels, weakerThan } from './spectrum/levels.ts'
import spectrum from './spectrum.ts'
import { lines } from './testing/histories.ts'
import { type StoreKind, storeHistory } from './testing/stores.ts'
import { uniqueHistories } from './testing/unique.ts'
import { weakHistories } from './testing/weak-histories.ts'

const runs = { seed: 20261121, numRuns: Number(process.env.SCHISM_RUNS ?? 700) }
const histories = fc.oneof(
  uniqueHistories(9, { unknown: 15, wrong: 25, tells: true }),
  weakHistories({ operations: 9, unique: true, indeterminate: 2 }),
)

const valid = ({ plugin }: Level, history: History) => plugin.check(history, unlimited).valid
const names = (of: readonly Level[]) => of.map(({ name }) => name)

describe('the spectrum', () => {
  test('has no level that breaks what a stronger one, kept, implies', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const broken = levels.filter((level) => valid(level, history) === false)
        for (const level of levels.filter((one) => valid(one, history) === true))
          for (const weaker of weakerThan(level))
            expect([level.name, names(broken)]).not.toEqual([
              level.name,
              expect.arrayContaining([weaker.name]),
            ])
      }),
      runs,
    )
  })

  test('says what the levels say one by one', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const kept = levels.filter((level) => valid(level, history) === true)
        const broken = levels.filter((level) => valid(level, history) === false)
        const strongest = kept.filter(
          (level) => !kept.some((other) => weakerThan(other).includes(level)),
        )
        const weakest = broken.filter(
          (level) => !weakerThan(level).some((other) => broken.includes(other)),
        )
        fc.pre(kept.length + broken.length === levels.length)
        const verdict = spectrum.check(history, unlimited)
        expect(verdict.stats).toEqual({
          strongest: names(strongest).join(', ') || 'none',
          weakestBroken: names(weakest).join(', ') || 'none',
        })
        expect(verdict.valid).toBe(broken.length === 0)
      }),
      runs,
    )
  })

  test('shows a proof for each of the weakest levels broken', () => {
    const verdict = spectrum.check(
      lines(
        ...['0 invoke write@x 1', '0 ok write@x 1', '0 invoke read@x', '0 ok read@x null'],
        ...['1 invoke read@x', '1 ok read@x 1', '1 invoke read@x', '1 ok read@x null'],
      ),
      unlimited,
    )
    expect(verdict.stats).toEqual({
      strongest: 'none',
      weakestBroken: 'consistent-prefix, monotonic-reads, read-your-writes',
    })
    const told = verdict.valid === false ? verdict.anomalies.map(({ summary }) => summary) : []
    expect(told.map((summary) => summary.split(':')[0])).toEqual([
      'not read-your-writes',
      'not consistent-prefix',
      'not monotonic-reads',
    ])
  })

  test('does not take causal consistency for monotonic reads', () => {
    const verdict = spectrum.check(
      lines(
        ...['0 invoke write@x 1', '0 ok write@x 1', '1 invoke write@x 2', '1 ok write@x 2'],
        ...['2 invoke read@x', '2 ok read@x 1', '2 invoke read@x', '2 ok read@x 2'],
        ...['2 invoke read@x', '2 ok read@x 1'],
      ),
      unlimited,
    )
    expect(verdict.stats).toEqual({
      strongest: 'causal',
      weakestBroken: 'consistent-prefix, monotonic-reads',
    })
  })

  test('is not known for a model that is no register', () => {
    const verdict = spectrum.against(queue)
    expect(verdict).toBe('only histories of registers can be placed, and the model queue is none')
  })
})

describe('a store keeps what it promises', () => {
  const promises: Readonly<Record<StoreKind, readonly string[]>> = {
    atomic: ['linearizable'],
    sequential: ['sequential'],
    prefix: ['consistent-prefix'],
    'causal-memory': ['causal-memory'],
    'causal-convergence': ['causal-convergence'],
    pram: ['pram'],
  }
  const sizes = [
    { operations: 60, processes: 3, keys: 2 },
    { operations: 400, processes: 6, keys: 5 },
  ]
  test.each(Object.entries(promises))('%s: %s', (kind, promised) => {
    for (const size of sizes)
      for (let seed = 0; seed < runs.numRuns >> 5; seed++) {
        const history = storeHistory(kind as StoreKind, seed, size)
        for (const level of levels.filter(({ name }) => promised.includes(name)))
          for (const kept of [level, ...weakerThan(level)])
            expect([seed, kept.name, valid(kept, history)]).toEqual([seed, kept.name, true])
      }
  })

  test.each([
    ['sequential', 'linearizable'],
    ['prefix', 'read-your-writes'],
    ['causal-memory', 'sequential'],
    ['causal-memory', 'causal-convergence'],
    ['causal-convergence', 'causal-memory'],
    ['pram', 'causal'],
  ] as const)('%s does not keep %s', (kind, name) => {
    const [level] = levels.filter((one) => one.name === name)
    const verdicts = Array.from({ length: 40 }, (_, seed) =>
      valid(level!, storeHistory(kind, seed, sizes[1]!)),
    )
    expect(verdicts).toContain(false)
  })
})
