import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlimited } from './checker.ts'
import type { History } from './history.ts'
import mr from './monotonic-reads.ts'
import mw from './monotonic-writes.ts'
import ryw from './read-your-writes.ts'
import { only } from './testing/histories.ts'
import { guaranteed } from './testing/session-oracle.ts'
import { weakHistories } from './testing/weak-histories.ts'
import wfr from './writes-follow-reads.ts'

const seed = 20261121
const runs = Number(process.env.SCHISM_RUNS ?? 3000)

describe('agrees', () => {
  for (const [name, plugin] of [
    ['monotonic-reads', mr],
    ['monotonic-writes', mw],
    ['writes-follow-reads', wfr],
    ['read-your-writes', ryw],
  ] as const)
    for (const indeterminate of [0, 8])
      test(`${name} ${indeterminate}`, () => {
        const truth = (history: History) => guaranteed(name, history)
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
