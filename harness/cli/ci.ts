/** `schism ci`: a matrix of runs from a configuration, within a time, with reports for people and for CI services. */
import { resolve } from 'node:path'
import { loadCatalog } from '../catalog.ts'
import { casesOf } from '../ci/cases.ts'
import type { CiConfig } from '../ci/config.ts'
import { loadConfig } from '../ci/file.ts'
import { playMatrix } from '../ci/matrix.ts'
import { makeFolder, type Printed, publish } from '../ci/reports.ts'
import { partOf, shardOf } from '../ci/shard.ts'
import { missing } from '../engine.ts'
import type { ExitCode } from '../errors.ts'
import { type Arguments, type Command, jsonOption } from './command.ts'

export const ciCommand: Command = {
  command: 'ci [config]',
  describe: 'run a matrix of tests from a configuration, with reports for CI services',
  positional: {
    name: 'config',
    options: { type: 'string', describe: 'a file; schism.config.{ts,mts,js,mjs,json} if absent' },
  },
  options: {
    budget: {
      type: 'string',
      describe: 'time for everything (10m): what does not fit is said, and is unknown',
      requiresArg: true,
    },
    unfinished: {
      type: 'string',
      choices: ['unknown', 'pass'],
      describe: 'what becomes of cases that the budget left out',
      requiresArg: true,
    },
    shard: { type: 'string', describe: 'one part of the matrix: 1/3, 2/3, …', requiresArg: true },
    jobs: {
      type: 'string',
      describe: 'cases at a time; one a core in the simulation and one of containers if absent',
      requiresArg: true,
    },
    retries: {
      type: 'string',
      describe: 'how often a run that the environment failed is tried again (2)',
      requiresArg: true,
    },
    again: {
      type: 'string',
      describe: 'how often the schedule of a violation is played again (3)',
      requiresArg: true,
    },
    seed: {
      type: 'string',
      describe: 'the first seed of entries that only say how many (1)',
      requiresArg: true,
    },
    cluster: {
      type: 'string',
      choices: ['docker', 'sim', 'auto'],
      describe: 'for entries that say none: containers, the simulation, or what there is',
      requiresArg: true,
    },
    output: {
      type: 'string',
      describe: 'folder for the reports and the runs',
      default: 'results/ci',
      requiresArg: true,
    },
    json: { ...jsonOption, conflicts: ['events', 'tap'] },
    events: {
      type: 'boolean',
      describe: 'print what happens as it happens, one JSON object a line',
      conflicts: 'tap',
    },
    tap: { type: 'boolean', describe: 'print the results as TAP' },
  },
  examples: [
    ['ci', 'the matrix of the schism.config.ts here'],
    ['ci gate.config.json --budget 10m', 'a gate for pull requests'],
    ['ci --shard 1/3 --output results/ci-1', 'a third of it; "schism merge" puts them together'],
  ],
  run: ci,
}

async function ci(args: Arguments, signal: AbortSignal): Promise<ExitCode> {
  const { path, config: written, here } = await loadConfig(args.text('config'))
  const config = { ...written, ...givenTo(args) }
  const part = args.text('shard')
  const shard = part === undefined ? undefined : shardOf(part)
  const catalog = await loadCatalog()
  const hasEngine = (await missing()) === undefined
  const cases = await casesOf({
    ...{ source: path, config, catalog, hasEngine, here },
    remark: (line) => console.error(`schism: ${line}`),
  })
  const folder = resolve(args.text('output')!)
  makeFolder(folder)
  const how = printedOf(args)
  const record = await playMatrix({
    source: path,
    config,
    cases: shard === undefined ? cases : partOf(cases, shard),
    matrix: cases.length,
    ...(shard === undefined ? {} : { shard }),
    folder,
    quiet: args.flag('quiet') || how !== 'text' ? 'quiet' : 'loud',
    print: how === 'events' ? (line) => console.log(line) : () => {},
    signal,
  })
  return publish(record, folder, how, process.env)
}

/** What the options say in place of the configuration. */
const givenTo = (args: Arguments): Partial<CiConfig> => {
  const whole = (name: string, from: number, to: number): number | undefined =>
    args.number(name, { from, to, whole: 'whole' })
  const given = {
    budget: args.durationMs('budget'),
    unfinished: args.text('unfinished'),
    jobs: whole('jobs', 1, 256),
    retries: whole('retries', 0, 20),
    again: whole('again', 0, 1000),
    seed: whole('seed', 0, 2 ** 31 - 1),
    cluster: args.text('cluster'),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

const printedOf = (args: Arguments): Printed =>
  (['json', 'events', 'tap'] as const).find((name) => args.flag(name)) ?? 'text'
