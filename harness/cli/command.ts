/** What a command of the CLI is, and how its options are read: one clear line for anything wrong. */
import parseBytes from 'bytes'
import parseMs, { type StringValue } from 'ms'
import type { CommandModule, Options, PositionalOptions } from 'yargs'
import { type FormatName, formatNames, type ReadOptions } from '../../results/formats/format.ts'
import { type ExitCode, UsageError } from '../errors.ts'

/** A command: yargs' module whose handler answers with the exit code. */
export interface Command {
  readonly command: string
  readonly describe: string
  readonly options: Readonly<Record<string, Options>>
  readonly positional?: Positional | readonly Positional[]
  readonly examples: readonly (readonly [command: string, what: string])[]
  /** What is said at the first Ctrl-C, where nothing has to be healed. */
  readonly interrupted?: string
  /** Runs it. The arguments hold each option under its name. */
  run(args: Arguments, signal: AbortSignal): Promise<ExitCode>
}

/** An argument by its place. */
export interface Positional {
  readonly name: string
  readonly options: PositionalOptions
}

/** Parsed arguments, each asked for by name and kind. */
export class Arguments {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  text(name: string): string | undefined {
    const value = this.values[name]
    if (value === undefined) return undefined
    if (Array.isArray(value)) throw new UsageError(`--${name}: given more than once`)
    return String(value)
  }

  flag(name: string): boolean {
    return this.values[name] === true
  }

  /** What a flag says that may also be left open; `--no-NAME` says no. */
  answer(name: string): boolean | undefined {
    const value = this.values[name]
    return typeof value === 'boolean' ? value : undefined
  }

  /** All the values given, each possibly a list with commas. */
  list(name: string): readonly string[] {
    return this.texts(name).flatMap((text) => text.split(',').filter((part) => part !== ''))
  }

  texts(name: string): readonly string[] {
    const value = this.values[name]
    return value === undefined ? [] : [value].flat().map(String)
  }

  /** A number within bounds. @throws UsageError naming the option, what was found and expected */
  number(name: string, bounds: Bounds): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const number = text.trim() === '' ? Number.NaN : Number(text)
    const { from, to, whole } = bounds
    const fits = number >= from && number <= to && (whole !== 'whole' || Number.isInteger(number))
    if (fits) return number
    const kind = whole === 'whole' ? 'a whole number' : 'a number'
    throw new UsageError(`--${name} ${text}: expected ${kind} from ${from} to ${to}`)
  }

  /** A duration such as 90s, 5m or a plain number of seconds; in ms. */
  durationMs(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = /^[\d.]+$/.test(text) ? Number(text) * 1000 : parseMs(text as StringValue)
    if (value !== undefined && value > 0) return value
    throw new UsageError(`--${name} ${text}: expected a duration such as 60s or 5m`)
  }

  /** A size such as 2GB; in bytes. */
  bytes(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = parseBytes.parse(text)
    if (value !== null && value > 0) return value
    throw new UsageError(`--${name} ${text}: expected a size such as 512MB or 2GB`)
  }
}

export interface Bounds {
  readonly from: number
  readonly to: number
  readonly whole: 'whole' | 'fractional'
}

/** The command as yargs wants it; `done` receives the exit code. */
export const asModule = (
  command: Command,
  signal: AbortSignal,
  done: (code: ExitCode) => void,
): CommandModule => ({
  command: command.command,
  describe: command.describe,
  builder: (yargs) => {
    const { positional, examples, options } = command
    for (const one of [positional ?? []].flat()) yargs.positional(one.name, one.options)
    // Not yargs' own examples: it breaks a command over several lines, which nobody can copy.
    const lines = examples.map(([line, what]) => `  npx schism ${line}\n      ${what}`)
    return yargs.options(options).epilogue(['Examples:', ...lines].join('\n'))
  },
  handler: async (args) => done(await command.run(new Arguments(args), signal)),
})

export const storeOption: Options = {
  type: 'string',
  describe: 'folder that holds the runs',
  default: 'results/runs',
  requiresArg: true,
}

export const budgetOptions: Readonly<Record<string, Options>> = {
  budget: {
    type: 'string',
    describe: 'time each check may take (60s, 5m); beyond it the verdict is unknown',
    default: '60s',
    requiresArg: true,
  },
  memory: {
    type: 'string',
    describe: 'memory each check may take (2GB); beyond it the verdict is unknown',
    default: '2GB',
    requiresArg: true,
  },
}

/** How a history from elsewhere is to be read. */
export const readOptions: Readonly<Record<string, Options>> = {
  format: {
    type: 'string',
    choices: formatNames,
    describe: 'read the files as this format instead of recognising it',
    requiresArg: true,
  },
  independent: {
    type: 'boolean',
    describe:
      'every value is [key value], as jepsen.independent has it; told by the content if absent',
  },
}

/** The reading that the options ask for. */
export const readOptionsOf = (args: Arguments): ReadOptions => {
  const format = args.text('format') as FormatName | undefined
  const independent = args.answer('independent')
  return {
    ...(format === undefined ? {} : { format }),
    ...(independent === undefined ? {} : { independent }),
  }
}

export const jsonOption: Options = { type: 'boolean', describe: 'print one JSON document' }

/** The budget that the options ask for. */
export const budgetOf = (args: Arguments): { budgetMs: number; memoryBytes: number } => ({
  budgetMs: args.durationMs('budget')!,
  memoryBytes: args.bytes('memory')!,
})
