import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NONE } from '../history.ts'
import { NEVER, parts } from '../linearizable/part.ts'
import { NotInModel, type RegisterSettings } from '../model.ts'
import { configure } from '../models/cas-register.ts'
import { lines, randomHistories } from '../testing/histories.ts'
import { casSubject } from '../testing/subjects.ts'
import { registers } from './registers.ts'
import { Versions } from './versions.ts'

const settings: RegisterSettings = { initial: null, failedCas: 'observe', cas: true }

describe('registers in columns', () => {
  test('hold the operations that the model reads, with the same values', () => {
    const choice = fc.constantFrom('observe' as const, 'drop' as const)
    fc.assert(
      fc.property(randomHistories(casSubject, 9), choice, (history, failedCas) => {
        const model = configure({ failedCas })
        const found = registers(history, { ...settings, failedCas })
        const value = (version: number) =>
          version === NONE ? undefined : { value: found.versions.value(version) }
        const ours = Array.from({ length: found.size }, (_, op) => ({
          start: found.start[op]!,
          end: found.end[op]!,
          observed: value(found.observed[op]!),
          installed: value(found.installed[op]!),
          differs: value(found.differs.get(op) ?? NONE),
        }))
        const theirs = parts(history, model).flatMap((part) =>
          part.ops.map((op, number) => ({
            start: part.start[number]!,
            end: part.end[number]!,
            observed: model.observed!(op),
            installed: model.installed!(op),
            differs: op.f === 'differs' ? { value: op.from } : undefined,
          })),
        )
        expect(ours).toEqual(theirs.toSorted((a, b) => a.start - b.start))
      }),
      { seed: 20261121, numRuns: 2000 },
    )
  })

  test('keep keys apart, and operations without a key too', () => {
    const { key, installed, versions } = registers(
      lines('0 invoke write@x 1', '1 invoke write@y 1', '2 invoke write 1', '3 invoke write@x 1'),
      settings,
    )
    expect([...key]).toEqual([0, 1, 2, 0])
    expect(installed[0]).toBe(installed[3])
    expect(new Set(installed).size).toBe(3)
    expect([...installed].map((version) => versions.key(version))).toEqual([0, 1, 2, 0])
  })

  test('leave an indeterminate operation open', () => {
    const { end } = registers(
      lines('0 invoke write 1', '0 info write 1', '1 invoke write 2'),
      settings,
    )
    expect([...end]).toEqual([NEVER, NEVER])
  })

  test('refuse what registers do not have', () => {
    expect(() => registers(lines('0 invoke pop 1'), settings)).toThrow(
      new NotInModel('operation 0: f "pop": expected read, write or cas'),
    )
    expect(() => registers(lines('0 invoke cas 1'), settings)).toThrow(/cas of 1: expected \[from/)
    expect(() => registers(lines('0 invoke cas [1,2]'), { ...settings, cas: false })).toThrow(
      'f "cas": expected read or write',
    )
  })
})

describe('versions', () => {
  test('are one for equal values of a key and another one for everything else', () => {
    const value = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom(null, 'a', '1', 1.5, 2 ** 40, true, -0),
      fc.array(fc.nat(1), { maxLength: 2 }),
    )
    // None, one that a table is made for, and one that is too wide for a table.
    const span = fc.constantFrom(
      { least: Number.POSITIVE_INFINITY, greatest: Number.NEGATIVE_INFINITY },
      { least: -1, greatest: 1 },
      { least: -3, greatest: 2 ** 30 },
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), value), { maxLength: 60 }), span, (pairs, near) => {
        const versions = new Versions(4, null, 2, near)
        const numbers = new Map<string, number>()
        for (const [key, given] of pairs) {
          const version = versions.of(key, given)
          const text = JSON.stringify([key, given === 0 ? 0 : given])
          expect(numbers.get(text) ?? version).toBe(version)
          if (![...numbers].some(([, known]) => known === version)) numbers.set(text, version)
          else expect(numbers.get(text)).toBe(version)
          expect(versions.key(version)).toBe(key)
          if (given === null) expect(version).toBe(key)
        }
      }),
      { seed: 20261121 },
    )
  })
})
