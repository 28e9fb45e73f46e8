/** `schism check`: judges recorded histories again: run folders, or files from elsewhere. */
import { availableParallelism } from 'node:os'
import { History } from '../../checkers/history.ts'
import type { VerdictRecord } from '../../results/run.ts'
import { type ExitCode, UsageError, worstExit } from '../errors.ts'
import type { Choice, JudgeInput } from '../judge/input.ts'
import { type Judged, JudgePool } from '../judge/pool.ts'
import {
  type Arguments,
  budgetOf,
  budgetOptions,
  type Command,
  jsonOption,
  readOptions,
  readOptionsOf,
} from './command.ts'
import { codeOf } from './outcome.ts'

export const checkCommand: Command = {
  command: 'check <input..>',
  describe: 'judge recorded histories again: run folders, or history files from anywhere',
  positional: {
    name: 'input',
    options: { type: 'string', array: true, describe: 'run folders or history files' },
  },
  options: {
    model: {
      type: 'string',
      alias: 'm',
      describe: 'judge by this model or checker (see "schism list"); told by the content if absent',
      requiresArg: true,
    },
    consistency: {
      // No array to yargs, which would take the files behind it for more of them.
      type: 'string',
      alias: 'c',
      describe:
        'what to hold against the model: linearizable (if absent), sequential, … or, for transactions, a level of isolation; or all',
      requiresArg: true,
    },
    'failed-cas': {
      type: 'string',
      choices: ['observe', 'drop'],
      describe: 'a failed compare-and-set tells that the value was another one, or nothing',
      requiresArg: true,
    },
    'version-order': {
      type: 'string',
      describe:
        'from what rw-register infers which value came first: wfr-keys, sequential-keys, linearizable-keys',
      requiresArg: true,
    },
    initial: {
      type: 'string',
      describe: 'the state before the first operation, as JSON',
      requiresArg: true,
    },
    witness: {
      type: 'boolean',
      describe:
        'with --json: an order that shows linearizability, key by key, or how far one comes',
    },
    ...readOptions,
    ...budgetOptions,
    json: jsonOption,
  },
  examples: [
    ['check results/runs/latest', 'the last run, with the checkers of this version'],
    ['check history.edn --model cas-register --initial 0', 'a history that Jepsen wrote'],
    ['check history.jsonl --consistency sequential,causal --json', 'two levels, for programs'],
    [
      'check txns.edn --model list-append --consistency snapshot-isolation',
      'transactions of appends, as Elle judges them',
    ],
  ],
  run: check,
}

async function check(args: Arguments): Promise<ExitCode> {
  const by = choiceOf(args)
  if (args.flag('witness') && !args.flag('json'))
    throw new UsageError('--witness: the order is printed with --json only')
  const showing = args.flag('witness') ? ({ show: 'witness' } as const) : {}
  const reading = readOptionsOf(args)
  const inputs = args
    .texts('input')
    .map(
      (path): JudgeInput => ({ path, ...reading, ...showing, ...(by === undefined ? {} : { by }) }),
    )
  const seats = Math.min(inputs.length, availableParallelism())
  const how = args.flag('json') ? 'json' : args.flag('quiet') ? 'headline' : 'report'
  const pool = new JudgePool(budgetOf(args), how === 'json' ? 'verdict' : 'report', seats)
  try {
    return await printAll(
      inputs.map((input) => pool.judge(input)),
      how,
    )
  } finally {
    pool.close()
  }
}

/** Prints the verdicts in the order of their inputs, each as soon as it is its turn. */
const printAll = async (
  all: readonly Promise<Judged>[],
  how: 'json' | 'report' | 'headline',
): Promise<ExitCode> => {
  // The first failure ends the command; those behind it must not end the process.
  for (const one of all) one.catch(() => {})
  const results: VerdictRecord[] = []
  for (const one of all) {
    const { verdict, report } = await one
    results.push(verdict)
    if (verdict.outcome === 'malformed') console.error(`schism: ${verdict.reason}`)
    else if (how !== 'json') {
      const text = report ?? (await withoutHistory(verdict))
      console.log(how === 'report' ? text : text.split('\n\n')[0])
    }
  }
  if (how === 'json') console.log(JSON.stringify({ version: 1, results }, null, 2))
  return worstExit(results.map(codeOf))
}

/** The text on an input whose worker had to be ended: its history is gone with it. */
const withoutHistory = async (verdict: VerdictRecord): Promise<string> => {
  const { elsewhere } = await import('../report.ts')
  return elsewhere(verdict, History.from([]))
}

/** What the options choose to judge by; undefined where they leave it open. */
const choiceOf = (args: Arguments): Choice | undefined => {
  const model = args.text('model')
  const consistency = args.list('consistency')
  const failedCas = args.text('failed-cas') as Choice['failedCas']
  const versionOrder = args.list('version-order')
  const initial = args.text('initial')
  const choice: Choice = {
    ...(model === undefined ? {} : { model }),
    ...(consistency.length === 0 ? {} : { consistency }),
    ...(failedCas === undefined ? {} : { failedCas }),
    ...(versionOrder.length === 0 ? {} : { versionOrder }),
    ...(initial === undefined ? {} : { initial: { value: json(initial) } }),
  }
  return Object.keys(choice).length === 0 ? undefined : choice
}

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`--initial ${text}: expected a JSON value such as 0, null or "text"`)
  }
}
