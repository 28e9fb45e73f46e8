/**
 * The command line. Every end goes through the one table of exit codes; nothing is left to Node's own,
 * which is 1 for anything that escapes and would read as "violation found".
 */
import { FormatError } from '../results/formats/format.ts'
import { StoreError } from '../results/store.ts'
import { colours } from './cli/colours.ts'
import { commandsFor } from './cli/commands.ts'
import { COMPLETE, completionsOf } from './cli/complete.ts'
import { parser } from './cli/parser.ts'
import { EnvironmentError, type ExitCode, exitCodes, messageOf, UsageError } from './errors.ts'

const main = async (argv: readonly string[]): Promise<ExitCode> => {
  const force = colours(argv, process.env)
  if (force !== undefined) process.env.FORCE_COLOR = force
  if (argv[0] === COMPLETE) {
    for (const word of await completionsOf(argv.slice(1))) console.log(word)
    return exitCodes.valid
  }
  const known = await commandsFor(argv.find((word) => !word.startsWith('-')))
  let code: ExitCode = exitCodes.usage
  const cli = parser(argv, {
    known,
    signal: interruptible(known.length === 1 ? known[0]?.interrupted : undefined),
    done: (result) => {
      code = result
    },
  })
  if (argv.length === 0) {
    console.error(await cli.getHelp())
    return exitCodes.usage
  }
  if (argv.some((word) => word === '--help' || word === '--version')) code = exitCodes.valid
  await cli.parseAsync()
  return code
}

/** Aborts at the first Ctrl-C (heal, keep, judge, remove); the second one gives up at once. */
const interruptible = (
  says = 'interrupted: healing, judging and removing (once more to give up)',
): AbortSignal => {
  const controller = new AbortController()
  const interrupt = (): void => {
    if (controller.signal.aborted) {
      console.error('schism: given up; "schism clean" removes what is left')
      process.exit(exitCodes.interrupted)
    }
    console.error(`schism: ${says}`)
    controller.abort(new Error('interrupted'))
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  return controller.signal
}

const ended = (error: unknown): ExitCode => {
  const verbose = process.argv.includes('--verbose')
  const known =
    error instanceof UsageError || error instanceof FormatError || error instanceof StoreError
  const code = known
    ? exitCodes.usage
    : error instanceof EnvironmentError
      ? exitCodes.environment
      : exitCodes.bug
  const what = code === exitCodes.bug ? 'a bug in schism: ' : ''
  console.error(`schism: ${what}${messageOf(error)}`)
  if (verbose && error instanceof Error) console.error(error.stack)
  return code
}

process.exitCode = await main(process.argv.slice(2)).catch(ended)
// Whatever still holds the event loop (a socket of a driver) must not hold the command.
setTimeout(() => process.exit(), 2000).unref()
