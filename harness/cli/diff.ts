/** `schism diff`: what is different between two runs: what they were to do, what was found, and the numbers. */
import { resolve } from 'node:path'
import { difference } from '../../results/archive/difference.ts'
import { resolveRun } from '../../results/archive/resolve.ts'
import { sideOf } from '../../results/archive/stored-history.ts'
import { differenceText } from '../../results/report/difference-text.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { type Arguments, type Command, jsonOption, storeOption } from './command.ts'

const run = { type: 'string', describe: 'as "schism show" takes it' } as const

export const diffCommand: Command = {
  command: 'diff <run> <other>',
  describe: 'what is different between two runs; the exit code says nothing about it',
  positional: [
    { name: 'run', options: run },
    { name: 'other', options: run },
  ],
  options: { store: storeOption, json: jsonOption },
  examples: [
    ['diff 20261121T0457 latest', 'plan, verdict, anomalies, latencies, faults'],
    ['diff 20261121T0457 latest --json', 'for programs'],
  ],
  run: diff,
}

async function diff(args: Arguments): Promise<ExitCode> {
  const store = resolve(args.text('store')!)
  const [one, other] = [args.text('run')!, args.text('other')!].map((text) =>
    sideOf(resolveRun(store, text)),
  )
  const found = difference(one!, other!)
  if (args.flag('json')) console.log(JSON.stringify(found, null, 2))
  else console.log(differenceText(found, Math.max(100, process.stdout.columns ?? 160)))
  return exitCodes.valid
}
