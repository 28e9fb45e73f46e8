/** `schism show`: the report of a stored run again, as far as it can be read, without judging it again. */
import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { resolveRun } from '../../results/archive/resolve.ts'
import { outcomeOf } from '../../results/archive/row.ts'
import { readStored, toldVerdict } from '../../results/archive/stored.ts'
import { storedHistory } from '../../results/archive/stored-history.ts'
import { consoleReport } from '../../results/report/console.ts'
import { files } from '../../results/store.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { type Arguments, type Command, jsonOption, storeOption } from './command.ts'
import { codeOf } from './outcome.ts'

export const showCommand: Command = {
  command: 'show <run>',
  describe: 'the report of a stored run, with the exit code of its verdict',
  positional: {
    name: 'run',
    options: {
      type: 'string',
      describe: "a run's id, the beginning or the end of it, latest, or its folder",
    },
  },
  options: { store: storeOption, json: jsonOption },
  examples: [
    ['show latest', 'the last run'],
    ['show 20261121T0457 --json', 'the only run of that minute, for programs'],
  ],
  run: show,
}

async function show(args: Arguments): Promise<ExitCode> {
  const folder = resolveRun(resolve(args.text('store')!), args.text('run')!)
  const stored = readStored(folder)
  const { run, verdict } = stored
  const { history, numbers, missing } = storedHistory(stored)
  const reportPath = join(folder, files.report)
  if (args.flag('json')) {
    const document = {
      version: 1,
      id: run?.id ?? basename(folder),
      folder,
      outcome: run === undefined ? 'damaged' : outcomeOf(verdict),
      missing,
      ...(run === undefined ? {} : { run }),
      ...(verdict === undefined ? {} : { verdict }),
      ...(numbers === undefined ? {} : { numbers }),
      ...(existsSync(reportPath) ? { report: reportPath } : {}),
    }
    console.log(JSON.stringify(document, null, 2))
  } else {
    const text = consoleReport({
      ...{ run, verdict: toldVerdict(stored, missing), history, folder },
      ...(existsSync(reportPath) ? { reportPath } : {}),
    })
    console.log(args.flag('quiet') ? text.split('\n\n')[0] : text)
  }
  return verdict === undefined ? exitCodes.unknown : codeOf(verdict)
}
