/** Puts what checkers said into the record that is printed, kept and reported. */
import { type Verdict, worst } from '../../checkers/checker.ts'
import type { FoundAnomaly, VerdictRecord } from '../../results/run.ts'

/** The record of an input that was judged. */
export const recordOf = (
  input: string,
  checkers: Readonly<Record<string, Verdict>>,
  notes: readonly string[],
): VerdictRecord => {
  const entries = Object.entries(checkers)
  const valid = worst(entries.map(([, verdict]) => verdict.valid))
  const anomalies = entries.flatMap(([checker, verdict]): FoundAnomaly[] =>
    verdict.valid === false ? verdict.anomalies.map((anomaly) => ({ ...anomaly, checker })) : [],
  )
  const reasons = entries.flatMap(([, verdict]) =>
    verdict.valid === 'unknown' ? [verdict.reason] : [],
  )
  return {
    ...blank(input),
    valid,
    ...(reasons.length === 0 ? {} : { reason: reasons.join('; ') }),
    anomalies,
    checkers: Object.fromEntries(
      entries.map(([name, verdict]) => [
        name,
        {
          valid: verdict.valid,
          ...(verdict.valid === 'unknown' ? { reason: verdict.reason } : {}),
          ...(verdict.stats === undefined ? {} : { stats: verdict.stats }),
        },
      ]),
    ),
    outcome: valid === true ? 'valid' : valid === false ? 'violation' : 'unknown',
    notes,
  }
}

/** The verdict on a run that also met problems: a violation beats a problem, a problem beats all else. */
export const withProblems = (
  verdict: VerdictRecord,
  problems: readonly string[],
): VerdictRecord => ({
  ...verdict,
  outcome: verdict.valid !== false && problems.length > 0 ? 'environment' : verdict.outcome,
  problems,
})

/** The record of an input that no checker could judge. */
export const unjudged = (
  input: string,
  outcome: 'malformed' | 'unknown',
  reason: string,
): VerdictRecord => ({
  ...blank(input),
  reason,
  outcome,
  problems: outcome === 'malformed' ? [reason] : [],
})

const blank = (input: string): Omit<VerdictRecord, 'outcome'> => ({
  version: 1,
  input,
  valid: 'unknown',
  anomalies: [],
  checkers: {},
  problems: [],
  notes: [],
})
