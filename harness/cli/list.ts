/** `schism list`: everything there is to test with, and what this machine cannot do. */
import chalk from 'chalk'
import type { Options, Template } from '../api.ts'
import { type Catalog, loadCatalog } from '../catalog.ts'
import { missing } from '../engine.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { drivable } from '../plan.ts'
import { rangeOf } from '../schedule/template.ts'
import { type Arguments, type Command, jsonOption } from './command.ts'

export const listCommand: Command = {
  command: 'list',
  describe: 'systems, workloads, faults, templates and checkers, and what this machine cannot do',
  options: { json: jsonOption },
  examples: [['list --json', 'for programs']],
  run: list,
}

/** A line of the list. */
interface Entry {
  readonly name: string
  readonly summary: string
  /** Why this machine cannot run it. */
  readonly unavailable?: string
  readonly options?: Options
  readonly parameters?: Template['parameters']
}

async function list(args: Arguments): Promise<ExitCode> {
  const catalog = await loadCatalog()
  const contents = contentsOf(catalog, await missing())
  if (args.flag('json')) console.log(JSON.stringify({ version: 1, ...contents }, null, 2))
  else for (const [kind, entries] of Object.entries(contents)) print(kind, entries)
  return exitCodes.valid
}

/** Everything in the catalog; `reason` is why containers cannot run here. */
export const contentsOf = (
  catalog: Catalog,
  reason: string | undefined,
): Readonly<
  Record<
    'systems' | 'clients' | 'workloads' | 'faults' | 'templates' | 'checkers' | 'models',
    readonly Entry[]
  >
> => {
  const unavailable = reason === undefined ? {} : { unavailable: reason }
  return {
    systems: [...catalog.systems].map(([name, system]) => ({
      name,
      summary: system.summary,
      version: system.version,
      nodes: system.sizes,
      workloads: drivable(system, catalog),
      options: system.options,
      ...unavailable,
    })),
    clients: [...catalog.protocols].map(([name, { summary, argument, clients }]) => ({
      name: argument?.required === true ? `${name}:${argument.name}` : name,
      summary,
      workloads: drivable({ clients }, catalog),
    })),
    workloads: [...catalog.workloads].map(([name, { summary, client, options }]) => ({
      name,
      summary,
      client,
      options,
    })),
    faults: [...catalog.faults].map(([name, { summary }]) => ({ name, summary, ...unavailable })),
    templates: [...catalog.templates].map(([name, { summary, source, parameters }]) => ({
      name,
      summary,
      source,
      parameters,
    })),
    checkers: [...catalog.checkers].map(([name, { summary }]) => ({ name, summary })),
    models: [...catalog.models].map(([name, { summary }]) => ({ name, summary })),
  }
}

const print = (kind: string, entries: readonly Entry[]): void => {
  console.log(chalk.bold(kind))
  const width = Math.max(...entries.map(({ name }) => name.length))
  for (const { name, summary, unavailable, options, parameters } of entries) {
    console.log(`  ${chalk.cyan(name.padEnd(width))}  ${summary}`)
    for (const [option, { summary, choices, default: standard }] of Object.entries(options ?? {}))
      console.log(
        chalk.dim(
          `  ${' '.repeat(width)}    --option ${option}=${choices?.join('|') ?? 'N'} (${standard}): ${summary}`,
        ),
      )
    for (const [key, parameter] of Object.entries(parameters ?? {}))
      console.log(
        chalk.dim(
          `  ${' '.repeat(width)}    ${key}=${parameter.default} (${rangeOf(parameter)}): ${parameter.summary}`,
        ),
      )
    if (unavailable)
      console.log(`  ${' '.repeat(width)}  ${chalk.yellow(`not here: ${unavailable}`)}`)
  }
  console.log()
}
