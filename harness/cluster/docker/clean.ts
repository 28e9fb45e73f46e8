/**
 * Decides what is left over: what carries our labels on this host and whose controller is dead. What a
 * live controller owns is another run's, and is removed only when the user says all.
 */
import { hostname } from 'node:os'
import type { CleanReport } from '../cluster.ts'
import type { Engine } from './engine.ts'
import { isAlive, labelOf, ownController } from './labels.ts'
import { removeLabelled } from './remove.ts'
import { cleanTempFolders } from './temp-folder.ts'

/** Removes what dead controllers left; with `all` also what live ones hold, but never our own. */
export const clean = async (
  engine: Engine,
  { all }: { readonly all: boolean },
): Promise<CleanReport> => {
  const [folders, removed] = await Promise.all([
    cleanTempFolders(all),
    removeLabelled(engine, (labels) => {
      const controller = labels[labelOf.controller] ?? ''
      if (labels[labelOf.host] !== hostname() || controller === ownController()) return false
      return all || !isAlive(controller)
    }),
  ])
  return { ...removed, folders }
}
