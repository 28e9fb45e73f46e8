/** The exit code of a verdict. */
import type { VerdictRecord } from '../../results/run.ts'
import { type ExitCode, exitCodes } from '../errors.ts'

export const codeOf = (verdict: VerdictRecord): ExitCode => codes[verdict.outcome]

const codes: Readonly<Record<VerdictRecord['outcome'], ExitCode>> = {
  valid: exitCodes.valid,
  violation: exitCodes.violation,
  unknown: exitCodes.unknown,
  environment: exitCodes.environment,
  interrupted: exitCodes.interrupted,
  malformed: exitCodes.usage,
}
