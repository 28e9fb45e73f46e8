/** How many of several runs broke a promise, and how well that many runs tell. */
import type { VerdictRecord } from '../../results/run.ts'

/** `repeated` in `schism test --repeat --json`. */
export interface Share {
  readonly violations: number
  /** Runs with a verdict: what failed or was interrupted tells nothing. */
  readonly runs: number
  /** The 95 % interval of the share of runs that break a promise, 0 to 1. */
  readonly interval: readonly [low: number, high: number]
}

export const shareOf = (verdicts: readonly VerdictRecord[]): Share => {
  const judged = verdicts.filter(({ outcome }) =>
    ['valid', 'violation', 'unknown'].includes(outcome),
  )
  const violations = judged.filter(({ outcome }) => outcome === 'violation').length
  return { violations, runs: judged.length, interval: wilson(violations, judged.length) }
}

export const sentenceOf = ({ violations, runs, interval: [low, high] }: Share): string =>
  `a violation in ${violations} of ${runs} runs (95 % interval: ${percent(low)} to ${percent(high)})`

const percent = (share: number): string => `${Math.round(100 * share)} %`

/** The 0.975 quantile of the normal distribution. */
const Z = 1.959964

/**
 * Wilson's score interval (1927): unlike the plain one it says something sensible for a few runs, and for
 * none or all of them.
 */
export const wilson = (successes: number, runs: number): readonly [low: number, high: number] => {
  if (runs === 0) return [0, 1]
  const share = successes / runs
  const z2 = (Z * Z) / runs
  const middle = (share + z2 / 2) / (1 + z2)
  const half = (Z / (1 + z2)) * Math.sqrt((share * (1 - share)) / runs + z2 / (4 * runs))
  return [
    successes === 0 ? 0 : Math.max(0, middle - half),
    successes === runs ? 1 : Math.min(1, middle + half),
  ]
}
