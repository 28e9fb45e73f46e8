import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited } from '../checker.ts'
import type { History } from '../history.ts'
import type { Model } from '../model.ts'
import casRegister from '../models/cas-register.ts'
import kv from '../models/kv.ts'
import { registers } from '../registers/registers.ts'
import { sequential } from '../sequential.ts'
import { only, randomHistories } from '../testing/histories.ts'
import { randomImplications, randomPrograms } from '../testing/sequential-histories.ts'
import { sequentialByForce } from '../testing/sequential-oracle.ts'
import { casSubject, kvSubject } from '../testing/subjects.ts'
import { judgeBlocks, Trial } from './judge.ts'
import { programOf } from './program.ts'
import { restrict } from './restrict.ts'

const seed = 20261121
const runs = Number(process.env.SCHISM_RUNS ?? 1000)

describe('the verdict is that of the definition', () => {
  const generators: Record<string, { histories: fc.Arbitrary<History>; model: Model }> = {
    'registers with unique values': { histories: randomPrograms(9, true), model: casRegister },
    'registers whose values repeat': { histories: randomPrograms(8, false), model: casRegister },
    'registers in real time': { histories: randomHistories(casSubject, 7), model: casRegister },
    'a key-value store': { histories: randomHistories(kvSubject, 7), model: kv },
  }
  for (const [name, { histories, model }] of Object.entries(generators))
    test(`on ${name}, and each proof is minimal`, () => {
      const check = sequential(model)
      const seen = { true: 0, false: 0 }
      fc.assert(
        fc.property(histories, (history) => {
          const consistent = sequentialByForce(history, model)
          seen[`${consistent}`]++
          const verdict = check(history, unlimited)
          expect(verdict.valid).toBe(consistent)
          if (verdict.valid !== false) return
          for (const { ops } of verdict.anomalies) minimal(history, model, ops)
        }),
        { numRuns: runs, seed },
      )
      expect(Math.min(seen.true, seen.false)).toBeGreaterThan(runs / 20)
    })

  /** The proof violates; without any operation that explains no other one of it, it does not. */
  const minimal = (history: History, model: Model, ops: readonly number[]): void => {
    const proof = only(history, ops)
    expect(sequentialByForce(proof, model)).toBe(false)
    const { ops: read, part, chain } = programOf(proof, model)
    for (const [gone, op] of read.entries()) {
      const explains = read.some(
        (other, kept) =>
          kept !== gone &&
          part[kept] === part[gone] &&
          !(chain[kept] === chain[gone] && kept < gone) &&
          !model.pure(op) &&
          (model.explains?.(op, other) ?? true),
      )
      if (explains) continue
      const rest = ops.filter((_, at) => at !== gone)
      expect(sequentialByForce(only(history, rest), model)).toBe(true)
    }
  }

  test('on writes whose order only follows from all reads together', () => {
    const seen = { true: 0, false: 0 }
    let decided = 0
    fc.assert(
      fc.property(randomImplications(4, 12), (history) => {
        const blocks = judgeBlocks(registers(history, casRegister.registers!), unlimited)
        const search = new Trial(programOf(history, casRegister), unlimited, '').run()
        if (typeof blocks === 'string') throw new Error(blocks)
        expect(blocks.valid).toBe(search.valid)
        seen[`${search.valid}`]++
        if (Number(blocks.stats.decisions) > 0) decided++
        if (blocks.valid) return
        const [{ core }] = blocks.contradictions
        const again = restrict(history, core).history
        expect(new Trial(programOf(again, casRegister), unlimited, '').run().valid).toBe(false)
      }),
      { numRuns: runs / 4, seed },
    )
    expect(Math.min(seen.true, seen.false, decided)).toBeGreaterThan(runs / 200)
  })
})
