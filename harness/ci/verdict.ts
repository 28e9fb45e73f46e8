/** From what a case has shown to its record, and from all records to the exit code. */
import { relative } from 'node:path'
import type { CaseRecord } from '../../results/ci/record.ts'
import type { VerdictRecord } from '../../results/run.ts'
import { settle } from '../cli/outcome.ts'
import type { Share } from '../cli/share.ts'
import { type ExitCode, exitCodes, worstExit } from '../errors.ts'
import type { StoredFinding } from '../hunt/replay.ts'
import type { Case } from './case.ts'
import type { Answer } from './worker.ts'

/** A case that ended, and how often it was played. */
export interface Ended {
  readonly answer: Answer
  readonly tookMs: number
  /** Why it was tried again. */
  readonly retried: readonly string[]
  readonly again?: Share
}

/** @param folder that of the record, from which runs are named */
export const recordOf = (one: Case, ended: Ended, folder: string): CaseRecord => {
  const { answer, tookMs, retried, again } = ended
  const around = {
    ...factsOf(one),
    tookMs: Math.round(tookMs),
    retried: [...retried],
    ...(again === undefined ? {} : { again: { ...again, interval: pairOf(again) } }),
  }
  if (answer.kind !== 'played') {
    const { message: detail } = answer
    return { ...around, ...failed[answer.kind], says: detail.split('\n')[0]!, detail }
  }
  const { run, verdict, says, detail } = answer
  const { code, said } = settled(one, verdict)
  const result = resultOf(verdict, one.request.expect, code)
  return {
    ...around,
    result,
    outcome: verdict.valid === false ? 'violation' : verdict.outcome,
    code,
    says,
    ...(said === undefined ? {} : { expected: said }),
    ...(result === 'passed' ? {} : { detail }),
    seed: run.seed,
    command: run.command,
    run: relative(folder, answer.folder),
    environment: { version: run.systemVersion, ...run.environment },
  }
}

/** The record of a case that was never begun, or was ended when nothing was known yet. */
export const notRun = (one: Case, says: string, code: number): CaseRecord => ({
  ...factsOf(one),
  tookMs: 0,
  retried: [],
  result: 'not-run',
  outcome: 'not-run',
  code,
  says,
})

const factsOf = ({ name, place, workload, faults, command, cluster, request }: Case) => ({
  ...{ name, place, workload, faults, command, cluster },
  system: request.system,
  seed: request.seed,
  environment: {},
})

const pairOf = ({ interval: [low, high] }: Share): [number, number] => [low, high]

/** Whether a finding shows no more. It is so short that its run is vacuous: what counts is the checker that found it. */
export const isMended = (verdict: VerdictRecord, finding: StoredFinding | undefined): boolean =>
  finding !== undefined &&
  verdict.outcome === 'unknown' &&
  verdict.checkers[finding.plan.violates.checker]?.valid === true

const failed = {
  usage: { result: 'error', outcome: 'malformed', code: exitCodes.usage },
  environment: { result: 'error', outcome: 'environment', code: exitCodes.environment },
  bug: { result: 'error', outcome: 'bug', code: exitCodes.bug },
} as const

/** What was found counts, also where the run was interrupted after it. */
const settled = ({ finding, request }: Case, verdict: VerdictRecord): ReturnType<typeof settle> => {
  if (isMended(verdict, finding)) return { code: exitCodes.valid, said: 'it shows no more' }
  const outcome = verdict.valid === false ? ('violation' as const) : verdict.outcome
  return settle({ ...verdict, outcome }, request.expect)
}

/** How a verdict counts, given what was expected and the exit code that makes. */
export const resultOf = (
  { outcome }: VerdictRecord,
  expect: string | undefined,
  code: number,
): CaseRecord['result'] => {
  if (code === exitCodes.valid) return 'passed'
  if (code === exitCodes.violation) return 'violation'
  if (code === exitCodes.interrupted) return 'unknown'
  // A known answer that was not found says that the test is no good.
  const isMissing = expect !== undefined && outcome === 'valid'
  return code === exitCodes.unknown && !isMissing ? 'unknown' : 'error'
}

/** The worst of several codes, as records have them. */
export const exitOf = (...codes: readonly number[]): ExitCode => worstExit(codes.filter(isExitCode))

const known: readonly number[] = Object.values(exitCodes)
const isExitCode = (code: number): code is ExitCode => known.includes(code)
