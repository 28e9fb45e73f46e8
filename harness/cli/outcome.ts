/** The exit code of a verdict, and what becomes of it where a violation is expected. */
import type { VerdictRecord } from '../../results/run.ts'
import { type ExitCode, exitCodes, UsageError, worstExit } from '../errors.ts'

export const codeOf = (verdict: VerdictRecord): ExitCode => codes[verdict.outcome]

const codes: Readonly<Record<VerdictRecord['outcome'], ExitCode>> = {
  valid: exitCodes.valid,
  violation: exitCodes.violation,
  unknown: exitCodes.unknown,
  environment: exitCodes.environment,
  interrupted: exitCodes.interrupted,
  malformed: exitCodes.usage,
}

/** The anomaly that `--expect` names; '' for any. @throws UsageError for what it cannot mean */
export const expectation = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined
  const [kind, anomaly = ''] = text.split(':')
  if (kind !== 'violation')
    throw new UsageError(`--expect ${text}: expected violation or violation:ANOMALY`)
  return anomaly
}

/** How a command ends, and what it says of what was expected. */
export interface Settled {
  readonly code: ExitCode
  readonly said?: string
}

/** Several verdicts: the worst counts, or where something is expected, one that has it. */
export const settleAll = (
  verdicts: readonly VerdictRecord[],
  expect: string | undefined,
): Settled => {
  const settled = verdicts.map((verdict) => settle(verdict, expect))
  const code = worstExit(settled.map((one) => one.code))
  const expected = settled.find((one) => one.code === exitCodes.valid)
  if (expect !== undefined && expected !== undefined) return expected
  return settled.find((one) => one.code === code) ?? { code: exitCodes.unknown }
}

/** The exit code, turned around by `--expect`: a known answer that was found is a success. */
export const settle = (verdict: VerdictRecord, expect: string | undefined): Settled => {
  const code = codeOf(verdict)
  if (expect === undefined) return { code }
  const wanted = expect === '' ? 'a violation' : `the violation ${expect}`
  if (verdict.outcome === 'valid')
    return { code: exitCodes.unknown, said: `expected ${wanted}, found none` }
  if (verdict.outcome !== 'violation') return { code, said: `expected ${wanted}, found no answer` }
  const types = verdict.anomalies.map(({ type }) => type)
  if (expect === '' || types.includes(expect))
    return { code: exitCodes.valid, said: `expected ${wanted}: found it` }
  return { code, said: `expected ${wanted}, found ${[...new Set(types)].join(', ')}` }
}
