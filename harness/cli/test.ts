/** `schism test`: one run against a real cluster, judged and reported. */
import { randomInt } from 'node:crypto'
import { resolve } from 'node:path'
import type { RunRecord } from '../../results/run.ts'
import type { OptionValues } from '../api.ts'
import { type Catalog, loadCatalog } from '../catalog.ts'
import { caseOfRun, JUnitFile, junitOption } from '../ci/single.ts'
import { realVenue, type Venue } from '../cluster/cluster.ts'
import { dockerCluster } from '../cluster/docker/docker.ts'
import { simVenue } from '../cluster/sim/sim.ts'
import { missing, requireEngine } from '../engine.ts'
import { type ExitCode, UsageError } from '../errors.ts'
import { asRequest, differences, readFinding } from '../hunt/finding.ts'
import { canSimulate, type ResolvedSystem, resolveSystem } from '../own/resolve.ts'
import { planRun, type TestRequest, usualRun } from '../plan.ts'
import { Progress } from '../progress.ts'
import { report } from '../report.ts'
import { type RunResult, runTest } from '../run.ts'
import {
  type Arguments,
  budgetOf,
  budgetOptions,
  type Command,
  jsonOption,
  storeOption,
} from './command.ts'
import { givenOf, givenOptions } from './given.ts'
import { expectation, settleAll } from './outcome.ts'
import { sentenceOf, shareOf } from './share.ts'

export const testCommand: Command = {
  command: 'test [system]',
  describe: 'break a replicated system while clients use it, and judge what they saw',
  positional: {
    name: 'system',
    options: { type: 'string', describe: 'a system of "schism list", or a file: ./my-system.ts' },
  },
  options: {
    ...givenOptions,
    workload: { type: 'string', alias: 'w', describe: 'what clients do', requiresArg: true },
    faults: {
      type: 'string',
      alias: 'f',
      describe: 'faults to inject, separated by commas; none for a quiet run',
      requiresArg: true,
    },
    plan: {
      type: 'string',
      describe:
        "replay a finding's plan.json, which brings its own defaults, or the faults of a file, a run.json or an executed.json",
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
      defaultDescription: '60',
      requiresArg: true,
    },
    rate: {
      type: 'string',
      describe: 'operations a second, over all clients',
      defaultDescription: '200',
      requiresArg: true,
    },
    concurrency: {
      type: 'string',
      describe: 'clients at a time',
      defaultDescription: '10',
      requiresArg: true,
    },
    'operation-timeout': {
      type: 'string',
      describe: 'seconds after which an operation is indeterminate',
      defaultDescription: '3',
      requiresArg: true,
    },
    seed: {
      type: 'string',
      describe: 'everything random follows from it; drawn when absent',
      requiresArg: true,
    },
    repeat: {
      type: 'string',
      describe: 'so many runs, with this seed and those after it: how many break a promise?',
      requiresArg: true,
    },
    bug: {
      type: 'string',
      describe: 'build with a known mistake: short for --option bug=',
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
    junit: junitOption,
    json: jsonOption,
  },
  examples: [
    ['test redis-sentinel --workload set --faults partition', 'acknowledged writes are lost'],
    ['test etcd --workload register --faults partition,kill,pause', 'stays linearizable'],
    ['test etcd --template isolate-leader-then-heal:for=5', 'a schedule by name'],
    ['test etcd --option reads=serializable --faults partition --expect violation', 'stale reads'],
    [
      'test raft --plan results/findings/raft/RA3/plan.json --repeat 5',
      'a finding of the simulation, five times in containers',
    ],
    [
      'test --compose docker-compose.yml --service redis --client redis --faults kill',
      'services of your own, with no code ("schism init compose" writes such a file)',
    ],
    ['test ./my-system.ts --faults partition', 'a system of your own ("schism init system")'],
  ],
  run: test,
}

async function test(args: Arguments, signal: AbortSignal): Promise<ExitCode> {
  const found = await resolveSystem(givenOf(args), {
    catalog: await loadCatalog(),
    folder: process.cwd(),
  })
  const { catalog } = found
  const asked = requestOf(args, found)
  const progress = new Progress(args.flag('quiet') || args.flag('json') ? 'quiet' : 'loud')
  for (const remark of found.remarks) progress.line(remark)
  const cluster = await clusterFor(args, found)
  const request: TestRequest = cluster === 'sim' ? { ...asked, cluster } : asked
  const junit = args.text('junit')
  const file = junit === undefined ? undefined : new JUnitFile(junit)
  const times = args.number('repeat', { from: 1, to: 1000, whole: 'whole' }) ?? 1
  const runs = Array.from({ length: times }, (_, nth) =>
    planRun({ ...request, seed: request.seed + nth }, catalog),
  )
  const results: RunResult[] = []
  for (const run of runs) {
    if (signal.aborted && results.length > 0) break
    progress.line(`seed ${run.seed}`)
    results.push(
      await runTest({
        run,
        catalog,
        venue: await venueFor(cluster, run),
        store: resolve(args.text('store')!),
        budget: budgetOf(args),
        progress,
        signal,
        ...(request.image === undefined ? {} : { image: request.image }),
      }),
    )
  }
  return tell(results, args, { expect: request.expect, file })
}

/** Says what the runs have shown: one in full, and of several how many broke a promise. */
const tell = async (
  results: readonly RunResult[],
  args: Arguments,
  { expect, file }: { readonly expect: string | undefined; readonly file: JUnitFile | undefined },
): Promise<ExitCode> => {
  const verdicts = results.map(({ verdict }) => verdict)
  const texts = await Promise.all(results.map(report))
  const { code, said } = settleAll(verdicts, expect)
  const cases = results.map((one, nth) => caseOfRun({ ...one, text: texts[nth]! }, expect, code))
  file?.write(cases, code)
  const repeated = results.length === 1 ? undefined : shareOf(verdicts)
  const worst = Math.max(
    0,
    verdicts.findIndex(({ outcome }) => outcome === 'violation'),
  )
  if (args.flag('json')) {
    const { folder } = results[worst]!
    const around = repeated === undefined ? {} : { repeated }
    console.log(JSON.stringify({ version: 1, folder, results: verdicts, ...around }, null, 2))
  } else {
    console.log(texts[worst])
    if (repeated !== undefined) console.log(`\n${sentenceOf(repeated)}`)
    if (said !== undefined) console.log(said)
  }
  return code
}

/** Where it runs: as asked, else in containers where an engine answers, else simulated where that can be. */
const clusterFor = async (args: Arguments, system: ResolvedSystem): Promise<'docker' | 'sim'> => {
  const asked = args.text('cluster')
  const can = canSimulate(system, asked === 'sim' ? '--cluster sim' : undefined)
  if (asked === 'sim') return 'sim'
  return asked === undefined && can && (await missing()) !== undefined ? 'sim' : 'docker'
}

const venueFor = async (cluster: 'docker' | 'sim', run: RunRecord): Promise<Venue> => {
  if (cluster === 'sim') return simVenue(run)
  await requireEngine()
  return realVenue(dockerCluster)
}

const requestOf = (
  args: Arguments,
  { name: system, words, catalog }: ResolvedSystem,
): TestRequest => {
  const planFile = args.text('plan')
  const found = planFile === undefined ? undefined : foundBefore(planFile, system, catalog)
  const workload = args.text('workload') ?? found?.workload
  const template = args.text('template')
  const nodes = args.number('nodes', { from: 1, to: 99, whole: 'whole' }) ?? found?.nodes
  const expect = expectation(args.text('expect'))
  const image = args.text('image')
  const bug = args.text('bug')
  const seed = args.number('seed', { from: 0, to: 2 ** 31 - 1, whole: 'whole' }) ?? found?.seed
  const timeLimitS = args.number('time-limit', { from: 1, to: 86_400, whole: 'fractional' })
  const rate = args.number('rate', { from: 0.1, to: 1_000_000, whole: 'fractional' })
  const concurrency = args.number('concurrency', { from: 1, to: 10_000, whole: 'whole' })
  const timeoutS = args.number('operation-timeout', { from: 0.01, to: 3600, whole: 'fractional' })
  const chosen = optionValues(args.texts('option'))
  if (image !== undefined && args.text('compose') !== undefined)
    throw new UsageError(`--image ${image}: the compose file says which images its services have`)
  return {
    system,
    words,
    faults: args.list('faults').filter((name) => name !== 'none'),
    timeLimitS: timeLimitS ?? found?.timeLimitS ?? usualRun.timeLimitS,
    rate: rate ?? found?.rate ?? usualRun.rate,
    concurrency: concurrency ?? found?.concurrency ?? usualRun.concurrency,
    operationTimeoutMs:
      timeoutS === undefined
        ? (found?.operationTimeoutMs ?? usualRun.operationTimeoutMs)
        : 1000 * timeoutS,
    seed: seed ?? randomInt(2 ** 31 - 1),
    options: { ...found?.options, ...chosen, ...(bug === undefined ? {} : { bug }) },
    ...(workload === undefined ? {} : { workload }),
    ...(planFile === undefined ? {} : { planFile }),
    ...(template === undefined ? {} : { template }),
    ...(args.flag('lenient-faults') || found?.unheldFaults === 'warn'
      ? { unheldFaults: 'warn' as const }
      : {}),
    ...(nodes === undefined ? {} : { nodes }),
    ...(expect === undefined ? {} : { expect }),
    ...(image === undefined ? {} : { image }),
  }
}

/** What a finding asks for; says what is different from when it was found. Undefined for another plan. */
const foundBefore = (file: string, system: string, catalog: Catalog): TestRequest | undefined => {
  const plan = readFinding(file)
  if (plan === undefined) return undefined
  if (plan.system !== system)
    throw new UsageError(`${file}: system: made for ${plan.system}, not for ${system}`)
  for (const difference of differences(plan, catalog))
    console.error(`schism: ${file}: ${difference}`)
  return asRequest(plan, file, catalog)
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
