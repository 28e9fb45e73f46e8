import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited } from '../checker.ts'
import type { History } from '../history.ts'
import { linearizable } from '../linearizable.ts'
import casRegister from '../models/cas-register.ts'
import { registers } from '../registers/registers.ts'
import { bruteForce, lines, only, randomHistories } from '../testing/histories.ts'
import { casSubject, registerSubject } from '../testing/subjects.ts'
import { uniqueHistories } from '../testing/unique.ts'
import { parts } from './part.ts'
import { refute } from './refuter.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 3000)
const check = linearizable(casRegister)

const anomalies = (history: History) => {
  const verdict = check(history, unlimited)
  if (verdict.valid !== false) throw new Error(`judged ${verdict.valid}`)
  return verdict.anomalies
}

describe('the refuter', () => {
  for (const subject of [registerSubject, casSubject])
    test(`raises no false alarm on a ${subject.model.name}, and finds most violations`, () => {
      const seen = { refuted: 0, missed: 0 }
      fc.assert(
        fc.property(randomHistories(subject, 7), (history) => {
          const all = registers(history, casRegister.registers!)
          const refuted = refute(all, new Set(all.key), () => {}).size > 0
          const linear = bruteForce(history, casRegister)
          if (refuted) expect(linear).toBe(false)
          if (!linear) seen[refuted ? 'refuted' : 'missed']++
        }),
        { numRuns, seed: 20261121 },
      )
      expect(seen.refuted).toBeGreaterThan(seen.missed)
    })
})

describe('a proof of registers of unique values', () => {
  test('loses its force with any of its operations', () => {
    let proofs = 0
    const histories = uniqueHistories(9, { unknown: 10, wrong: 20, tells: true })
    fc.assert(
      fc.property(histories, (history) => {
        const verdict = check(history, unlimited)
        if (verdict.valid !== false) return
        for (const { ops } of verdict.anomalies) {
          proofs++
          expect(bruteForce(only(history, ops), casRegister)).toBe(false)
          const [part] = parts(only(history, ops), casRegister)
          for (const [gone, op] of part!.ops.entries()) {
            // Without what explains a kept operation the rest is incomplete and proves nothing.
            if (part!.ops.some((other, kept) => kept !== gone && casRegister.explains!(op, other)))
              continue
            const rest = ops.filter((_, number) => number !== gone)
            expect(bruteForce(only(history, rest), casRegister)).toBe(true)
          }
        }
      }),
      { numRuns, seed: 20261121 },
    )
    expect(proofs).toBeGreaterThan(500)
  })

  test('is two compare-and-sets that each need the other', () => {
    const [{ type, ops, summary }] = anomalies(
      lines('0 invoke cas [1,2]', '1 invoke cas [2,1]', '0 ok cas [1,2]', '1 ok cas [2,1]'),
    )
    expect(ops).toEqual([0, 1])
    expect(type).toBe('nonlinearizable')
    expect(summary).toMatch(/^no order of these 2 operations explains them all/)
  })

  test('is found behind another block that reaches further', () => {
    const [{ type, ops }] = anomalies(
      lines(
        ...['0 invoke write 1', '0 ok write 1', '1 invoke write 2'],
        ...['2 invoke write 3', '2 ok write 3', '3 invoke read', '3 ok read 1', '1 ok write 2'],
      ),
    )
    expect(ops).toEqual([0, 3, 5])
    expect(type).toBe('stale-read')
  })

  test('is found behind another block that begins between the two and ends after both', () => {
    const [{ type, ops }] = anomalies(
      lines(
        ...['0 invoke write 1', '0 ok write 1', '2 invoke write 3', '2 ok write 3'],
        ...['1 invoke write 2', '3 invoke read', '3 ok read 1', '1 ok write 2'],
      ),
    )
    expect(ops).toEqual([0, 2, 5])
    expect(type).toBe('stale-read')
  })

  /** A chain of compare-and-sets one after the other, then a read of one of its values. */
  const chain = (length: number, seen: number): History => {
    const text: string[] = ['0 invoke write 0', '0 ok write 0']
    for (let i = 0; i < length; i++)
      text.push(`0 invoke cas [${i},${i + 1}]`, `0 ok cas [${i},${i + 1}]`)
    return lines(...text, '1 invoke read', `1 ok read ${seen}`)
  }

  test('goes back along the chain to what it rests on', () => {
    const [{ type, ops, summary }] = anomalies(chain(20, 3))
    expect(ops).toEqual([0, 2, 4, 6, 8, 42])
    expect(type).toBe('stale-read')
    expect(summary).toMatch(/^process 1 read 3 .* although process 0 did compare-and-set 3 to 4/)
  })

  test('ends somewhere in a chain of thousands, and claims nothing of what is left out', () => {
    const [{ type, ops, summary }] = anomalies(chain(5000, 4000))
    expect(ops.length).toBeLessThanOrEqual(64)
    expect(type).toBe('stale-read')
    expect(summary).toMatch(/^process 1 read 4000 .*; 4000 was last written before that, by/)
  })

  test('is told for every key that violates', () => {
    const text = ['a', 'b', 'c'].flatMap((key, process) => [
      `${process} invoke write@${key} 1`,
      `${process} ok write@${key} 1`,
      `${process} invoke read@${key}`,
      `${process} ok read@${key} ${key === 'b' ? 1 : null}`,
    ])
    const verdict = check(lines(...text), unlimited)
    expect(verdict).toMatchObject({ valid: false, stats: { violatingKeys: 2, keys: 3 } })
    expect(anomalies(lines(...text)).map(({ ops }) => ops)).toEqual([
      [0, 2],
      [8, 10],
    ])
  })
})
