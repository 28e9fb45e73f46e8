import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import causal from './causal.ts'
import convergence from './causal-convergence.ts'
import memory from './causal-memory.ts'
import { unlimited } from './checker.ts'
import prefix from './consistent-prefix.ts'
import pram from './pram.ts'
import * as oracle from './testing/causal-oracle.ts'
import { only } from './testing/histories.ts'
import { weakHistories } from './testing/weak-histories.ts'

const seed = 20261121
const runs = Number(process.env.SCHISM_RUNS ?? 3000)

describe('agrees', () => {
  for (const [name, plugin, truth] of [
    ['causal', causal, oracle.causal],
    ['consistent-prefix', prefix, oracle.consistentPrefix],
    ['causal-memory', memory, oracle.causalMemory],
    ['pram', pram, oracle.pram],
    ['causal-convergence', convergence, oracle.causalConvergence],
  ] as const)
    for (const indeterminate of [0, 8])
      test(`${name} ${indeterminate}`, () => {
        const seen = { true: 0, false: 0 }
        const types: Record<string, number> = {}
        fc.assert(
          fc.property(weakHistories({ operations: 6, unique: true, indeterminate }), (history) => {
            const holds = truth(history)
            seen[`${holds}`]++
            const verdict = plugin.check(history, unlimited)
            expect(verdict.valid).toBe(holds)
            if (verdict.valid !== false) return
            for (const { ops, type, summary } of verdict.anomalies) {
              if (!types[type]) console.log(summary)
              types[type] = (types[type] ?? 0) + 1
              expect(truth(only(history, ops))).toBe(false)
            }
          }),
          { numRuns: runs, seed },
        )
        console.log(name, seen, types)
      })
})
