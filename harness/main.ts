/**
 * The command line. Every end goes through the one table of exit codes; nothing is left to Node's own,
 * which is 1 for anything that escapes and would read as "violation found".
 */
import yargs from 'yargs'
import { FormatError } from '../results/formats/read.ts'
import { StoreError } from '../results/store.ts'
import { suggestion } from './catalog.ts'
import { checkCommand } from './cli/check.ts'
import { cleanCommand } from './cli/clean.ts'
import { asModule, type Command } from './cli/command.ts'
import { doctorCommand } from './cli/doctor.ts'
import { listCommand } from './cli/list.ts'
import { testCommand } from './cli/test.ts'
import { EnvironmentError, type ExitCode, exitCodes, messageOf, UsageError } from './errors.ts'
import { version } from './version.ts'

const commands: readonly Command[] = [
  testCommand,
  checkCommand,
  listCommand,
  doctorCommand,
  cleanCommand,
]

const main = async (argv: readonly string[]): Promise<ExitCode> => {
  const signal = interruptible()
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
      throw error ?? new UsageError(better(message, argv))
    })
  for (const command of commands)
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
const better = (message: string, argv: readonly string[]): string => {
  const unknown = /^Unknown (argument|command)s?: ([^,]+)/.exec(message)
  if (unknown === null) return message.replaceAll(/\s*\n\s*/g, ' ')
  const [, , given = ''] = unknown
  const command = commands.find(({ command }) => command.split(' ')[0] === argv[0])
  if (command === undefined) {
    const names = commands.map(({ command }) => command.split(' ')[0]!)
    return `unknown command ${JSON.stringify(argv[0])}${suggestion(argv[0] ?? '', names)}`
  }
  const known = [...Object.keys(command.options), 'verbose', 'help', 'version']
  return argv.some((word) => word.startsWith(`--${given}`) || word === `-${given}`)
    ? `unknown option --${given}${suggestion(given, known)}`
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
