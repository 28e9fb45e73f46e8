/** Plays one case, on a thread of its own: the run into its folder, its report, and of valid runs what is small. */
import { stripVTControlCharacters } from 'node:util'
import { consoleReport } from '../../results/report/console.ts'
import { measure } from '../../results/report/measure.ts'
import { headline } from '../../results/report/sentence.ts'
import { timeline } from '../../results/report/timeline.ts'
import type { RunRecord, VerdictRecord } from '../../results/run.ts'
import { writeWhole } from '../../results/store.ts'
import type { Catalog } from '../catalog.ts'
import { realVenue } from '../cluster/cluster.ts'
import { dockerCluster } from '../cluster/docker/docker.ts'
import { simVenue } from '../cluster/sim/sim.ts'
import { requireEngine } from '../engine.ts'
import { failuresOf, messageOf } from '../errors.ts'
import { isSeeded } from '../hunt/finding.ts'
import { replays, type StoredFinding, shows } from '../hunt/replay.ts'
import { historyOf } from '../judge/input.ts'
import type { Budget } from '../judge/judge.ts'
import { type GivenSystem, resolveSystem } from '../own/resolve.ts'
import { planRun, type TestRequest } from '../plan.ts'
import { Progress } from '../progress.ts'
import { report } from '../report.ts'
import { type RunResult, runTest } from '../run.ts'
import { makeSmall, RUN_SUMMARY } from './artifacts.ts'
import { isMended } from './verdict.ts'

/** What is to be played. */
export interface Job {
  readonly given: GivenSystem
  readonly request: TestRequest
  readonly cluster: 'docker' | 'sim'
  readonly finding?: StoredFinding
  /** The folder that holds all runs. */
  readonly store: string
  /** For the checkers. */
  readonly budget: Budget
}

/** What came of it. */
export interface Played {
  readonly folder: string
  readonly run: RunRecord
  readonly verdict: VerdictRecord
  /** The verdict in one sentence, and the console's report. */
  readonly says: string
  readonly detail: string
}

/** Seeds that a finding is tried with, its own first: after a change of code messages meet differently. */
const SEEDS = 48

/** @throws UsageError, EnvironmentError when it could not begin */
export const play = async (job: Job, known: Catalog, signal: AbortSignal): Promise<Played> => {
  const given = { catalog: known, folder: process.cwd() }
  const { catalog } = await resolveSystem(job.given, given)
  const run = planRun(await requestOf(job, catalog), catalog)
  if (job.cluster === 'docker') await requireEngine()
  const result = await runTest({
    run,
    catalog,
    venue: job.cluster === 'sim' ? simVenue(run) : realVenue(dockerCluster),
    store: job.store,
    budget: job.budget,
    progress: new Progress('quiet'),
    signal,
    ...(job.request.image === undefined ? {} : { image: job.request.image }),
  })
  return tell(result, job.finding)
}

/** A finding's with the first seed that leads there again; the code may have changed since. */
const requestOf = async (
  { request, finding, cluster }: Job,
  catalog: Catalog,
): Promise<TestRequest> => {
  if (finding === undefined || cluster === 'docker') return request
  const isWanted = isSeeded(finding.plan)
  for await (const trial of replays(finding, catalog, SEEDS))
    if (isWanted ? shows(trial, finding.plan) : trial.proof !== undefined)
      return { ...request, seed: trial.run.seed }
  return request
}

const tell = async (result: RunResult, finding: StoredFinding | undefined): Promise<Played> => {
  const { folder, run, verdict } = result
  const isGood = verdict.outcome === 'valid' || isMended(verdict, finding)
  const { says, text } = await wordsOf(result, isGood ? 'text' : 'page').catch((error: unknown) => {
    // What was found stands, whatever becomes of its report.
    const why = `its report could not be made: ${messageOf(error)}`
    return { says: verdict.anomalies[0]?.summary ?? verdict.reason ?? why, text: why }
  })
  const detail = stripVTControlCharacters(text)
  const unkept = failuresOf(() => {
    writeWhole(folder, RUN_SUMMARY, `${detail}\n`)
    if (isGood) makeSmall(folder)
  })
  return { folder, run, verdict, says, detail: [detail, ...unkept].join('\n') }
}

const wordsOf = async (
  result: RunResult,
  wanted: 'text' | 'page',
): Promise<{ readonly says: string; readonly text: string }> => {
  const { folder, run, verdict } = result
  const { history } = await historyOf({ path: folder })
  const around = timeline(history)
  const { sentence } = headline({ run, verdict, measures: measure(history), around })
  const text = wanted === 'page' ? report(result) : consoleReport({ run, verdict, history, folder })
  return { says: sentence, text: await text }
}
