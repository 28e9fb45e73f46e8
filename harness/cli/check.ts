/** `schism check`: judges recorded histories again: a run's folder, or files from elsewhere. */
import { resolve } from 'node:path'
import type { FormatName } from '../../results/formats/read.ts'
import type { VerdictRecord } from '../../results/run.ts'
import { writeVerdict } from '../../results/store.ts'
import { type ExitCode, worstExit } from '../errors.ts'
import { runOf } from '../judge/input.ts'
import { judge } from '../judge/judge.ts'
import { report } from '../report.ts'
import { type Arguments, budgetOf, budgetOptions, type Command, jsonOption } from './command.ts'
import { codeOf } from './test.ts'

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
    format: {
      type: 'string',
      choices: ['jsonl', 'porcupine-etcd', 'porcupine-kv'],
      describe: 'read the files as this format instead of recognising it',
      requiresArg: true,
    },
    ...budgetOptions,
    json: jsonOption,
  },
  examples: [
    ['check results/runs/latest', 'the last run, with the checkers of this version'],
    ['check history.jsonl --model cas-register --json', 'a history from elsewhere'],
  ],
  run: check,
}

async function check(args: Arguments): Promise<ExitCode> {
  const model = args.text('model')
  const format = args.text('format') as FormatName | undefined
  const results: VerdictRecord[] = []
  for (const path of args.texts('input')) {
    const input = {
      path,
      ...(model === undefined ? {} : { model }),
      ...(format === undefined ? {} : { format }),
    }
    const verdict = await judge(input, budgetOf(args))
    results.push(verdict)
    if (verdict.outcome === 'malformed') console.error(`schism: ${verdict.reason}`)
    else if (!args.flag('json')) console.log(await say(verdict, model))
  }
  if (args.flag('json')) console.log(JSON.stringify({ version: 1, results }, null, 2))
  return worstExit(results.map(codeOf))
}

/** The report on one verdict; a run's folder gets its verdict and report renewed. */
const say = async (verdict: VerdictRecord, model: string | undefined): Promise<string> => {
  const folder = resolve(verdict.input)
  const run = runOf(verdict.input)
  if (run === undefined || model !== undefined) return report({ verdict })
  writeVerdict(folder, verdict)
  return report({ folder, run, verdict })
}
