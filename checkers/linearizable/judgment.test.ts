import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Helpers, type Limits, unlimited } from '../checker.ts'
import { type EventInput, History } from '../history.ts'
import { linearizable } from '../linearizable.ts'
import type { Model } from '../model.ts'
import casRegister from '../models/cas-register.ts'
import kv from '../models/kv.ts'
import { helped } from '../testing/crew.ts'
import { randomHistories, type Subject } from '../testing/histories.ts'
import { casSubject, kvSubject } from '../testing/subjects.ts'

const seed = 20261121
const runs = Number(process.env.SCHISM_RUNS ?? 2000)

/**
 * Concurrent compare-and-sets that may have happened, and writes, of few values; then reads. From 5 to 7
 * there is one compare-and-set, and another one from 9, which leads back to 8 only: so without a write of 8
 * the reads are wrong, and each takes one round or several to tell.
 */
const hardKey = fc
  .record({
    cas: fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 14, maxLength: 26 }),
    writes: fc.array(fc.nat(5), { minLength: 8, maxLength: 16 }),
    reads: fc.constantFrom([7, 5, 7], [7, 5], [7, 4]),
    way: fc.boolean(),
  })
  .map(({ cas, writes, reads, way }): EventInput[] => {
    const odd = [
      [5, 7],
      [7, 5],
      [9, 7],
      [8, 9],
      [9, 8],
    ]
    const calls = [
      ...[...cas, ...odd].map((value) => ({ f: 'cas', value, type: 'info' as const })),
      ...[...writes, ...(way ? [8] : [])].map((value) => ({
        ...{ f: 'write', value, type: 'ok' as const },
      })),
    ]
    const reader = calls.length
    return [
      ...calls.map(({ f, value }, process) => ({ process, type: 'invoke' as const, f, value })),
      ...calls.map(({ f, value, type }, process) => ({ process, type, f, value })),
      ...reads.flatMap((value): EventInput[] => [
        { process: reader, type: 'invoke', f: 'read', value: null },
        { process: reader, type: 'ok', f: 'read', value },
      ]),
    ]
  })

/** Histories beside each other, event by event in turn, each on keys and processes of its own. */
const together = (all: readonly (readonly EventInput[])[]): History => {
  const events: EventInput[] = []
  const longest = Math.max(...all.map(({ length }) => length))
  for (let at = 0; at < longest; at++)
    for (const [number, own] of all.entries()) {
      const event = own[at]
      if (event === undefined) continue
      const { index: _, time: __, ...rest } = event as EventInput & { index?: number }
      const process = (event.process as number) + number * 1000
      events.push({ ...rest, key: `${number}${event.key ?? ''}`, process })
    }
  return History.from(events)
}

const easyKeys = (subject: Subject<unknown>): fc.Arbitrary<EventInput[]> =>
  randomHistories(subject, 10).map((history) => [...history])

const manyKeys = (key: fc.Arbitrary<EventInput[]>): fc.Arbitrary<History> =>
  fc.array(key, { minLength: 2, maxLength: 7 }).map(together)

const histories: Record<string, { model: Model; of: fc.Arbitrary<History>; runs: number }> = {
  'easy registers': {
    model: casRegister as Model,
    of: manyKeys(easyKeys(casSubject as Subject<unknown>)),
    runs,
  },
  'registers that may be hard': {
    model: casRegister as Model,
    of: manyKeys(fc.oneof(hardKey, easyKeys(casSubject as Subject<unknown>))),
    runs: Math.ceil(runs / 20),
  },
  'strings by key': {
    model: kv as Model,
    of: manyKeys(easyKeys(kvSubject as Subject<unknown>)),
    runs,
  },
}

describe('several threads say what one says', () => {
  for (const [name, { model, of, runs }] of Object.entries(histories))
    test(`about ${name}: the same verdict, proof and counts, whoever is first`, () => {
      const checker = linearizable(model)
      const seen = { true: 0, false: 0 }
      fc.assert(
        fc.property(of, fc.integer({ min: 1, max: 4 }), fc.nat(), (history, size, order) => {
          let random = order
          const next = (below: number): number => {
            random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
            return Math.floor((random / 2 ** 32) * below)
          }
          const alone = checker(history, unlimited)
          expect(checker(history, helped(checker, size, next))).toEqual(alone)
          seen[`${alone.valid as boolean}`]++
        }),
        { numRuns: runs, seed },
      )
      expect(Math.min(seen.true, seen.false)).toBeGreaterThan(runs / 50)
    })
})

describe('the limits of one thread are the limits of all', () => {
  const history = together([0, 1, 2].map(() => fc.sample(hardKey, { numRuns: 1, seed })[0]!))
  const checker = linearizable(casRegister)

  test('a helper beyond them ends the check', () => {
    let polls = 0
    const few: Limits = { exceeded: () => (++polls > 1 ? 'out of memory' : undefined) }
    const limits = { ...unlimited, helpers: helped(checker, 2, () => 0, few).helpers! }
    expect(checker(history, limits)).toMatchObject({
      valid: 'unknown',
      reason: expect.stringMatching(/^out of memory: 3 of 3 keys undecided/),
    })
  })

  test('so does one that is gone', () => {
    let told = 0
    const gone: Helpers = {
      ...{ size: 1, least: 1, give: () => {}, close: () => {} },
      take: () => (told++ === 0 ? { helper: 0, ended: 'out of memory' } : undefined),
    }
    expect(checker(history, { ...unlimited, helpers: () => gone })).toMatchObject({
      valid: 'unknown',
      reason: expect.stringMatching(/^out of memory: 3 of 3 keys undecided/),
    })
  })
})
