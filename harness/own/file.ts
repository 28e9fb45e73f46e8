/**
 * Loads a system from a file of the user's, TypeScript or JavaScript, wherever it lies: Node 20 runs no TypeScript, so it
 * is bundled first. `schism` means the very modules that run here, for a `DefiniteError` of another copy would not
 * be one; other packages are looked for beside the file, then among schism's own.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { builtinModules, createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BuildFailure, Plugin } from 'esbuild'
import type { System } from '../api.ts'
import { messageOf, UsageError } from '../errors.ts'

/** Whether a word names a file and no system of the catalog. */
export const looksLikeFile = (word: string): boolean =>
  /[\\/]/.test(word) || /\.[cm]?[jt]s$/.test(word)

/** @throws UsageError naming the file and, where it is known, the line */
export const loadSystemFile = async (
  path: string,
): Promise<{ readonly name: string; readonly system: System }> => {
  const { default: found } = await importFile(path)
  return { name: basename(path, extname(path)), system: checked(path, found) }
}

/** What a TypeScript or JavaScript file exports. @throws UsageError naming the file and the line */
export const importFile = async (path: string): Promise<{ readonly default?: unknown }> => {
  const file = resolve(path)
  if (!existsSync(file)) throw new UsageError(`${path}: no such file`)
  return load(path, await bundle(path, file))
}

const root = resolve(import.meta.dirname, '..', '..')
const extension = extname(import.meta.filename)

/** What `schism` and what lies below it mean: the package's exports, for the modules that run here. */
const ownModules = (name: string): string | undefined => {
  if (name === 'schism') return join(root, `harness/api${extension}`)
  if (name === 'schism/generators') return join(root, `harness/generators/index${extension}`)
  const [, folder, file] = /^schism\/(workloads|protocols)\/([\w-]+)$/.exec(name) ?? []
  if (folder === undefined) return undefined
  const home = folder === 'workloads' ? folder : join('systems', folder)
  return join(root, home, `${file}${extension}`)
}

const bundle = async (path: string, file: string): Promise<string> => {
  // Loaded when it is needed: other commands do not pay for it.
  const { build } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild')
  try {
    const { outputFiles } = await build({
      entryPoints: [file],
      bundle: true,
      write: false,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      sourcemap: 'inline',
      logLevel: 'silent',
      define: {
        'import.meta.filename': JSON.stringify(file),
        'import.meta.dirname': JSON.stringify(dirname(file)),
        'import.meta.url': JSON.stringify(pathToFileURL(file).href),
      },
      plugins: [packages],
    })
    return outputFiles[0]!.text
  } catch (error) {
    const [first] = (error as Partial<BuildFailure>).errors ?? []
    if (first === undefined) throw new UsageError(`${path}: cannot be loaded: ${messageOf(error)}`)
    const { file: where = path, line, column } = first.location ?? {}
    const place = line === undefined ? where : `${where}:${line}:${(column ?? 0) + 1}`
    throw new UsageError(`${place}: ${messageOf(first.text)}`)
  }
}

/** Packages stay outside the bundle, by the address of the file that they mean. */
const packages: Plugin = {
  name: 'packages',
  setup({ onResolve, resolve: ask }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (pluginData === asked || kind === 'entry-point') return undefined
      if (path.startsWith('node:') || builtinModules.includes(path)) return { path, external: true }
      const own = ownModules(path)
      if (own !== undefined) return { path: pathToFileURL(own).href, external: true }
      for (const from of [resolveDir, root]) {
        const found = await ask(path, { kind, resolveDir: from, pluginData: asked })
        if (found.errors.length === 0)
          return { path: pathToFileURL(found.path).href, external: true }
      }
      return { errors: [{ text: `package ${JSON.stringify(path)} is not installed` }] }
    })
  },
}

/** Marks a question of the plug-in's own, which esbuild is to answer itself. */
const asked = Symbol('asked')

const load = async (path: string, text: string): Promise<{ readonly default?: unknown }> => {
  const folder = await mkdtemp(join(tmpdir(), 'schism-system-'))
  const module = join(folder, 'system.mjs')
  try {
    await writeFile(module, text)
    return await import(pathToFileURL(module).href)
  } catch (error) {
    throw new UsageError(`${path}: cannot be loaded: ${messageOf(error)}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The kinds of what a system must have. */
const members: Readonly<Record<string, string>> = {
  summary: 'string',
  image: 'object',
  version: 'string',
  sizes: 'object',
  options: 'object',
  members: 'function',
  spec: 'function',
  ready: 'function',
  clients: 'object',
  claims: 'function',
}

const checked = (path: string, found: unknown): System => {
  if (typeof found !== 'object' || found === null)
    throw new UsageError(`${path}: expected a system as its default export (export default {…})`)
  const system = found as Readonly<Record<string, unknown>>
  for (const [name, kind] of Object.entries(members))
    if (typeof system[name] !== kind || system[name] === null)
      throw new UsageError(
        `${path}: ${name}: expected ${kind === 'string' ? 'text' : `a ${kind}`}, found ${kindOf(system[name])}`,
      )
  return found as System
}

const kindOf = (value: unknown): string =>
  value === undefined ? 'nothing' : value === null ? 'null' : typeof value
