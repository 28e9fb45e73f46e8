/** The JUnit file of what is no matrix: the runs of `schism test`, or a hunt. */
import { writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { stripVTControlCharacters } from 'node:util'
import type { Options } from 'yargs'
import { junit } from '../../results/ci/junit.ts'
import type { CaseRecord } from '../../results/ci/record.ts'
import type { RunRecord, VerdictRecord } from '../../results/run.ts'
import { attempt } from '../../results/store.ts'
import { settle } from '../cli/outcome.ts'
import { wallTime } from '../clock.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import type { Hunted } from '../hunt/hunt.ts'
import { countsOf } from '../hunt/tally.ts'
import type { Quarry } from '../hunt/trial.ts'
import { version } from '../version.ts'
import { resultOf } from './verdict.ts'

export const junitOption: Options = {
  type: 'string',
  describe: 'write the results into this file, as JUnit XML',
  requiresArg: true,
}

/** A file that is written at the end. Made now: what cannot be is to be known before anything runs. */
export class JUnitFile {
  private readonly startedAt = wallTime()

  /** @throws StoreError when it cannot be made */
  constructor(private readonly path: string) {
    this.fill('')
  }

  /** @throws StoreError when it cannot be written any more */
  write(cases: readonly CaseRecord[], code: ExitCode): void {
    const startedAt = this.startedAt.toISOString()
    const tookMs = wallTime().getTime() - this.startedAt.getTime()
    const host = hostname()
    const around = { version: 1, schism: version, startedAt, tookMs, host, config: '' } as const
    this.fill(junit({ ...around, matrix: cases.length, problems: [], code, cases: [...cases] }))
  }

  private fill(text: string): void {
    attempt(this.path, 'cannot be written', () => writeFileSync(this.path, text))
  }
}

/** A run that was judged. */
export interface JudgedRun {
  readonly run: RunRecord
  readonly verdict: VerdictRecord
  readonly folder: string
  /** The console's report. */
  readonly text: string
}

/** The case of a run. @param code of the command, for one of several runs may be enough */
export const caseOfRun = (
  { run, verdict, folder, text }: JudgedRun,
  expect: string | undefined,
  code: ExitCode,
): CaseRecord => {
  const settled = settle(verdict, expect)
  const own = code === exitCodes.valid ? code : settled.code
  const faults = run.faults.join(',') || 'none'
  const says = verdict.anomalies[0]?.summary ?? verdict.reason ?? verdict.problems[0]
  return {
    name: `${run.system} ${run.workload} ${faults} seed ${run.seed}`,
    place: 'test',
    ...{ system: run.system, workload: run.workload, faults, seed: run.seed, command: run.command },
    cluster: run.progress === undefined ? 'docker' : 'sim',
    result: resultOf(verdict, expect, own),
    outcome: verdict.outcome,
    code: own,
    says: says ?? 'every checker passed',
    ...(settled.said === undefined ? {} : { expected: settled.said }),
    detail: stripVTControlCharacters(text),
    tookMs: Math.round(run.timeLimitS * 1000),
    retried: [],
    run: folder,
    environment: { version: run.systemVersion, ...run.environment },
  }
}

/** The hunt as one case: the run that it kept, or what all its runs came to. */
export const caseOfHunt = (
  hunted: Hunted,
  kept: JudgedRun | undefined,
  { quarry, expect, code }: { quarry: Quarry; expect: string | undefined; code: ExitCode },
): CaseRecord => {
  const name = `hunt ${quarry.system}`
  const command = `npx schism ${process.argv.slice(2).join(' ')}`
  if (kept !== undefined) return { ...caseOfRun(kept, expect, code), name, place: command }
  const failed = hunted.trials.find(({ outcome }) => outcome === 'failed')
  const isGood = code === exitCodes.valid
  return {
    ...{ name, command, place: command, system: quarry.system, workload: quarry.workload ?? 'any' },
    faults: quarry.faults?.join(',') ?? 'any',
    cluster: 'sim',
    seed: hunted.trials[0]?.seed ?? 0,
    result: isGood ? 'passed' : failed === undefined ? 'unknown' : 'error',
    outcome: isGood ? 'valid' : failed === undefined ? 'unknown' : 'environment',
    code,
    says: failed?.says ?? countsOf(hunted),
    tookMs: hunted.tookMs,
    retried: [],
    environment: {},
  }
}
