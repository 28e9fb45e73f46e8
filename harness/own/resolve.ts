/**
 * The systems that somebody brings along: a TypeScript file whose default export is a `System`, or services of a
 * compose file and the client that speaks to them. Whoever runs tests finds a system here, however it is given.
 */
import { isAbsolute, join } from 'node:path'
import type { System } from '../api.ts'
import { type Catalog, find } from '../catalog.ts'
import { UsageError } from '../errors.ts'
import { composeSystem } from './compose-system.ts'
import { loadSystemFile, looksLikeFile } from './file.ts'

export { looksLikeFile } from './file.ts'

/** Services of a compose file as a system; what `schism test --compose … --service … --client …` says. */
export interface ComposeSystem {
  /** The compose file. */
  readonly compose: string
  /** Globs of the services that are tested. */
  readonly services: readonly string[]
  /** `NAME` or `NAME:ARGUMENT`. */
  readonly client: string
  /** Globs of services that are started beside them though nothing depends on them. */
  readonly helpers?: readonly string[]
  /** The port that clients use, where the compose file does not say which. */
  readonly port?: number
  /** What its makers promise: a `ConsistencyModel`; linearizable is assumed if absent. */
  readonly promise?: string
  /** Its name in results; absent: the compose file's, else that of its folder. */
  readonly name?: string
}

/** A system of the catalog by name, a file by path (`./my-system.ts`), or services of a compose file. */
export type GivenSystem = string | ComposeSystem

export interface ResolvedSystem {
  /** Its name in the catalog, on reports and in results. */
  readonly name: string
  readonly system: System
  /** The catalog that was given, with this system in it. */
  readonly catalog: Catalog
  /** The words that give it on the command line, behind `schism test`. */
  readonly words: readonly string[]
  /** What of a compose file is not as it says, one line each: to be shown before the run. */
  readonly remarks: readonly string[]
}

/** Finds a system. @param folder relative paths begin there @throws UsageError in one line that names the place */
export const resolveSystem = async (
  given: GivenSystem,
  { catalog, folder }: { readonly catalog: Catalog; readonly folder: string },
): Promise<ResolvedSystem> => {
  // As it was given where that means the same: people read it in messages.
  const at = (path: string): string =>
    isAbsolute(path) || folder === process.cwd() ? path : join(folder, path)
  if (typeof given !== 'string') {
    const { name, system, remarks } = composeSystem(
      { ...given, compose: at(given.compose) },
      catalog,
    )
    return { ...added(name, system, catalog), words: wordsOf(given), remarks }
  }
  if (!looksLikeFile(given)) {
    const system = find('system', catalog.systems, given)
    return { name: given, system, catalog, words: [given], remarks: [] }
  }
  const { name, system } = await loadSystemFile(at(given))
  return { ...added(name, system, catalog), words: [given], remarks: [] }
}

/** Whether a system can be simulated. @param asked the option that asks for it @throws UsageError when it does and it cannot */
export const canSimulate = (
  { name, system }: ResolvedSystem,
  asked: string | undefined,
): boolean => {
  const can = system.program !== undefined
  if (asked !== undefined && !can)
    throw new UsageError(`${asked}: ${name} is real software, which cannot be simulated`)
  return can
}

/** Under its own name, unless schism has a system of that name: results must not be taken for that one's. */
const added = (
  wanted: string,
  system: System,
  catalog: Catalog,
): Pick<ResolvedSystem, 'name' | 'system' | 'catalog'> => {
  const name = catalog.systems.has(wanted) ? `own-${wanted}` : wanted
  return {
    name,
    system,
    catalog: { ...catalog, systems: new Map([...catalog.systems, [name, system]]) },
  }
}

const wordsOf = ({
  compose,
  services,
  client,
  helpers = [],
  port,
  promise,
  name,
}: ComposeSystem): readonly string[] => [
  ...['--compose', compose],
  ...services.flatMap((glob) => ['--service', glob]),
  ...['--client', client],
  ...helpers.flatMap((glob) => ['--helper', glob]),
  ...(port === undefined ? [] : ['--port', String(port)]),
  ...(promise === undefined ? [] : ['--promise', promise]),
  ...(name === undefined ? [] : ['--name', name]),
]
