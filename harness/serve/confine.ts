/**
 * Which folders and files may be looked at: those of runs of the store and nothing that a link or a path leads
 * to elsewhere. Names are checked first, then what they really are.
 */
import { lstatSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { files, runFolder, StoreError } from '../../results/store.ts'

/** The folder of a run, where it is one. */
export const confinedRun = (store: string, id: string): string | undefined => {
  try {
    const folder = runFolder(store, id)
    if (!lstatSync(folder).isDirectory()) return undefined
    if (realpathSync(folder) !== join(realpathSync(store), id)) return undefined
    return own.every((name) => isPlainOrAbsent(join(folder, name))) ? folder : undefined
  } catch (error) {
    if (error instanceof StoreError || isMissing(error)) return undefined
    throw error
  }
}

/** What is read of a run without being asked for by its path. */
const own = [files.run, files.history, files.verdict, files.report, files.logs]

const isPlainOrAbsent = (path: string): boolean =>
  !(lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false)

/** A file in a folder by its path there, where it is a plain file that no link leads to. */
export const confinedFile = (folder: string, path: string): string | undefined => {
  const parts = path.split('/')
  const isOdd = (part: string): boolean =>
    part === '' || part === '.' || part === '..' || /[\\\0]/.test(part)
  if (parts.some(isOdd)) return undefined
  try {
    const full = join(folder, ...parts)
    const real = realpathSync(full)
    const isInside = real === full && real.startsWith(folder + sep)
    return isInside && lstatSync(real).isFile() ? real : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

const isMissing = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES'].includes(code ?? '')
}
