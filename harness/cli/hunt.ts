/** `schism hunt`: many seeded runs in the simulation, until one breaks a promise; then the smallest that does. */
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import chalk from 'chalk'
import { type Catalog, loadCatalog } from '../catalog.ts'
import { caseOfHunt, JUnitFile, junitOption } from '../ci/single.ts'
import { monotonicMs } from '../clock.ts'
import { type ExitCode, exitCodes, UsageError } from '../errors.ts'
import { type Hunted, hunt } from '../hunt/hunt.ts'
import { type Found, type Kept, keep } from '../hunt/keep.ts'
import { shrink } from '../hunt/shrink.ts'
import { sizeOf, wordsOf } from '../hunt/size.ts'
import { smallestOf } from '../hunt/smallest.ts'
import { countsOf, coverageOf, documentOf } from '../hunt/tally.ts'
import { draw, play, type Quarry, type Trial } from '../hunt/trial.ts'
import { Progress } from '../progress.ts'
import { report } from '../report.ts'
import {
  type Arguments,
  budgetOf,
  budgetOptions,
  type Command,
  jsonOption,
  storeOption,
} from './command.ts'
import { expectation, type Settled, settle } from './outcome.ts'
import { optionValues } from './test.ts'

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
    shrink: {
      type: 'string',
      describe: 'time in which what was found is made smaller',
      default: '60s',
      requiresArg: true,
    },
    expect: {
      type: 'string',
      describe: 'violation[:anomaly]: succeed only if the hunt finds it',
      requiresArg: true,
    },
    keep: {
      type: 'string',
      describe: 'folder of findings that the smallest run is to join (results/findings)',
      requiresArg: true,
    },
    store: storeOption,
    ...budgetOptions,
    budget: {
      type: 'string',
      describe: 'time for the hunt, and for each check of what it finds',
      default: '60s',
      requiresArg: true,
    },
    junit: junitOption,
    json: jsonOption,
  },
  examples: [
    ['hunt raft --bug RA3 --budget 60s', 'a stale read, in a few operations and faults'],
    ['hunt raft --seeds 1..1000', 'a thousand runs of the correct build'],
    ['hunt raft --bug RA3 --keep results/findings', 'kept, to be played again by every test'],
  ],
  run,
}

async function run(args: Arguments, signal: AbortSignal): Promise<ExitCode> {
  const catalog = await loadCatalog()
  const quarry = quarryOf(args)
  const seeds = seedsOf(args.text('seeds'))
  const expect = expectation(args.text('expect'))
  // Refuses what cannot be hunted before any thread starts.
  draw(quarry, seeds.from, catalog)
  const junit = args.text('junit')
  const file = junit === undefined ? undefined : new JUnitFile(junit)
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
  const found =
    first === undefined
      ? undefined
      : await smaller(hunted, await play(draw(quarry, first.seed, catalog), catalog), {
          ...{ catalog, quarry, progress },
          shrinkMs: args.durationMs('shrink')!,
        })
  progress.stop()
  const findings = args.text('keep')
  const kept =
    found === undefined
      ? undefined
      : await keep(found, {
          catalog,
          store: resolve(args.text('store')!),
          budget: budgetOf(args),
          ...(findings === undefined ? {} : { findings: resolve(findings) }),
        })
  const { code, said: settled } = ended(hunted, kept, expect, signal)
  const text = kept === undefined ? [] : [await report(kept), '']
  file?.write(
    [caseOfHunt(hunted, kept && { ...kept, text: text[0]! }, { quarry, expect, code })],
    code,
  )
  if (args.flag('json')) console.log(JSON.stringify(documentOf(hunted, kept), null, 2))
  else {
    for (const line of text) console.log(line)
    tell(hunted, kept)
    if (settled !== undefined) console.log(settled)
  }
  return code
}

/** Says how small what was found has become, if anything was, and what the runs have met. */
const tell = (hunted: Hunted, kept: Kept | undefined): void => {
  if (kept !== undefined) {
    const { before, after } = kept.record
    console.log(`made small: ${wordsOf(before)} -> ${wordsOf(after)}`)
    if (kept.finding !== undefined) console.log(`kept in ${kept.finding}`)
  }
  console.log(countsOf(hunted))
  for (const line of coverageOf(hunted)) console.log(line)
  const failed = hunted.trials.find(({ outcome }) => outcome === 'failed')
  if (failed !== undefined) console.log(chalk.yellow(`seed ${failed.seed} failed: ${failed.says}`))
}

/** A violation beats everything, then an interrupt; a run that failed beats all that kept their promise. */
const ended = (
  { trials }: Hunted,
  kept: Kept | undefined,
  expect: string | undefined,
  signal: AbortSignal,
): Settled => {
  if (kept !== undefined) return settle(kept.verdict, expect)
  if (signal.aborted) return { code: exitCodes.interrupted }
  if (trials.some(({ outcome }) => outcome === 'failed')) return { code: exitCodes.environment }
  const said = expect === undefined ? {} : { said: 'expected a violation, found none' }
  const isVain = trials.length === 0 || expect !== undefined
  return { code: isVain ? exitCodes.unknown : exitCodes.valid, ...said }
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

interface Shrinking {
  readonly catalog: Catalog
  readonly quarry: Quarry
  readonly progress: Progress
  /** How long it may take, ms. */
  readonly shrinkMs: number
}

/** Makes the run small, or another one that breaks the same promise. */
const smaller = async (
  hunted: Hunted,
  first: Trial,
  { catalog, quarry, progress, shrinkMs }: Shrinking,
): Promise<Found> => {
  const begun = monotonicMs()
  const found = await smallestOf(first, {
    now: monotonicMs,
    limitMs: shrinkMs,
    shrink: (trial, until) =>
      shrink(trial, {
        catalog,
        play: (candidate) => play(candidate, catalog),
        isOver: () => monotonicMs() > until,
        progress: () => {},
      }),
    playSeed: (seed) => play(draw(quarry, seed, catalog), catalog),
    progress: (trial) =>
      progress.line(
        `seed ${trial.run.seed} breaks a promise (${wordsOf(sizeOf(trial))}): making it smaller`,
      ),
  })
  progress.line(wordsOf(sizeOf(found.smallest)))
  return { hunted, ...found, shrinkMs: monotonicMs() - begun }
}
