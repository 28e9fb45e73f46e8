/**
 * Finds every plug-in by scanning the folders: a file's name is its name on the command line and in
 * results, so adding one is one new file and nothing edited. A plug-in is a file, or a folder with an
 * `index` file, that exports one by default; other files in the folders are theirs to use.
 */
import { existsSync, readdirSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { distance } from 'fastest-levenshtein'
import type { CheckerPlugin } from '../checkers/checker.ts'
import type { Model } from '../checkers/model.ts'
import type { Fault, System, Workload } from './api.ts'
import { UsageError } from './errors.ts'

export interface Catalog {
  readonly systems: ReadonlyMap<string, System>
  readonly workloads: ReadonlyMap<string, Workload>
  readonly faults: ReadonlyMap<string, Fault>
  readonly checkers: ReadonlyMap<string, CheckerPlugin>
  /** Sequential models that `linearizable` judges against. */
  readonly models: ReadonlyMap<string, Model>
}

const root = join(import.meta.dirname, '..')

/** Compiled code finds compiled plug-ins, source finds source. */
const extension = extname(import.meta.filename)

/** Loads every plug-in. `from` is the folder that holds `systems/`, `workloads/`, …; this project's own. */
export const loadCatalog = async (from = root): Promise<Catalog> => {
  const [systems, workloads, faults, checkers, models] = await Promise.all([
    scan<System>(join(from, 'systems')),
    scan<Workload>(join(from, 'workloads')),
    scan<Fault>(join(from, 'nemesis')),
    scan<CheckerPlugin>(join(from, 'checkers')),
    scan<Model>(join(from, 'checkers', 'models')),
  ])
  return { systems, workloads, faults, checkers, models }
}

const scan = async <T>(folder: string): Promise<ReadonlyMap<string, T>> => {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  )
  const files = entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      const index = join(path, `index${extension}`)
      return existsSync(index) ? [{ name: entry.name, path: index }] : []
    }
    const own = entry.name.endsWith(extension) && !/\.(test|d)\.[jt]s$/.test(entry.name)
    return own ? [{ name: basename(entry.name, extension), path }] : []
  })
  const plugins = await Promise.all(
    files.map(async ({ name, path }) => {
      const module: { default?: T } = await import(pathToFileURL(path).href)
      return module.default === undefined ? [] : [[name, module.default] as const]
    }),
  )
  return new Map(plugins.flat())
}

/** A plug-in by name. @throws UsageError with what may have been meant */
export const find = <T>(kind: string, plugins: ReadonlyMap<string, T>, name: string): T => {
  const plugin = plugins.get(name)
  if (plugin !== undefined) return plugin
  throw new UsageError(
    `unknown ${kind} ${JSON.stringify(name)}${suggestion(name, [...plugins.keys()])}`,
  )
}

/** "; did you mean …?" for a near miss, else "; known: …". */
export const suggestion = (given: string, known: readonly string[]): string => {
  const near = known
    .map((name) => ({ name, off: name.startsWith(given) ? 1 : distance(given, name) }))
    .toSorted((a, b) => a.off - b.off)[0]
  if (near !== undefined && near.off <= Math.max(2, Math.ceil(near.name.length / 3)))
    return `; did you mean ${JSON.stringify(near.name)}?`
  return known.length === 0 ? '; there are none' : `; known: ${known.join(', ')}`
}
