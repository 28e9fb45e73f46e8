/** Finds the run that somebody means: its id, the beginning or the end of it, `latest`, or its folder. */
import { existsSync, realpathSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { distance } from 'fastest-levenshtein'
import { files, listRuns, runFolder, StoreError } from '../store.ts'

/** The folder of a run. @throws StoreError when there is none or more than one */
export const resolveRun = (store: string, text: string): string => {
  if (text.includes('/') || existsSync(join(text, files.run))) return asFolder(text)
  const runs = listRuns(store)
  if (text === 'latest') return latest(store)
  const begun = runs.filter(({ id }) => id.startsWith(text))
  const meant = begun.length > 0 ? begun : runs.filter(({ id }) => id.endsWith(text))
  const exact = meant.find(({ id }) => id === text)
  const [only, another] = exact === undefined ? meant : [exact]
  if (only === undefined)
    throw new StoreError(`${store}: no run ${quoted(text)}${near(runs, text)}`)
  if (another === undefined) return only.folder
  const some = meant.slice(0, SHOWN).map(({ id }) => id)
  const more = meant.length > SHOWN ? `, … (${meant.length} runs)` : ''
  throw new StoreError(`${quoted(text)} may be any of ${some.join(', ')}${more}: give more of it`)
}

const SHOWN = 4

const quoted = (text: string): string => JSON.stringify(text.slice(0, 130))

const asFolder = (path: string): string => {
  if (existsSync(join(path, files.run)) || existsSync(join(path, files.history)))
    return resolve(path)
  throw new StoreError(
    `${path}: not a run's folder: expected ${files.run} and ${files.history} in it`,
  )
}

/** What the link points at: the run that began last, with a plan or not. */
const latest = (store: string): string => {
  const link = join(store, 'latest')
  if (existsSync(link)) return runFolder(store, basename(realpathSync(link)))
  const [newest] = listRuns(store)
  if (newest === undefined) throw new StoreError(`${store}: no run yet`)
  return newest.folder
}

const near = (runs: readonly { readonly id: string }[], text: string): string => {
  const [best] = runs
    .map(({ id }) => ({ id, off: distance(id, text) }))
    .sort((a, b) => a.off - b.off)
  if (best === undefined) return ': there are none'
  return best.off <= Math.ceil(best.id.length / 5)
    ? `; did you mean ${quoted(best.id)}?`
    : '; "schism runs" lists them'
}
