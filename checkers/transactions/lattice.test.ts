import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  impossible,
  isolationLevels,
  levelNamed,
  standing,
  undecided,
  weakerThan,
} from './lattice.ts'

/** As Elle's tests have it, where its anomalies are meant. */
const weakest: readonly (readonly [types: readonly string[], not: readonly string[]])[] = [
  [[], []],
  [['G0'], ['read-uncommitted']],
  [['duplicate-elements'], ['read-uncommitted']],
  [['cyclic-versions'], ['read-uncommitted']],
  [['G1a'], ['read-committed']],
  [['G1b'], ['read-committed']],
  [['G1c'], ['read-committed']],
  [['future-read'], ['read-committed']],
  [['incompatible-order'], ['read-committed']],
  [['dirty-update'], ['read-committed']],
  [['garbage-read'], ['read-committed']],
  [['internal'], ['read-atomic']],
  [['lost-update'], ['cursor-stability', 'update-atomic']],
  [['G-single'], ['consistent-view']],
  [['G-single-item'], ['consistent-view', 'repeatable-read']],
  [['G-nonadjacent'], ['snapshot-isolation']],
  [['G-nonadjacent-item'], ['snapshot-isolation', 'repeatable-read']],
  [['G2-item'], ['repeatable-read']],
  [['observed-transaction-vanishes'], ['monotonic-view', 'monotonic-atomic-view']],
  [['fractured-read'], ['read-atomic', 'consistent-view', 'repeatable-read']],
  [['causality-violation'], ['causal-cerone', 'consistent-view', 'repeatable-read']],
  [['G2'], ['serializable']],
  [['G0-process'], ['strong-session-read-uncommitted']],
  [['G1c-process'], ['strong-session-read-committed']],
  [['G-single-item-process'], ['strong-session-snapshot-isolation']],
  [['G2-item-process'], ['strong-session-serializable']],
  [['G0-realtime'], ['strong-read-uncommitted']],
  [['G1c-realtime'], ['strong-read-committed']],
  [['G-nonadjacent-item-realtime'], ['strong-snapshot-isolation']],
  [['G2-item-realtime'], ['strict-serializable']],
  [
    ['G2-item', 'G-single-item-realtime'],
    ['repeatable-read', 'strong-snapshot-isolation'],
  ],
]

describe('the weakest levels that anomalies rule out', () => {
  test.each(weakest)('%s: %s', (types, not) => {
    expect(standing(types).not).toEqual(not)
  })
})

test('every level is kept or broken, and what is stronger than a broken one is broken', () => {
  const types = [...new Set(weakest.flatMap(([some]) => some))]
  fc.assert(
    fc.property(fc.subarray(types), (some) => {
      const { not, alsoNot, strongest } = standing(some)
      const broken = impossible(some)
      expect(new Set([...not, ...alsoNot])).toEqual(new Set(broken))
      for (const level of isolationLevels) {
        const weaker = [...weakerThan(level)]
        if (weaker.some((one) => broken.has(one))) expect(broken.has(level)).toBe(true)
        else expect(strongest.some((one) => weakerThan(one).has(level))).toBe(true)
      }
    }),
  )
})

test('the strongest level implies all others, and all imply the weakest', () => {
  expect(weakerThan('strict-serializable')).toEqual(new Set(isolationLevels))
  for (const level of isolationLevels) expect(weakerThan(level)).toContain('read-uncommitted')
})

test.each([
  ['monotonic-view', [], undefined],
  ['monotonic-view', ['G2-item'], undefined],
  ['monotonic-view', ['G-single-item'], 'G-monotonic'],
  ['monotonic-view', ['G1a'], undefined],
  ['prefix', ['lost-update'], 'long-fork'],
  ['prefix', ['G2-item', 'G2-item-realtime'], undefined],
  ['prefix', ['causality-violation'], undefined],
  ['update-serializable', ['G2-item'], 'G-update'],
  ['forward-consistent-view', ['G-nonadjacent-item'], 'G-SIb'],
  ['snapshot-isolation', ['G2-item'], undefined],
])(
  'whether %s holds beside %s is open for want of a search for: %s',
  (level, types, phenomenon) => {
    expect(undecided(level, types)).toBe(phenomenon)
  },
)

test('levels have the names of Adya, too', () => {
  expect(levelNamed('PL-2.99')).toBe('repeatable-read')
  expect(levelNamed('serializable')).toBe('serializable')
  expect(levelNamed('constructor')).toBeUndefined()
})
