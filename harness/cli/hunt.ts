/** `schism hunt`: many seeded runs in the simulation, until one breaks a promise; then the smallest that does. */
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import chalk from 'chalk'
import type { RunRecord } from '../../results/run.ts'
import { files, runFolder } from '../../results/store.ts'
import { type Catalog, loadCatalog } from '../catalog.ts'
import { monotonicMs } from '../clock.ts'
import { simVenue } from '../cluster/sim/sim.ts'
import { type ExitCode, exitCodes, UsageError } from '../errors.ts'
import { type Hunted, hunt } from '../hunt/hunt.ts'
import { shrink } from '../hunt/shrink.ts'
import { draw, play, type Quarry, type Trial } from '../hunt/trial.ts'
import { commandOf } from '../plan.ts'
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
import { optionValues } from './test.ts'

/** How long a violation may be made smaller, ms. */
const SHRINK_MS = 60_000
const MOST_SEEDS = 2 ** 31

export const huntCommand: Command = {
  command: 'hunt <system>',
  describe: 'try many seeds in the simulation, and shrink the first run that breaks a promise',
  positional: {
    name: 'system',
    options: { type: 'string', describe: 'a reference system of "schism list"' },
  },
  options: {
    bug: { type: 'string', describe: 'build with a known mistake', requiresArg: true },
    seeds: { type: 'string', describe: 'from..to; 1 and on if absent', requiresArg: true },
    jobs: { type: 'string', describe: 'threads; one a core if absent', requiresArg: true },
    workload: {
      type: 'string',
      alias: 'w',
      describe: 'one workload instead of any',
      requiresArg: true,
    },
    faults: { type: 'string', alias: 'f', describe: 'faults to draw from', requiresArg: true },
    nodes: { type: 'string', describe: 'size of the cluster instead of any', requiresArg: true },
    'time-limit': {
      type: 'string',
      describe: 'simulated seconds that clients and faults run',
      default: '10',
      requiresArg: true,
    },
    all: { type: 'boolean', describe: 'go on after a violation, and count them' },
    option: {
      type: 'string',
      array: true,
      alias: 'o',
      describe: 'name=value: an option of the system or the workload',
      requiresArg: true,
    },
    store: storeOption,
    ...budgetOptions,
    json: jsonOption,
    quiet: { type: 'boolean', describe: 'no progress' },
  },
  examples: [
    ['hunt raft --bug RA3 --budget 60s', 'a stale read, in a few operations and faults'],
    ['hunt raft --seeds 1..1000', 'a thousand runs of the correct build'],
  ],
  run,
}

async function run(args: Arguments, signal: AbortSignal): Promise<ExitCode> {
  const catalog = await loadCatalog()
  const quarry = quarryOf(args)
  const seeds = seedsOf(args.text('seeds'))
  // Refuses what cannot be hunted before any thread starts.
  draw(quarry, seeds.from, catalog)
  const progress = new Progress(args.flag('quiet') || args.flag('json') ? 'quiet' : 'loud')
  progress.start()
  let said = monotonicMs()
  const hunted = await hunt({
    quarry,
    seeds,
    budgetMs: args.durationMs('budget') ?? 60_000,
    jobs: args.number('jobs', { from: 1, to: 256, whole: 'whole' }) ?? cpus().length,
    until: args.flag('all') ? 'end' : 'violation',
    signal,
    progress: (now) => {
      if (monotonicMs() - said < 5000) return
      said = monotonicMs()
      progress.line(countsOf(now))
    },
  })
  const first = hunted.trials.find(({ outcome }) => outcome === 'violation')
  const failed = hunted.trials.find(({ outcome }) => outcome === 'failed')
  const smallest =
    first === undefined ? undefined : await smaller(quarry, first.seed, catalog, progress)
  progress.stop()
  const kept = smallest === undefined ? undefined : await keep(smallest, catalog, args)
  if (args.flag('json')) console.log(JSON.stringify(documentOf(hunted, kept?.folder), null, 2))
  else {
    if (kept !== undefined) console.log(`${kept.text}\n`)
    console.log(countsOf(hunted))
    for (const line of coverageOf(hunted)) console.log(line)
    if (failed !== undefined)
      console.log(chalk.yellow(`seed ${failed.seed} failed: ${failed.says}`))
  }
  if (first !== undefined) return exitCodes.violation
  if (signal.aborted) return exitCodes.interrupted
  if (failed !== undefined) return exitCodes.environment
  return hunted.trials.length === 0 ? exitCodes.unknown : exitCodes.valid
}

const quarryOf = (args: Arguments): Quarry => {
  const workload = args.text('workload')
  const faults = args.list('faults')
  const nodes = args.number('nodes', { from: 1, to: 99, whole: 'whole' })
  const bug = args.text('bug')
  return {
    system: args.text('system')!,
    options: { ...optionValues(args.texts('option')), ...(bug === undefined ? {} : { bug }) },
    timeLimitS: args.number('time-limit', { from: 1, to: 86_400, whole: 'fractional' })!,
    ...(workload === undefined ? {} : { workload }),
    ...(faults.length === 0 ? {} : { faults }),
    ...(nodes === undefined ? {} : { nodes }),
  }
}

const seedsOf = (text = `1..${MOST_SEEDS}`): { readonly from: number; readonly to: number } => {
  const [, from, to] = /^(\d+)(?:\.\.(\d+))?$/.exec(text) ?? []
  if (from === undefined) throw new UsageError(`--seeds ${text}: expected FROM..TO, as 1..1000`)
  const seeds = { from: Number(from), to: Number(to ?? from) }
  if (seeds.to < seeds.from) throw new UsageError(`--seeds ${text}: ends before it begins`)
  return seeds
}

/** Plays the trial again and makes it small. */
const smaller = async (
  quarry: Quarry,
  seed: number,
  catalog: Catalog,
  progress: Progress,
): Promise<Trial> => {
  const until = monotonicMs() + SHRINK_MS
  progress.line(`seed ${seed} breaks a promise: making it smaller`)
  const found = await play(draw(quarry, seed, catalog), catalog)
  const smallest = await shrink(found, {
    play: (candidate) => play(candidate, catalog),
    isOver: () => monotonicMs() > until,
    progress: () => {},
  })
  progress.line(sizeOf(smallest.run))
  return smallest
}

const sizeOf = ({ schedule, nodes }: RunRecord): string =>
  `${schedule.episodes.length} fault episodes, ${schedule.calls?.length ?? 'all'} operations, ${nodes} nodes`

/** Plays it once more into a run's folder, with a report. */
const keep = async (
  { run }: Trial,
  catalog: Catalog,
  args: Arguments,
): Promise<{ readonly folder: string; readonly text: string }> => {
  const store = resolve(args.text('store')!)
  const result = await runTest({
    run: { ...run, command: repeating(run, join(runFolder(store, run.id), files.run)) },
    catalog,
    venue: simVenue(run),
    store,
    budget: budgetOf(args),
    progress: new Progress('quiet'),
    signal: new AbortController().signal,
  })
  return { folder: result.folder, text: await report(result) }
}

/** The command that plays exactly this again. */
const repeating = (run: RunRecord, planFile: string): string => {
  const { system, workload, nodes, timeLimitS, rate, concurrency, operationTimeoutMs, seed } = run
  const options = { ...run.systemOptions, ...run.workloadOptions }
  const request = { system, planFile, cluster: 'sim' as const, faults: [], options }
  return commandOf(
    { ...request, timeLimitS, rate, concurrency, operationTimeoutMs, seed },
    workload,
    nodes,
  )
}

const countsOf = ({ trials, tookMs }: Hunted): string => {
  const count = (wanted: string): number =>
    trials.filter(({ outcome }) => outcome === wanted).length
  const simulatedS = trials.reduce((sum, trial) => sum + trial.simulatedS, 0)
  const aMinute = Math.round((trials.length / tookMs) * 60_000)
  return (
    `${trials.length} runs (${aMinute} a minute), ${Math.round(simulatedS)} simulated seconds ` +
    `(${Math.round((simulatedS * 1000) / tookMs)} times real time): ${count('valid')} valid, ` +
    `${count('violation')} violations, ${count('unknown')} unknown, ${count('failed')} failed`
  )
}

/** What the runs have met. */
const coverageOf = ({ trials }: Hunted): readonly string[] => {
  const faults = new Map<string, number>()
  for (const trial of trials)
    for (const [name, times] of Object.entries(trial.faults))
      faults.set(name, (faults.get(name) ?? 0) + times)
  const operations = trials.reduce((sum, trial) => sum + trial.operations, 0)
  const changes = trials.reduce((sum, trial) => sum + trial.leaderChanges, 0)
  const met = [...faults]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, times]) => `${name} ${times}`)
  return [
    `met: ${operations} operations, ${changes} leader changes`,
    ...(met.length === 0 ? [] : [`faults in force: ${met.join(', ')}`]),
  ]
}

const documentOf = (hunted: Hunted, folder: string | undefined): object => ({
  version: 1,
  tookMs: Math.round(hunted.tookMs),
  ...(folder === undefined ? {} : { folder }),
  trials: hunted.trials,
})
