/** `schism merge`: the records of several shards, or of several machines, as one report with one exit code. */
import { resolve } from 'node:path'
import { merged, readAll } from '../ci/merge.ts'
import { makeFolder, publish } from '../ci/reports.ts'
import type { ExitCode } from '../errors.ts'
import { type Arguments, type Command, jsonOption } from './command.ts'

export const mergeCommand: Command = {
  command: 'merge <folder..>',
  describe: 'put the reports of several shards of "schism ci" together',
  positional: {
    name: 'folder',
    options: { type: 'string', array: true, describe: 'their folders, or one that holds them' },
  },
  options: {
    output: {
      type: 'string',
      describe: 'folder for the reports',
      default: 'results/ci',
      requiresArg: true,
    },
    json: { ...jsonOption, conflicts: 'tap' },
    tap: { type: 'boolean', describe: 'print the results as TAP' },
  },
  examples: [['merge results/ci-1 results/ci-2 results/ci-3', 'three shards, one exit code']],
  run: merge,
}

async function merge(args: Arguments): Promise<ExitCode> {
  const folder = resolve(args.text('output')!)
  const record = merged(readAll(args.texts('folder')), folder)
  makeFolder(folder)
  const how = args.flag('json') ? 'json' : args.flag('tap') ? 'tap' : 'text'
  return publish(record, folder, how, process.env)
}
