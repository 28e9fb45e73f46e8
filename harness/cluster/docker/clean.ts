/**
 * Decides what is left over: what carries our labels on this host and whose controller is dead.
 * What a live controller owns is another run's, and is removed only when the user says all. A
 * controller that was killed a moment ago may have asked for containers that the engine makes only
 * now: so we look again until there is nothing left to remove.
 */
import { hostname } from 'node:os'
import { milliseconds, realClock, sleep } from '../../clock.ts'
import type { CleanReport } from '../cluster.ts'
import type { Engine } from './engine.ts'
import { isAlive, labelOf, ownController } from './labels.ts'
import { type Removed, removeLabelled } from './remove.ts'
import { cleanTempFolders } from './temp-folder.ts'

/** Removes what dead controllers left; with `all` also what live ones hold, but never our own. */
export const clean = async (
  engine: Engine,
  { all }: { readonly all: boolean },
): Promise<CleanReport> => {
  const isLeft = (labels: Readonly<Record<string, string>>): boolean => {
    const controller = labels[labelOf.controller] ?? ''
    if (labels[labelOf.host] !== hostname() || controller === ownController()) return false
    return all || !isAlive(controller)
  }
  const [folders, removed] = await Promise.all([
    cleanTempFolders(all),
    removeUntilNone(engine, isLeft),
  ])
  return { ...removed, folders }
}

const passesMax = 5
const betweenPassesMs = 200

const removeUntilNone = async (
  engine: Engine,
  select: Parameters<typeof removeLabelled>[1],
): Promise<Removed> => {
  let total: Removed = { containers: [], networks: [], volumes: [] }
  for (let pass = 1; ; pass++) {
    const removed = await removeLabelled(engine, select).catch((error: unknown) => {
      // A network cannot go while a container is joining it: only the last failure counts.
      if (pass === passesMax) throw error
      return undefined
    })
    if (removed !== undefined) {
      total = {
        containers: [...total.containers, ...removed.containers],
        networks: [...total.networks, ...removed.networks],
        volumes: [...total.volumes, ...removed.volumes],
      }
      if (Object.values(removed).flat().length === 0 || pass === passesMax) return total
    }
    await sleep(realClock(), milliseconds(betweenPassesMs))
  }
}
