/** Faults of simulated disks. A simulated disk has values and logs instead of files: none can be corrupted. */
import type { Disks } from '../../capabilities/disks.ts'
import { EnvironmentError } from '../../errors.ts'
import type { Random } from '../../random.ts'
import type { SimNode } from './node.ts'

/** A simulated disk at its usual speed writes about this much a second. */
const USUAL_BYTES_S = 50e6

export const simDisks = (nodes: ReadonlyMap<string, SimNode>, random: Random): Disks => {
  const on = (name: string): SimNode => {
    const node = nodes.get(name)
    if (node === undefined) throw new EnvironmentError(`no node is called ${name}`)
    return node
  }
  const all = [...nodes.values()]
  const noFiles = async (): Promise<never> => {
    throw new EnvironmentError('a simulated disk has no files')
  }
  return {
    list: noFiles,
    read: noFiles,
    write: noFiles,
    truncate: noFiles,
    snapshot: async (name) => on(name).disk.snapshot(),
    restore: async (name) => on(name).disk.restore(),
    changes: noFiles,
    damaged: async () => [],
    probe: async (name) => on(name).diskError ?? (on(name).isStalled ? 'waits' : 'written'),
    loseUnsynced: async (names) =>
      names.map((name) => {
        const lost = on(name).disk.loseUnsynced(random)
        return { node: name, lostUnsynced: true, keptSynced: true, filesBack: lost, bytesBack: 0 }
      }),
    fail: async (names) => {
      for (const name of names) on(name).diskError = 'EIO'
    },
    repair: async (names) => {
      for (const name of names) on(name).diskError = undefined
    },
    stall: async (names) => {
      for (const name of names) on(name).isStalled = true
    },
    release: async () => {
      for (const node of all) node.release()
    },
    fill: async (names) => {
      for (const name of names) on(name).diskError = 'ENOSPC'
    },
    empty: async () => {
      for (const node of all) if (node.diskError === 'ENOSPC') node.diskError = undefined
    },
    throttle: async (names, bytesPerSecond) => {
      for (const name of names) on(name).slowness = Math.max(1, USUAL_BYTES_S / bytesPerSecond)
    },
    unthrottle: async () => {
      for (const node of all) node.slowness = 1
    },
    writeRate: async (name) => USUAL_BYTES_S / on(name).slowness,
  }
}
