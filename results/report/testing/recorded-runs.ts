/**
 * Runs that schism recorded from real systems, as reports are made of them: planned by what plans runs and judged
 * by what judges them. One was kept whole, with its logs; of the others the history alone was, and the plan is made
 * again from the command that stands in the README beside them.
 */
import { join } from 'node:path'
import { availability } from '../../../checkers/availability.ts'
import { type Checker, unlimited } from '../../../checkers/checker.ts'
import type { History } from '../../../checkers/history.ts'
import { loadCatalog, loadPlugIn } from '../../../harness/catalog.ts'
import { explained } from '../../../harness/judge/explanation.ts'
import { notesOn } from '../../../harness/judge/node-logs.ts'
import { recordOf } from '../../../harness/judge/record.ts'
import { planRun, type TestRequest, workloadPlan } from '../../../harness/plan.ts'
import { readHistory } from '../../formats/read.ts'
import { readRun } from '../../read-run.ts'
import type { RunRecord, VerdictRecord } from '../../run.ts'
import { nodeLogs, worthReading } from '../node-logs.ts'
import type { PageInput } from '../page-data.ts'

const folder = join(import.meta.dirname, '../../findings/recorded')

export type Recorded =
  | 'redis-sentinel-set'
  | 'redis-replica-reads'
  | 'etcd'
  | 'etcd-serializable-reads'

/** A run, its history, its verdict and, where they were kept, its logs. */
export const recordedRun = async (name: Recorded): Promise<Required<PageInput>> =>
  name === 'redis-sentinel-set' ? whole(name) : planned(name)

const whole = async (name: string): Promise<Required<PageInput>> => {
  const run = readRun(join(folder, name))
  const { history } = readHistory(join(folder, name, 'history.jsonl'))
  const logs = join(folder, name, 'logs')
  const verdict = await judged(run, history, notesOn(logs, unlimited))
  const spans = worthReading(history, verdict)
  return { run, history, verdict, logs: nodeLogs(logs, run, spans) }
}

const planned = async (name: Planned): Promise<Required<PageInput>> => {
  const { history } = readHistory(join(folder, `${name}.jsonl`))
  const request: TestRequest = { ...common, ...requests[name] }
  const run: RunRecord = {
    ...planRun(request, await loadCatalog()),
    id: `20261120T093000-${request.system}-register-${request.seed}`,
    startedAt: '2026-11-20T09:30:00.000Z',
    environment: { schism: '0.1.0', node: 'v20.20.2', engine: 'docker 20.10.24' },
  }
  return { run, history, verdict: await judged(run, history, []), logs: [] }
}

type Planned = Exclude<Recorded, 'redis-sentinel-set'>

const common = {
  ...{ workload: 'register', faults: ['partition'], timeLimitS: 14, rate: 100 },
  ...{ concurrency: 10, operationTimeoutMs: 3000 },
} as const

const requests: Readonly<Record<Planned, Pick<TestRequest, 'system' | 'seed' | 'options'>>> = {
  etcd: { system: 'etcd', seed: 31, options: {} },
  'etcd-serializable-reads': { system: 'etcd', seed: 22, options: { reads: 'serializable' } },
  'redis-replica-reads': { system: 'redis-sentinel', seed: 11, options: { reads: 'replica' } },
}

const judged = async (
  run: RunRecord,
  history: History,
  notes: readonly string[],
): Promise<VerdictRecord> => {
  const workload = await loadPlugIn('workloads', run.workload)
  const { checkers: own } = workloadPlan(run, workload!)
  const checkers: Readonly<Record<string, Checker>> = { ...own, availability }
  const verdicts = Object.entries(checkers).map(
    ([name, check]) => [name, check(history, unlimited)] as const,
  )
  const verdict = recordOf(`results/runs/${run.id}`, Object.fromEntries(verdicts), notes)
  return explained(verdict, checkers, history, unlimited)
}
