/** The parser of the command line: the options that every command has, and one clear line for what it does not know. */
import yargs, { type Argv, type Options } from 'yargs'
import { suggestion } from '../catalog.ts'
import { type ExitCode, UsageError } from '../errors.ts'
import { version } from '../version.ts'
import { asModule, type Command } from './command.ts'
import { commands } from './commands.ts'

export interface Parsing {
  readonly known: readonly Command[]
  readonly signal: AbortSignal
  /** Receives the exit code of the command that was run. */
  readonly done: (code: ExitCode) => void
}

/** Options of every command. */
const common = {
  quiet: { type: 'boolean', describe: 'no progress and no remarks: results alone' },
  color: {
    type: 'boolean',
    describe: 'colours, on a terminal if absent; NO_COLOR and FORCE_COLOR are heeded',
  },
  verbose: { type: 'boolean', describe: 'show stack traces' },
} as const

/** A parser that runs the command which the arguments name. @throws UsageError from its parsing */
export const parser = (argv: readonly string[], { known, signal, done }: Parsing): Argv => {
  const cli = yargs([...argv])
    .scriptName('schism')
    .usage('$0: breaks replicated systems and proves from the history what they kept')
    .version(version)
    .options(common)
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
  for (const command of known) cli.command(asModule(command, signal, done))
  return cli
}

/** yargs' message, or what may have been meant: it takes the word behind an unknown option for its value. */
const better = (message: string, argv: readonly string[], known: readonly Command[]): string => {
  const word = argv.find((one) => !one.startsWith('-')) ?? ''
  const command = known.find(({ command }) => command.split(' ')[0] === word)
  if (command === undefined && word !== '')
    return `unknown command ${JSON.stringify(word)}${suggestion(word, Object.keys(commands))}`
  const options = { ...command?.options, ...common, help: {}, version: {} }
  const names = Object.entries<Options>(options).flatMap(([name, { alias = [] }]) =>
    [name, alias].flat(),
  )
  const stranger = argv.flatMap(optionNames).find((name) => !names.includes(name))
  if (stranger !== undefined) return `unknown option --${stranger}${suggestion(stranger, names)}`
  if (command !== undefined && message.startsWith('Not enough non-option arguments'))
    return `too few arguments: expected schism ${command.command}`
  const [, , given] = /^Unknown (argument|command)s?: ([^,]+)/.exec(message) ?? []
  return given === undefined
    ? message.replaceAll(/\s*\n\s*/g, ' ')
    : `unexpected argument ${JSON.stringify(given)}`
}

/** The name of an option as it was given: `--no-color` is `color`. */
const optionNames = (word: string): readonly string[] => {
  const [, , name] = /^--(no-)?([^=]+)/.exec(word) ?? []
  return name === undefined ? [] : [name]
}
