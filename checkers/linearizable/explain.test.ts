import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import casRegister from '../models/cas-register.ts'
import { bruteForce, lines, randomHistories } from '../testing/histories.ts'
import { casSubject } from '../testing/subjects.ts'
import { explain } from './explain.ts'
import { parts } from './part.ts'

describe('a proof is named', () => {
  test('never where there is none: what the names stand for is impossible in a right history', () => {
    let right = 0
    fc.assert(
      fc.property(randomHistories(casSubject, 7), (history) => {
        if (!bruteForce(history, casRegister)) return
        right++
        for (const part of parts(history, casRegister)) {
          const { type, summary } = explain(history, part, casRegister)
          expect(type).toBe('nonlinearizable')
          expect(summary).toMatch(/^key .: (no order of these|.*not possible in any order$)/)
        }
      }),
      { numRuns: Number(process.env.SCHISM_RUNS ?? 15_000), seed: 20261121 },
    )
    expect(right).toBeGreaterThan(5000)
  })

  test('with times in seconds, finer where milliseconds do not tell them apart', () => {
    const told = (unit: number): string => {
      const events = [...lines('0 invoke read', '0 ok read 7')].map((event) => ({
        ...event,
        time: 2e9 + event.time * unit,
      }))
      const history = lines('0 invoke read', '0 ok read 7')
      events.forEach(({ time }, at) => {
        history.columns.time[at] = time
      })
      return explain(history, parts(history, casRegister)[0]!, casRegister).summary
    }
    expect(told(5e6)).toContain('process 0 read 7 between 2.000 and 2.005 s')
    expect(told(5e3)).toContain('process 0 read 7 between 2.000000 and 2.000005 s')
  })
})
