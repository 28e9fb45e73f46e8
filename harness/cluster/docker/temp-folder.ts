/**
 * Temporary folders that name their owner, so that `schism clean` can tell what a killed process
 * left from what another one is working in.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { isAlive, ownController } from './labels.ts'

const prefix = 'schism-'

/** Gives a new folder to `use` and removes it afterwards, whatever happened. */
export const withTempFolder = async <T>(use: (folder: string) => Promise<T>): Promise<T> => {
  const owner = ownController().replace(':', '-')
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${owner}-`))
  try {
    return await use(folder)
  } finally {
    await removeFolder(folder)
  }
}

/**
 * Removes the folders of dead processes; with `all` everybody's but our own. Returns their paths.
 */
export const cleanTempFolders = async (all: boolean): Promise<readonly string[]> => {
  const removed: string[] = []
  for (const name of await readdir(tmpdir())) {
    const owner = /^schism-(\d+)-(\d+)-/.exec(name)
    if (owner === null) continue
    const controller = `${owner[1]}:${owner[2]}`
    if (controller === ownController() || (!all && isAlive(controller))) continue
    await removeFolder(join(tmpdir(), name))
    removed.push(join(tmpdir(), name))
  }
  return removed
}

/** Unmounts first: debootstrap mounts /proc in the system it makes, and a kill leaves it there. */
const removeFolder = async (folder: string): Promise<void> => {
  const mounts = await readFile('/proc/self/mounts', 'utf8').catch(() => '')
  const points = mounts.split('\n').map((line) => line.split(' ')[1] ?? '')
  const inside = points.filter((point) => point.startsWith(`${folder}/`)).toReversed()
  for (const point of inside) await execa('umount', ['-l', point])
  await rm(folder, { recursive: true, force: true })
}
