/**
 * A run in one line: what tables, the index and the history of a configuration know of it. It is read from
 * `run.json` and `verdict.json` alone, never from the history; whatever of them is missing or damaged still
 * leaves a line that says so.
 */
import { lstatSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { line } from '../report/text.ts'
import { runRecord, type VerdictRecord } from '../run.ts'
import { files, StoreError } from '../store.ts'
import { readJson } from './read-json.ts'
import { outcomes } from './verdict.ts'

/** A verdict's, or why there is none yet: it still goes on or was killed; its files cannot be read. */
export const rowOutcomes = [...outcomes, 'unfinished', 'damaged'] as const

const count = z.number().int().nonnegative()

export const runRow = z.object({
  id: z.string(),
  startedAt: z.string().describe('ISO 8601; of a damaged run the time of its folder'),
  system: z.string().describe('empty where the run is damaged'),
  systemVersion: z.string(),
  workload: z.string(),
  faults: z.array(z.string()),
  options: z.record(z.string(), z.string()).describe('of the system and of the workload'),
  template: z.string().exactOptional(),
  cluster: z.string().describe('containers, or what it was instead'),
  nodes: count,
  seed: z.number().int(),
  timeLimitS: z.number(),
  rate: z.number(),
  concurrency: count,
  schism: z.string().describe('the version that ran it'),
  promised: z.string(),
  outcome: z.enum(rowOutcomes),
  says: z.string().describe('why, in one line; empty for valid'),
  anomalies: z.array(z.string()).describe('the types of anomalies found'),
  counts: z
    .object({
      ok: count,
      fail: count,
      info: count,
      okPerSecond: z.number().exactOptional(),
      p50Ms: z.number().exactOptional(),
      p99Ms: z.number().exactOptional(),
      maxMs: z.number().exactOptional(),
    })
    .exactOptional()
    .describe('of client operations, where the verdict has them'),
})
export type RunRow = z.infer<typeof runRow>

/** What a row needs of a plan; the rest may be of another version. */
const planPart = runRecord.pick({
  startedAt: true,
  system: true,
  systemVersion: true,
  workload: true,
  faults: true,
  systemOptions: true,
  workloadOptions: true,
  template: true,
  nodes: true,
  seed: true,
  timeLimitS: true,
  rate: true,
  concurrency: true,
  claim: true,
  environment: true,
})

const verdictPart = z.object({
  outcome: z.enum(outcomes),
  reason: z.string().exactOptional(),
  problems: z.array(z.string()),
  anomalies: z.array(z.object({ type: z.string(), summary: z.string() })),
  checkers: z.record(z.string(), z.object({ stats: z.record(z.string(), z.unknown()).optional() })),
})

/** Reads a run's row. Never throws for what its files hold. */
export const readRow = (folder: string): RunRow => {
  try {
    for (const name of [files.run, files.verdict]) refuseLink(join(folder, name))
    return { ...planned(folder), ...judged(folder) }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return damaged(folder, error.message)
  }
}

/** What is wrong with a file is quoted: it must be the run's own. */
const refuseLink = (path: string): void => {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new StoreError(`${path} is a link, which no file of a run is`)
}

const planned = (folder: string) => {
  const plan = readJson(join(folder, files.run), planPart)
  const { startedAt, system, systemVersion, workload, faults, template } = plan
  const { nodes, seed, timeLimitS, rate, concurrency, environment } = plan
  return {
    id: basename(folder),
    ...{ startedAt, system, systemVersion, workload, faults },
    options: { ...plan.systemOptions, ...plan.workloadOptions },
    ...(template === undefined ? {} : { template }),
    cluster: environment.cluster ?? 'containers',
    ...{ nodes, seed, timeLimitS, rate, concurrency },
    schism: environment.schism ?? '',
    promised: plan.claim.model,
  }
}

type Judgement = Pick<RunRow, 'outcome' | 'says' | 'anomalies' | 'counts'>

const judged = (folder: string): Judgement => {
  const path = join(folder, files.verdict)
  if (statSync(path, { throwIfNoEntry: false }) === undefined)
    return { outcome: 'unfinished', says: 'no verdict yet', anomalies: [] }
  const { outcome, reason, problems, anomalies, checkers } = readJson(path, verdictPart)
  const [first] = anomalies
  const found = first === undefined ? undefined : `${first.type}: ${first.summary}`
  const says = outcome === 'valid' ? '' : (found ?? problems[0] ?? reason ?? '')
  const counts = countsOf(checkers)
  return {
    outcome,
    says: line(says, SAYS_MAX),
    anomalies: [...new Set(anomalies.map(({ type }) => type))],
    ...(counts === undefined ? {} : { counts }),
  }
}

const SAYS_MAX = 200

/** The numbers of the checker that counts. */
const countsOf = (
  checkers: Readonly<Record<string, { stats?: Readonly<Record<string, unknown>> | undefined }>>,
): RunRow['counts'] => {
  const stats = checkers.stats?.stats
  if (stats === undefined) return undefined
  const numbers = Object.entries(stats).flatMap(([name, value]) =>
    typeof value === 'number' ? [[name, value] as const] : [],
  )
  const sum = (kind: string): number =>
    numbers.reduce((all, [name, value]) => (name.startsWith(`${kind}.`) ? all + value : all), 0)
  const named = Object.fromEntries(numbers)
  const some = (name: string, value: number | undefined) =>
    value === undefined ? {} : { [name]: value }
  return {
    ok: sum('ok'),
    fail: sum('fail'),
    info: sum('info'),
    ...some('okPerSecond', named.okPerSecond),
    ...some('p50Ms', named['latencyMs.p50']),
    ...some('p99Ms', named['latencyMs.p99']),
    ...some('maxMs', named['latencyMs.max']),
  }
}

const damaged = (folder: string, says: string): RunRow => ({
  id: basename(folder),
  startedAt: statSync(folder, { throwIfNoEntry: false })?.mtime.toISOString() ?? '',
  ...{ system: '', systemVersion: '', workload: '', faults: [], options: {}, cluster: '' },
  ...{ nodes: 0, seed: 0, timeLimitS: 0, rate: 0, concurrency: 0, schism: '', promised: '' },
  outcome: 'damaged',
  says: line(says, SAYS_MAX),
  anomalies: [],
})

/** A run's outcome as a row has it. */
export const outcomeOf = (verdict: VerdictRecord | undefined): RunRow['outcome'] =>
  verdict?.outcome ?? 'unfinished'
