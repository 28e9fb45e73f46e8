/** `schism test`: one run against a real cluster, judged and reported. */
import { randomInt } from 'node:crypto'
import { resolve } from 'node:path'
import type { RunRecord, VerdictRecord } from '../../results/run.ts'
import type { OptionValues } from '../api.ts'
import { type Catalog, find, loadCatalog } from '../catalog.ts'
import { realVenue, type Venue } from '../cluster/cluster.ts'
import { dockerCluster } from '../cluster/docker/docker.ts'
import { simVenue } from '../cluster/sim/sim.ts'
import { missing, requireEngine } from '../engine.ts'
import { type ExitCode, exitCodes, UsageError } from '../errors.ts'
import { planRun, type TestRequest } from '../plan.ts'
import { Progress } from '../progress.ts'
import { report } from '../report.ts'
import { runTest } from '../run.ts'
import {
  type Arguments,
  budgetOf,
  budgetOptions,
  type Command,
  jsonOption,
  storeOption,
} from './command.ts'
import { codeOf } from './outcome.ts'

export const testCommand: Command = {
  command: 'test <system>',
  describe: 'break a replicated system while clients use it, and judge what they saw',
  positional: {
    name: 'system',
    options: { type: 'string', describe: 'a system of "schism list"' },
  },
  options: {
    workload: { type: 'string', alias: 'w', describe: 'what clients do', requiresArg: true },
    faults: {
      type: 'string',
      alias: 'f',
      describe: 'faults to inject, separated by commas; none for a quiet run',
      requiresArg: true,
    },
    plan: {
      type: 'string',
      describe: "replay a fault schedule: a file, a run's run.json (as planned) or executed.json",
      conflicts: ['faults', 'template'],
      requiresArg: true,
    },
    template: {
      type: 'string',
      alias: 't',
      describe: 'a fault schedule by name: NAME or NAME:key=value,… (see "schism list")',
      conflicts: 'faults',
      requiresArg: true,
    },
    'lenient-faults': {
      type: 'boolean',
      describe: 'a fault that does not take hold is a warning and counts as not injected',
    },
    cluster: {
      type: 'string',
      choices: ['docker', 'sim'],
      describe: 'containers, or a simulation of a reference system; what there is if absent',
      requiresArg: true,
    },
    nodes: { type: 'string', describe: 'size of the cluster', requiresArg: true },
    'time-limit': {
      type: 'string',
      describe: 'seconds that clients and faults run',
      default: '60',
      requiresArg: true,
    },
    rate: {
      type: 'string',
      describe: 'operations a second, over all clients',
      default: '200',
      requiresArg: true,
    },
    concurrency: {
      type: 'string',
      describe: 'clients at a time',
      default: '10',
      requiresArg: true,
    },
    'operation-timeout': {
      type: 'string',
      describe: 'seconds after which an operation is indeterminate',
      default: '3',
      requiresArg: true,
    },
    seed: {
      type: 'string',
      describe: 'everything random follows from it; drawn when absent',
      requiresArg: true,
    },
    option: {
      type: 'string',
      array: true,
      alias: 'o',
      describe: 'name=value: an option of the system or the workload (see "schism list")',
      requiresArg: true,
    },
    expect: {
      type: 'string',
      describe: 'violation[:anomaly]: succeed only if the run finds it',
      requiresArg: true,
    },
    image: {
      type: 'string',
      describe: 'container image to test instead of the one built from Debian packages',
      requiresArg: true,
    },
    store: storeOption,
    ...budgetOptions,
    json: jsonOption,
    quiet: { type: 'boolean', describe: 'no progress' },
  },
  examples: [
    ['test redis-sentinel --workload set --faults partition', 'acknowledged writes are lost'],
    ['test etcd --workload register --faults partition,kill,pause', 'stays linearizable'],
    ['test etcd --template isolate-leader-then-heal:for=5', 'a schedule by name'],
    ['test etcd --option reads=serializable --faults partition --expect violation', 'stale reads'],
  ],
  run: test,
}

async function test(args: Arguments, signal: AbortSignal): Promise<ExitCode> {
  const asked = requestOf(args)
  const progress = new Progress(args.flag('quiet') || args.flag('json') ? 'quiet' : 'loud')
  const catalog = await loadCatalog()
  const cluster = await clusterFor(args, catalog)
  const request: TestRequest = cluster === 'sim' ? { ...asked, cluster } : asked
  const run = planRun(request, catalog)
  progress.line(`seed ${request.seed}`)
  const result = await runTest({
    run,
    catalog,
    venue: await venueFor(cluster, run),
    store: resolve(args.text('store')!),
    budget: budgetOf(args),
    progress,
    signal,
    ...(request.image === undefined ? {} : { image: request.image }),
  })
  const text = await report(result)
  const { code, said } = settle(result.verdict, request.expect)
  if (args.flag('json'))
    console.log(
      JSON.stringify({ version: 1, folder: result.folder, results: [result.verdict] }, null, 2),
    )
  else console.log(`${text}${said === undefined ? '' : `\n${said}`}`)
  return code
}

/** Where it runs: as asked, else in containers where an engine answers, else simulated where that can be. */
const clusterFor = async (args: Arguments, catalog: Catalog): Promise<'docker' | 'sim'> => {
  const asked = args.text('cluster')
  const name = args.text('system')!
  const canSimulate = find('system', catalog.systems, name).program !== undefined
  if (asked === 'sim' && !canSimulate)
    throw new UsageError(`--cluster sim: ${name} is real software, which cannot be simulated`)
  if (asked === 'sim') return 'sim'
  return asked === undefined && canSimulate && (await missing()) !== undefined ? 'sim' : 'docker'
}

const venueFor = async (cluster: 'docker' | 'sim', run: RunRecord): Promise<Venue> => {
  if (cluster === 'sim') return simVenue(run)
  await requireEngine()
  return realVenue(dockerCluster)
}

const requestOf = (args: Arguments): TestRequest => {
  const workload = args.text('workload')
  const planFile = args.text('plan')
  const template = args.text('template')
  const nodes = args.number('nodes', { from: 1, to: 99, whole: 'whole' })
  const expect = expectation(args.text('expect'))
  const image = args.text('image')
  const seed = args.number('seed', { from: 0, to: 2 ** 31 - 1, whole: 'whole' })
  return {
    system: args.text('system')!,
    faults: args.list('faults').filter((name) => name !== 'none'),
    timeLimitS: args.number('time-limit', { from: 1, to: 86_400, whole: 'fractional' })!,
    rate: args.number('rate', { from: 0.1, to: 1_000_000, whole: 'fractional' })!,
    concurrency: args.number('concurrency', { from: 1, to: 10_000, whole: 'whole' })!,
    operationTimeoutMs:
      1000 * args.number('operation-timeout', { from: 0.01, to: 3600, whole: 'fractional' })!,
    seed: seed ?? randomInt(2 ** 31 - 1),
    options: optionValues(args.texts('option')),
    ...(workload === undefined ? {} : { workload }),
    ...(planFile === undefined ? {} : { planFile }),
    ...(template === undefined ? {} : { template }),
    ...(args.flag('lenient-faults') ? { unheldFaults: 'warn' as const } : {}),
    ...(nodes === undefined ? {} : { nodes }),
    ...(expect === undefined ? {} : { expect }),
    ...(image === undefined ? {} : { image }),
  }
}

/** The anomaly expected; '' for any. */
const expectation = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined
  const [kind, anomaly = ''] = text.split(':')
  if (kind !== 'violation')
    throw new UsageError(`--expect ${text}: expected violation or violation:ANOMALY`)
  return anomaly
}

/** `name=value` pairs by name. @throws UsageError for a pair that is none */
export const optionValues = (pairs: readonly string[]): OptionValues =>
  Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new UsageError(`--option ${pair}: expected name=value`)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )

/** The exit code, turned around by `--expect`: a known answer that was found is a success. */
export const settle = (
  verdict: VerdictRecord,
  expect: string | undefined,
): { readonly code: ExitCode; readonly said?: string } => {
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
