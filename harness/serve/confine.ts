/**
 * Which folders and files may be looked at: those of runs of the store and nothing that a link or a path leads
 * to elsewhere. Names are checked first, then what they really are.
 */
import { lstatSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { files, runFolder, StoreError } from '../../results/store.ts'

/** The folder of a run as it really is, where it is one; the store itself may be behind a link. */
export const confinedRun = (store: string, id: string): string | undefined => {
  try {
    const folder = runFolder(store, id)
    if (!lstatSync(folder).isDirectory()) return undefined
    const real = join(realpathSync(store), id)
    return own.every((name) => isPlainOrAbsent(join(real, name))) ? real : undefined
  } catch (error) {
    if (error instanceof StoreError || isMissing(error)) return undefined
    throw error
  }
}

/** What is read of a run without being asked for by its path. */
const own = [files.run, files.history, files.verdict, files.report, files.logs]

const isPlainOrAbsent = (path: string): boolean =>
  !(lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false)

/** A file by its path in a folder that `confinedRun` gave, where it is a plain file and no link leads to it. */
export const confinedFile = (folder: string, path: string): string | undefined => {
  const parts = path.split('/')
  const isOdd = (part: string): boolean =>
    part === '' || part === '.' || part === '..' || /[\\\0]/.test(part)
  if (parts.some(isOdd)) return undefined
  try {
    const full = join(folder, ...parts)
    // Where no part of it is a link, it is what it says.
    return realpathSync(full) === full && lstatSync(full).isFile() ? full : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

const isMissing = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES'].includes(code ?? '')
}
