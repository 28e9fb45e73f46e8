import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited } from '../checker.ts'
import type { History } from '../history.ts'
import { linearizable } from '../linearizable.ts'
import type { RegisterSettings } from '../model.ts'
import casRegister from '../models/cas-register.ts'
import { registers } from '../registers/registers.ts'
import { bruteForce, only } from '../testing/histories.ts'
import { type Odds, uniqueHistories } from '../testing/unique.ts'
import { Blocks } from './blocks.ts'
import { Chains } from './chains.ts'
import { undecidedByDiffering } from './differs.ts'
import { NEVER, parts } from './part.ts'
import { problem, searchOf } from './problem.ts'
import { accepted } from './zones.ts'

const settings: RegisterSettings = { initial: null, failedCas: 'observe', cas: true }
const check = linearizable(casRegister)

/** The verdict of the blocks alone; undefined where they leave it open. */
const byBlocks = (history: History): boolean | undefined => {
  const chains = new Chains(registers(history, settings), unlimited)
  if (chains.repeats.includes(1)) return undefined
  const undecided = undecidedByDiffering(chains, new Blocks(chains))
  if (chains.contradictions.size > 0) return false
  return undecided.size > 0 ? undefined : true
}

const bySearch = (history: History): boolean =>
  parts(history, casRegister).every(
    (part) => searchOf(problem(part, casRegister)).run(1e6) === 'linearizable',
  )

describe('blocks agree with the search and with the definition', () => {
  const kinds: Record<string, Odds> = {
    'where all is known': { unknown: 0, wrong: 15, tells: true },
    'where much is indeterminate': { unknown: 35, wrong: 10, tells: true },
    'where failed compare-and-sets do not tell what they saw': {
      ...{ unknown: 15, wrong: 10, tells: false },
    },
  }
  for (const [kind, odds] of Object.entries(kinds))
    test(kind, () => {
      const seen = { true: 0, false: 0, undefined: 0 }
      fc.assert(
        fc.property(uniqueHistories(8, odds), (history) => {
          const linear = bySearch(history)
          const found = byBlocks(history)
          seen[`${found}`]++
          if (found !== undefined) expect(found).toBe(linear)
          // The scan says yes where the blocks do, and nothing otherwise; it counts what they count.
          const plain = accepted(history, settings, unlimited)
          const all = registers(history, settings)
          expect(plain !== undefined).toBe(found === true && all.differs.size === 0)
          if (plain !== undefined)
            expect([plain.operations, plain.indeterminate, plain.keys]).toEqual([
              all.size,
              all.end.filter((end) => end === NEVER).length,
              new Set(all.key).size,
            ])
          const verdict = check(history, unlimited)
          expect(verdict.valid).toBe(linear)
          if (history.length < 14) expect(bruteForce(history, casRegister)).toBe(linear)
          if (verdict.valid !== false) return
          for (const { ops } of verdict.anomalies)
            expect(bruteForce(only(history, ops), casRegister)).toBe(false)
        }),
        { numRuns: Number(process.env.SCHISM_RUNS ?? 2500), seed: 20261121 },
      )
      expect(Math.min(seen.true, seen.false)).toBeGreaterThan(120)
      expect(seen.undefined).toBeLessThan((seen.true + seen.false) / 20)
    })
})
