import { describe, expect, test } from 'vitest'
import { sentenceOf, shareOf, wilson } from './share.ts'

const verdict = (outcome: 'valid' | 'violation' | 'environment') => ({
  version: 1 as const,
  input: '',
  valid: outcome === 'valid',
  anomalies: [],
  checkers: {},
  outcome,
  problems: [],
  notes: [],
})

describe("Wilson's interval", () => {
  // Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion" (2001), by hand.
  test.each([
    [5, 10, 0.2366, 0.7634],
    [1, 10, 0.0179, 0.4042],
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [0, 0, 0, 1],
  ])('%d of %d', (successes, runs, low, high) => {
    const [from, to] = wilson(successes, runs)
    expect(from).toBeCloseTo(low, 3)
    expect(to).toBeCloseTo(high, 3)
  })
})

test('runs without a verdict tell nothing', () => {
  const share = shareOf([verdict('violation'), verdict('valid'), verdict('environment')])
  expect([share.violations, share.runs]).toEqual([1, 2])
  expect(sentenceOf(share)).toBe('a violation in 1 of 2 runs (95 % interval: 9 % to 91 %)')
})
