/** `schism init`: writes a starting point for testing a system of one's own, which runs as it is. */
import { type ExitCode, exitCodes } from '../errors.ts'
import { type Start, starts, writeStart } from '../own/starts.ts'
import type { Arguments, Command } from './command.ts'

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
  options: {},
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
  console.log(`wrote ${names.join(', ')}`)
  console.log(
    ['', 'It runs as it is:', ...starts[start].next.map((line) => `  ${line}`)].join('\n'),
  )
  return exitCodes.valid
}
