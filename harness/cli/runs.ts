/** `schism runs`: the runs of a store, newest first. */
import { relative, resolve } from 'node:path'
import type ms from 'ms'
import parseMs from 'ms'
import { RunIndex } from '../../results/archive/index.ts'
import { rowOutcomes } from '../../results/archive/row.ts'
import { type Selection, selectRuns } from '../../results/archive/select.ts'
import { runsText } from '../../results/report/runs-text.ts'
import { counted } from '../../results/report/text.ts'
import { suggestion } from '../catalog.ts'
import { wallTime } from '../clock.ts'
import { type ExitCode, exitCodes, UsageError } from '../errors.ts'
import { type Arguments, type Command, jsonOption, storeOption } from './command.ts'

export const runsCommand: Command = {
  command: 'runs',
  describe: 'the runs of a store, newest first',
  options: {
    system: {
      type: 'string',
      describe: 'of these systems, separated by commas',
      requiresArg: true,
    },
    workload: {
      type: 'string',
      alias: 'w',
      describe: 'with these workloads',
      requiresArg: true,
    },
    faults: { type: 'string', alias: 'f', describe: 'with all of these faults', requiresArg: true },
    outcome: {
      type: 'string',
      describe: `that ended so: ${rowOutcomes.join(', ')}`,
      requiresArg: true,
    },
    seed: { type: 'string', describe: 'of this seed', requiresArg: true },
    since: {
      type: 'string',
      describe: 'begun since: 2h, 7d, or a date as 2026-11-21 or 2026-11-21T16:00',
      requiresArg: true,
    },
    search: { type: 'string', describe: 'with these words anywhere', requiresArg: true },
    limit: { type: 'string', describe: 'at most so many', default: '50', requiresArg: true },
    store: storeOption,
    json: jsonOption,
  },
  examples: [
    ['runs --outcome violation', 'what was found'],
    ['runs --system etcd,raft --since 7d --json', 'of a week, for programs'],
    ['runs --quiet --limit 1', 'the id of the newest run alone'],
  ],
  run: runs,
}

async function runs(args: Arguments): Promise<ExitCode> {
  const selection = selectionOf(args)
  const limit = args.number('limit', { from: 1, to: 1e6, whole: 'whole' })!
  const store = resolve(args.text('store')!)
  const all = new RunIndex(store).rows()
  const matched = selectRuns(all, selection)
  const shown = matched.slice(0, limit)
  if (args.flag('json')) {
    const counts = { total: all.length, matched: matched.length }
    console.log(JSON.stringify({ version: 1, store, ...counts, runs: shown }, null, 2))
    return exitCodes.valid
  }
  if (args.flag('quiet')) {
    for (const { id } of shown) console.log(id)
    return exitCodes.valid
  }
  for (const text of shown.length === 0 ? [] : runsText(shown, width())) console.log(text)
  const place = relative(process.cwd(), store) || '.'
  const left = matched.length - shown.length
  const more = left === 0 ? '' : `, ${left} more with --limit ${matched.length}`
  console.log(`${counted(matched.length, 'run')} of ${all.length} in ${place}${more}`)
  return exitCodes.valid
}

/** What a line may take: all of a terminal, or what most logs show. */
const width = (): number => Math.max(100, process.stdout.columns ?? 160)

const selectionOf = (args: Arguments): Selection => {
  const search = args.text('search')
  const seed = args.number('seed', { from: 0, to: 2 ** 31 - 1, whole: 'whole' })
  const since = args.text('since')
  const outcomes = args.list('outcome')
  for (const outcome of outcomes)
    if (!rowOutcomes.some((known) => known === outcome))
      throw new UsageError(`--outcome ${outcome}: unknown${suggestion(outcome, rowOutcomes)}`)
  return {
    systems: args.list('system'),
    workloads: args.list('workload'),
    faults: args.list('faults'),
    outcomes,
    ...(search === undefined ? {} : { search }),
    ...(seed === undefined ? {} : { seed }),
    ...(since === undefined ? {} : { since: timeOf(since) }),
  }
}

/** A time as ISO 8601: how long ago, or a date. */
const timeOf = (text: string): string => {
  const date = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  const ago = parseMs(text as ms.StringValue)
  const at = Number.isNaN(date) ? wallTime().getTime() - (ago ?? Number.NaN) : date
  if (Number.isNaN(at))
    throw new UsageError(
      `--since ${text}: expected how long ago, as 2h or 7d, or a date as 2026-11-21`,
    )
  return new Date(at).toISOString()
}
