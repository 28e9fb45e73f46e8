/** The weak levels against all orders of small random histories, and against what they imply of each other. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Checker, unlimited, type Verdict } from '../../checker.ts'
import { listAppend } from '../../list-append.ts'
import { rwRegister } from '../../rw-register.ts'
import { only } from '../../testing/histories.ts'
import {
  type TransactionalType,
  transactionalHistories,
} from '../../testing/isolation-histories.ts'
import { type Given, type Kind, keeps } from '../../testing/isolation-oracle.ts'
import { isolationLevels, weakerThan } from '../lattice.ts'

const numRuns = Number(process.env.SCHISM_RUNS ?? 400)
const seed = Number(process.env.SCHISM_SEED ?? 20261121)

const checkers: Readonly<Record<TransactionalType, (level: string) => Checker>> = {
  'list-append': listAppend,
  'rw-register': rwRegister,
}
const types = Object.keys(checkers) as TransactionalType[]

const levels: Readonly<Record<string, readonly [Kind, Given]>> = {
  'read-committed': ['read-committed', 'nothing'],
  'strong-session-read-committed': ['read-committed', 'session'],
  'monotonic-atomic-view': ['monotonic-atomic-view', 'nothing'],
  'strong-session-monotonic-atomic-view': ['monotonic-atomic-view', 'session'],
  'read-atomic': ['read-atomic', 'nothing'],
  'strong-session-read-atomic': ['read-atomic', 'session'],
  'causal-cerone': ['causal', 'nothing'],
  causal: ['causal', 'session'],
}

/** The levels that do not hold. */
const broken = ({ stats = {} }: Verdict): ReadonlySet<string> =>
  new Set(`${stats.not}, ${stats.alsoNot}`.split(', '))

describe.each(types)('%s', (type) => {
  test('keeps a level exactly when some order of the transactions does', () => {
    fc.assert(
      fc.property(transactionalHistories(type, 6), (history) => {
        const verdict = checkers[type]('causal-cerone')(history, unlimited)
        const found = broken(verdict)
        // A list that is out of order within its own transaction is no version, and yet breaks no level below read atomic.
        const unsure = verdict.stats?.internal !== undefined && type === 'list-append'
        const differs = Object.entries(levels).filter(([level, [kind, given]]) => {
          const kept = keeps(history, { kind, given })
          return found.has(level) ? kept : !kept && !unsure
        })
        expect(differs).toEqual([])
        expect(verdict.valid).toBe(!found.has('causal-cerone'))
      }),
      { numRuns, seed },
    )
  })

  test('shows what breaks the level on its own, and no transaction that it does not need', () => {
    fc.assert(
      fc.property(
        transactionalHistories(type, 7),
        fc.constantFrom(...Object.keys(levels)),
        (history, level) => {
          const verdict = checkers[type](level)(history, unlimited)
          if (verdict.valid !== false) return
          for (const { type: name, ops } of verdict.anomalies) {
            // What nobody wrote, or a failed transaction, is seen by a single read.
            if (!/^(G0|G1c|observed|fractured|causality)/.test(name)) continue
            const [kind, given] = levels[level]!
            expect(keeps(only(history, ops), { kind, given })).toBe(false)
          }
        },
      ),
      { numRuns: numRuns / 2, seed },
    )
  })
})

test('what keeps a level keeps all that it implies', () => {
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.nat(), (type, pick) => {
      const [history] = fc.sample(transactionalHistories(type, 7), { seed: pick, numRuns: 1 })
      const valid = (level: string) => checkers[type](level)(history!, unlimited).valid
      for (const level of isolationLevels)
        if (valid(level) === true)
          for (const weaker of weakerThan(level))
            expect([weaker, valid(weaker)]).toEqual([weaker, true])
    }),
    { numRuns: numRuns / 20, seed },
  )
})
