/** `schism convert`: writes a history in another format, so that other tools can judge it. */
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type WriterName, writers } from '../../results/formats/write.ts'
import { type ExitCode, exitCodes, messageOf, UsageError } from '../errors.ts'
import { historyOf } from '../judge/input.ts'
import { type Arguments, type Command, jsonOption, readOptions, readOptionsOf } from './command.ts'

export const convertCommand: Command = {
  command: 'convert <input>',
  describe: 'write a history in another format, for other tools',
  positional: {
    name: 'input',
    options: { type: 'string', describe: "a run's folder or a history file" },
  },
  options: {
    to: {
      type: 'string',
      choices: Object.keys(writers),
      describe: 'edn as Jepsen, Knossos and Elle read it, or jsonl, our own',
      demandOption: true,
      requiresArg: true,
    },
    output: {
      type: 'string',
      alias: 'o',
      describe: 'the file to write; standard output if absent',
      requiresArg: true,
    },
    ...readOptions,
    json: {
      ...jsonOption,
      describe: 'print one JSON document about what was written; with --output',
    },
  },
  examples: [
    ['convert results/runs/latest --to edn --output history.edn', 'for Knossos or Elle'],
    ['convert history.edn --to jsonl', 'a history of Jepsen, one JSON object a line'],
  ],
  run: convert,
}

async function convert(args: Arguments): Promise<ExitCode> {
  const path = args.text('input')!
  const output = args.text('output')
  if (args.flag('json') && output === undefined)
    throw new UsageError('--json: the history itself goes to standard output; give --output')
  const { history, notes } = await historyOf({ path, ...readOptionsOf(args) })
  if (!args.flag('quiet')) for (const note of notes) console.error(`schism: ${note}`)
  const to = args.text('to') as WriterName
  const text = writers[to](history)
  try {
    if (output === undefined) await pipeline(Readable.from(text), process.stdout, { end: false })
    else await pipeline(Readable.from(text), createWriteStream(output))
  } catch (error) {
    // Whoever reads has seen enough, such as `head`.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return exitCodes.valid
    if (error instanceof UsageError) throw error
    throw new UsageError(`${output ?? 'standard output'}: cannot be written: ${messageOf(error)}`)
  }
  if (args.flag('json'))
    console.log(
      JSON.stringify(
        { version: 1, input: path, output, to, events: history.length, notes },
        null,
        2,
      ),
    )
  return exitCodes.valid
}
