/** What tests ask of verdicts. */
import type { Verdict } from '../checker.ts'

/** The types of a verdict's anomalies, as they are told. */
export const typesOf = (verdict: Verdict): readonly string[] =>
  verdict.valid === false ? verdict.anomalies.map(({ type }) => type) : []

/** A verdict with the types of its anomalies, sorted, and the weakest levels that do not hold. */
export const judged = (verdict: Verdict) => ({
  verdict,
  types: typesOf(verdict).toSorted(),
  not: verdict.stats?.not,
})
