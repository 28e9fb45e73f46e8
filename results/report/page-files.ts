/**
 * Where the page's code comes from: files beside this one where schism was built, or a bundle made of the
 * sources where it runs from them, as its tests do.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type PageFiles, pageFileNames } from './page-build.ts'

const report = join(import.meta.dirname, 'page')
const cache = join(import.meta.dirname, '../../node_modules/.cache/schism-page')

const known = new Map<string, Promise<PageFiles>>()

/** The script, style and worker script of a page, the report's if absent; read or made once. */
export const pageFiles = (folder = report): Promise<PageFiles> => {
  const files = known.get(folder) ?? found(folder)
  known.set(folder, files)
  return files
}

const found = async (folder: string): Promise<PageFiles> => {
  const read = (name: string) => readFile(join(folder, name), 'utf8')
  if (!existsSync(join(folder, pageFileNames.script)))
    return (await import('./page-build.ts')).cachedPage(folder, cache)
  const [script, worker, style] = await Promise.all([
    read(pageFileNames.script),
    read(pageFileNames.worker),
    read(pageFileNames.style),
  ])
  return { script, worker, style }
}
