/** Finds and loads the configuration: the file named, or the one that lies here. */
import { existsSync } from 'node:fs'
import { dirname, extname, isAbsolute, relative, resolve } from 'node:path'
import { UsageError } from '../errors.ts'
import { jsonOf } from '../schedule/read.ts'
import { type CiConfig, readConfig } from './config.ts'

/** What it may be called. */
const names = ['ts', 'mts', 'js', 'mjs', 'json'].map((ending) => `schism.config.${ending}`)

export interface ConfigFile {
  /** As it was given. */
  readonly path: string
  readonly config: CiConfig
  /** A path of it, which begins in its folder, as it reads here. */
  readonly here: (path: string) => string
}

/** @throws UsageError in one line that names the file and what is wrong in it */
export const loadConfig = async (asked: string | undefined): Promise<ConfigFile> => {
  const path = asked ?? names.find((name) => existsSync(name))
  if (path === undefined)
    throw new UsageError(`no configuration here: expected ${names.join(', ')}, or the name of one`)
  if (!existsSync(path)) throw new UsageError(`${path}: no such file`)
  const found = extname(path) === '.json' ? jsonOf(path) : await exportOf(path)
  if (found === undefined)
    throw new UsageError(
      `${path}: expected a configuration as its default export (export default {…})`,
    )
  const folder = dirname(resolve(path))
  return { path, config: readConfig(path, found), here: (one) => shown(resolve(folder, one)) }
}

/** Loaded when it is needed: what reads TypeScript takes its time. */
const exportOf = async (path: string): Promise<unknown> => {
  const { importFile } = await import('../own/file.ts')
  return (await importFile(path)).default
}

/** Below the working directory as `./…`, elsewhere in full. */
const shown = (path: string): string => {
  const from = relative(process.cwd(), path)
  if (from === '') return '.'
  return from.startsWith('..') || isAbsolute(from) ? path : `./${from}`
}
