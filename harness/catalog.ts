/**
 * Finds every plug-in by scanning the folders: a file's name is its name on the command line and in
 * results, so adding one is one new file and nothing edited. A plug-in is a file, or a folder with an
 * `index` file, that exports one by default; other files in the folders are theirs to use.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { distance } from 'fastest-levenshtein'
import type { CheckerPlugin } from '../checkers/checker.ts'
import type { Model } from '../checkers/model.ts'
import type { Fault, Protocol, System, Template, Workload } from './api.ts'
import { UsageError } from './errors.ts'

export interface Catalog {
  readonly systems: ReadonlyMap<string, System>
  /** Clients for systems that somebody else describes. */
  readonly protocols: ReadonlyMap<string, Protocol>
  readonly workloads: ReadonlyMap<string, Workload>
  readonly faults: ReadonlyMap<string, Fault>
  /** Fault schedules by name. */
  readonly templates: ReadonlyMap<string, Template>
  readonly checkers: ReadonlyMap<string, CheckerPlugin>
  /** Sequential models that `linearizable` judges against. */
  readonly models: ReadonlyMap<string, Model>
}

const root = join(import.meta.dirname, '..')

/** Compiled code finds compiled plug-ins, source finds source. */
const extension = extname(import.meta.filename)

/** Where each kind of plug-in lives, relative to the project; more than one folder for some. */
const folders: Readonly<Record<keyof Catalog, readonly string[]>> = {
  systems: ['systems', join('systems', 'sql'), join('systems', 'reference')],
  protocols: [join('systems', 'protocols')],
  workloads: ['workloads'],
  faults: ['nemesis'],
  templates: [join('nemesis', 'templates')],
  checkers: ['checkers'],
  models: [join('checkers', 'models')],
}

type PlugIn<K extends keyof Catalog> = Catalog[K] extends ReadonlyMap<string, infer P> ? P : never

/** Loads every plug-in. `from` is the folder that holds `systems/`, `workloads/`, …; this project's own. */
export const loadCatalog = async (from = root): Promise<Catalog> => {
  const [systems, protocols, workloads, faults, templates, checkers, models] = await Promise.all([
    loadPlugIns('systems', from),
    loadPlugIns('protocols', from),
    loadPlugIns('workloads', from),
    loadPlugIns('faults', from),
    loadPlugIns('templates', from),
    loadPlugIns('checkers', from),
    loadPlugIns('models', from),
  ])
  return { systems, protocols, workloads, faults, templates, checkers, models }
}

/** Loads every plug-in of one kind. */
export const loadPlugIns = async <K extends keyof Catalog>(
  kind: K,
  from = root,
): Promise<ReadonlyMap<string, PlugIn<K>>> => {
  const found = await Promise.all(
    filesOf(kind, from).map(async ({ name, path }) => {
      const plugIn = await load<PlugIn<K>>(path)
      return plugIn === undefined ? [] : [[name, plugIn] as const]
    }),
  )
  return new Map(found.flat())
}

/** Loads one plug-in and no other, which saves the time that drivers take; undefined if there is none. */
export const loadPlugIn = async <K extends keyof Catalog>(
  kind: K,
  name: string,
): Promise<PlugIn<K> | undefined> => {
  const file = filesOf(kind, root).find((file) => file.name === name)
  return file && load<PlugIn<K>>(file.path)
}

/**
 * The names of the plug-ins of one kind, without loading them, which takes their drivers half a second: a file
 * that has a default export is one.
 */
export const namesOf = (kind: keyof Catalog): readonly string[] =>
  filesOf(kind, root).flatMap(({ name, path }) =>
    /^export (default\b|\{[^}]*\bas default\b)/m.test(readFileSync(path, 'utf8')) ? [name] : [],
  )

const load = async <T>(path: string): Promise<T | undefined> =>
  ((await import(pathToFileURL(path).href)) as { default?: T }).default

const filesOf = (kind: keyof Catalog, from: string): ReturnType<typeof scan> =>
  folders[kind].flatMap((folder) => scan(join(from, folder)))

/** The files of a folder that may be plug-ins: those with a default export are. */
const scan = (folder: string): readonly { readonly name: string; readonly path: string }[] => {
  // Somebody else's folder of plug-ins need not have every kind.
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  )
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      const index = join(path, `index${extension}`)
      return existsSync(index) ? [{ name: entry.name, path: index }] : []
    }
    const own = entry.name.endsWith(extension) && !/\.(test|d)\.[jt]s$/.test(entry.name)
    return own ? [{ name: basename(entry.name, extension), path }] : []
  })
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
