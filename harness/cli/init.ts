/** `schism init`: writes a starting point for testing a system of one's own, which runs as it is. */
import { type ExitCode, exitCodes } from '../errors.ts'
import { type Start, starts, writeStart } from '../own/starts.ts'
import { type Arguments, type Command, jsonOption } from './command.ts'

const kinds = Object.entries(starts).map(([name, { summary }]) => `${name}: ${summary}`)

export const initCommand: Command = {
  command: 'init [start]',
  describe: 'write a starting point for testing a system of your own, which runs as it is',
  positional: {
    name: 'start',
    options: {
      type: 'string',
      choices: Object.keys(starts),
      default: 'compose',
      describe: kinds.join('; '),
    },
  },
  options: { json: jsonOption },
  examples: [
    ['init', 'a compose file; nothing is overwritten'],
    ['init system', 'a system in one TypeScript file'],
    ['init stdio', 'a client program in Python and in bash'],
  ],
  run: init,
}

async function init(args: Arguments): Promise<ExitCode> {
  const start = args.text('start') as Start
  const names = writeStart(start, process.cwd())
  const { next } = starts[start]
  if (args.flag('json')) {
    console.log(JSON.stringify({ version: 1, start, files: names, next }, null, 2))
    return exitCodes.valid
  }
  console.log(`wrote ${names.join(', ')}`)
  if (!args.flag('quiet'))
    console.log(['', 'It runs as it is:', ...next.map((line) => `  ${line}`)].join('\n'))
  return exitCodes.valid
}
