/** `schism serve`: the runs of a store in a browser, until Ctrl-C. */
import { resolve } from 'node:path'
import { RunIndex } from '../../results/archive/index.ts'
import { type ExitCode, exitCodes, messageOf } from '../errors.ts'
import { isLoopback } from '../serve/guard.ts'
import { serve } from '../serve/server.ts'
import {
  type Arguments,
  budgetOf,
  budgetOptions,
  type Command,
  jsonOption,
  storeOption,
} from './command.ts'

export const serveCommand: Command = {
  command: 'serve',
  describe: 'browse, compare and watch the runs of a store in a browser, until Ctrl-C',
  options: {
    port: {
      type: 'string',
      describe: '0 for any that is free',
      default: '8008',
      requiresArg: true,
    },
    host: {
      type: 'string',
      describe: 'address to listen at; by default only this machine can reach it',
      default: '127.0.0.1',
      requiresArg: true,
    },
    'allow-changes': {
      type: 'boolean',
      describe: 'let runs be judged again from the page; nothing is ever changed otherwise',
    },
    store: storeOption,
    ...budgetOptions,
    json: { ...jsonOption, describe: 'print one JSON document when it answers' },
  },
  examples: [
    ['serve', 'the runs in results/runs; open the address that it prints'],
    ['serve --port 0 --store /srv/runs --allow-changes', 'runs may be judged again'],
  ],
  interrupted: 'ended',
  run: serveRuns,
}

async function serveRuns(args: Arguments, signal: AbortSignal): Promise<ExitCode> {
  const store = resolve(args.text('store')!)
  const host = args.text('host')!
  const changes = args.flag('allow-changes') ? 'allowed' : 'refused'
  const port = args.number('port', { from: 0, to: 65_535, whole: 'whole' })!
  const served = await serve({
    ...{ store, host, port, changes },
    index: new RunIndex(store),
    budget: budgetOf(args),
    failed: (error) => console.error(`schism: ${messageOf(error)}`),
  })
  const { url } = served
  if (args.flag('json'))
    console.log(JSON.stringify({ version: 1, url, host, port: served.port, store, changes }))
  else console.log(url)
  if (!args.flag('quiet') && !args.flag('json')) {
    console.error(`schism: serves ${store}, changes ${changes}, until Ctrl-C`)
    if (!isLoopback(host))
      console.error('schism: other machines can reach this: whoever has the address sees all runs')
  }
  await new Promise<void>((end) => signal.addEventListener('abort', () => end(), { once: true }))
  await served.close()
  return exitCodes.valid
}
