/**
 * What may stand at the end of a command line, for shells: commands, options and their choices from yargs, and the
 * names that it cannot know (systems, workloads, faults, runs), by what the option or the argument is called.
 */
import { resolve } from 'node:path'
import { listRuns, StoreError } from '../../results/store.ts'
import { namesOf } from '../catalog.ts'
import type { Command } from './command.ts'
import { commandsFor } from './commands.ts'
import { parser } from './parser.ts'

/** The first argument by which a shell asks, as the scripts of yargs do. */
export const COMPLETE = '--get-yargs-completions'

/** What may stand in the place of the last of the words, the first of which is the program. */
export const completionsOf = async ([, ...words]: readonly string[]): Promise<
  readonly string[]
> => {
  const known = await commandsFor(words.find((word) => !word.startsWith('-')))
  const names = namesFor(words, known)
  if (names !== undefined) return names
  const asked = [COMPLETE, 'schism', ...words]
  const cli = parser(asked, { known, signal: new AbortController().signal, done: () => {} })
    // A line that is still being written is wrong in many ways.
    .strict(false)
    .demandCommand(0)
    .fail(() => {})
  let said = ''
  await cli.parse(asked, {}, (_error, _args, output) => {
    said = output || said
  })
  const current = words.at(-1) ?? ''
  // A short name is none with two dashes.
  return said.split('\n').filter((word) => word.startsWith(current) && !/^--\w$/.test(word))
}

/** How many runs are offered: the newest. */
const RUNS = 100

type Kind = Parameters<typeof namesOf>[0] | 'runs'

/** What an option or an argument of that name takes. */
const kinds: Readonly<Record<string, readonly Kind[]>> = {
  system: ['systems'],
  workload: ['workloads'],
  faults: ['faults'],
  template: ['templates'],
  model: ['models', 'checkers'],
  run: ['runs'],
  other: ['runs'],
}

/** The names that fit; undefined where yargs knows better. */
const namesFor = (
  words: readonly string[],
  known: readonly Command[],
): readonly string[] | undefined => {
  const [current = '', before = ''] = [...words].reverse()
  const [command] = known
  if (known.length !== 1 || command === undefined || current.startsWith('-')) return undefined
  const option = before.startsWith('-') ? optionOf(before, command) : undefined
  const name = option ?? positionalOf(words, command)
  const takes = kinds[name ?? '']
  if (takes === undefined) return undefined
  const all = takes.flatMap((kind) => (kind === 'runs' ? runs(words) : namesOf(kind)))
  // Lists are completed at their end.
  const begun = option === undefined ? '' : current.slice(0, current.lastIndexOf(',') + 1)
  return all.map((one) => begun + one).filter((one) => one.startsWith(current))
}

/** The whole name of an option that takes a value. */
const optionOf = (word: string, { options }: Command): string | undefined => {
  const given = word.replace(/^-+/, '')
  const found = Object.entries(options).find(
    ([name, { alias = [] }]) => name === given || [alias].flat().includes(given),
  )
  return found?.[1].type === 'boolean' ? undefined : found?.[0]
}

/** The name of the argument that stands last. */
const positionalOf = (words: readonly string[], command: Command): string | undefined => {
  const places = words.filter((word, at) => {
    const before = words[at - 1] ?? ''
    return !word.startsWith('-') && !(before.startsWith('-') && optionOf(before, command))
  })
  return [command.positional ?? []].flat()[places.length - 2]?.name
}

const runs = (words: readonly string[]): readonly string[] => {
  const store = words[words.indexOf('--store') + 1]
  try {
    const all = listRuns(resolve(words.includes('--store') ? (store ?? '') : 'results/runs'))
    return ['latest', ...all.slice(0, RUNS).map(({ id }) => id)]
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    return []
  }
}
