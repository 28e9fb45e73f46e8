/**
 * The command line. Every end goes through the one table of exit codes; nothing is left to Node's own,
 * which is 1 for anything that escapes and would read as "violation found".
 */
import yargs from 'yargs'
import { FormatError } from '../results/formats/format.ts'
import { StoreError } from '../results/store.ts'
import { suggestion } from './catalog.ts'
import { asModule, type Command } from './cli/command.ts'
import { EnvironmentError, type ExitCode, exitCodes, messageOf, UsageError } from './errors.ts'
import { version } from './version.ts'

/** Every command, loaded when it is named: what drives containers takes longer to load than most checks. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  test: async () => (await import('./cli/test.ts')).testCommand,
  hunt: async () => (await import('./cli/hunt.ts')).huntCommand,
  check: async () => (await import('./cli/check.ts')).checkCommand,
  convert: async () => (await import('./cli/convert.ts')).convertCommand,
  list: async () => (await import('./cli/list.ts')).listCommand,
  doctor: async () => (await import('./cli/doctor.ts')).doctorCommand,
  clean: async () => (await import('./cli/clean.ts')).cleanCommand,
}

/** The command that stands first, or all of them where none does. */
const named = (argv: readonly string[]): Promise<readonly Command[]> => {
  const [first = ''] = argv
  const chosen = Object.hasOwn(commands, first) ? [commands[first]!] : Object.values(commands)
  return Promise.all(chosen.map((load) => load()))
}

const main = async (argv: readonly string[]): Promise<ExitCode> => {
  const signal = interruptible()
  const known = await named(argv)
  let code: ExitCode = exitCodes.usage
  const cli = yargs([...argv])
    .scriptName('schism')
    .usage('$0: breaks replicated systems and proves from the history what they kept')
    .version(version)
    .option('verbose', { type: 'boolean', describe: 'show stack traces' })
    .demandCommand(1, 'expected a command')
    .strict()
    .parserConfiguration({ 'parse-numbers': false, 'parse-positional-numbers': false })
    .wrap(100)
    .epilogue(
      'exit codes: 0 valid, 1 violation, 2 unknown, 253 environment, 254 usage, 255 bug, 130 interrupted',
    )
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(better(message, argv, known))
    })
  for (const command of known)
    cli.command(
      asModule(command, signal, (result) => {
        code = result
      }),
    )
  if (argv.length === 0) {
    console.error(await cli.getHelp())
    return exitCodes.usage
  }
  if (argv.some((word) => word === '--help' || word === '--version')) code = exitCodes.valid
  await cli.parseAsync()
  return code
}

/** yargs' message with what may have been meant. */
const better = (message: string, argv: readonly string[], loaded: readonly Command[]): string => {
  const unknown = /^Unknown (argument|command)s?: ([^,]+)/.exec(message)
  if (unknown === null) return message.replaceAll(/\s*\n\s*/g, ' ')
  const [, , given = ''] = unknown
  const command = loaded.find(({ command }) => command.split(' ')[0] === argv[0])
  if (command === undefined)
    return `unknown command ${JSON.stringify(argv[0])}${suggestion(argv[0] ?? '', Object.keys(commands))}`
  const options = [...Object.keys(command.options), 'verbose', 'help', 'version']
  return argv.some((word) => word.startsWith(`--${given}`) || word === `-${given}`)
    ? `unknown option --${given}${suggestion(given, options)}`
    : `unexpected argument ${JSON.stringify(given)}`
}

/** Aborts at the first Ctrl-C (heal, keep, judge, remove); the second one gives up at once. */
const interruptible = (): AbortSignal => {
  const controller = new AbortController()
  const interrupt = (): void => {
    if (controller.signal.aborted) {
      console.error('schism: given up; "schism clean" removes what is left')
      process.exit(exitCodes.interrupted)
    }
    console.error('schism: interrupted: healing, judging and removing (once more to give up)')
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
