/**
 * The runs of a store as rows, thousands of them without reading thousands of files: `.index.json` in the
 * store has the row of every run with the time of its folder, which changes whenever a file in it is made or
 * replaced. Only what is new or changed is read. The index holds nothing that the runs do not say: one that is
 * damaged, or of another version, is made again, and where it cannot be written (a read-only disk) all goes on
 * without. It appears whole or not at all; of two writers at a time either leaves a right one.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { attempt, files, StoreError, writeWhole } from '../store.ts'
import { type RunRow, readRow } from './row.ts'

/** The index' file in the store. */
export const INDEX = '.index.json'

/** A run with the time of its folder, ms. */
interface Indexed {
  readonly changedMs: number
  readonly row: RunRow
}

/** The first line of the file; the second one has the runs. */
interface Head {
  /** Another number for other rows. */
  readonly version: number
  /** Of the second line: what was written by this version and is whole needs no other check. */
  readonly sha256: string
}

const VERSION = 1

/** The rows of a store, kept up to date. */
export class RunIndex {
  private known = new Map<string, Indexed>()
  private sorted: readonly RunRow[] = []

  /** @throws StoreError when the folder is no store */
  constructor(private readonly store: string) {
    requireStore(store)
    for (const one of read(join(store, INDEX))) this.known.set(one.row.id, one)
    this.sort()
  }

  /** All runs, newest first. O(runs) to look at their folders; reads those that changed. */
  rows(): readonly RunRow[] {
    const before = this.known
    const now = new Map<string, Indexed>()
    let changed = false
    for (const id of foldersOf(this.store)) {
      const kept = before.get(id)
      const one = current(join(this.store, id), kept)
      if (one !== undefined) now.set(id, one)
      changed ||= one !== kept
    }
    if (changed || now.size !== before.size) {
      this.known = now
      this.sort()
      this.write()
    }
    return this.sorted
  }

  private sort(): void {
    this.sorted = [...this.known.values()].map(({ row }) => row).sort(newestFirst)
  }

  private write(): void {
    const runs = JSON.stringify([...this.known.values()])
    const head: Head = { version: VERSION, sha256: sha256(runs) }
    try {
      writeWhole(this.store, INDEX, `${JSON.stringify(head)}\n${runs}\n`)
    } catch (error) {
      // A store that may only be read is read all the same.
      if (!(error instanceof StoreError)) throw error
    }
  }
}

const newestFirst = (a: RunRow, b: RunRow): number => {
  if (a.startedAt !== b.startedAt) return a.startedAt < b.startedAt ? 1 : -1
  return a.id < b.id ? 1 : -1
}

/** The run in a folder: as it is known, where nothing has changed. Undefined for what is no run. */
const current = (folder: string, kept: Indexed | undefined): Indexed | undefined => {
  const changedMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs
  if (changedMs === undefined) return undefined
  // A verdict may come within the same tick of the clock of folders.
  const isSettled = kept?.row.outcome !== 'unfinished' || !existsSync(join(folder, files.verdict))
  if (kept?.changedMs === changedMs && isSettled) return kept
  if (!existsSync(join(folder, files.run))) return undefined
  return { changedMs, row: readRow(folder) }
}

const read = (path: string): readonly Indexed[] => {
  try {
    const [first = '', runs = ''] = readFileSync(path, 'utf8').split('\n')
    const head = JSON.parse(first) as Head
    const isWhole = head.version === VERSION && head.sha256 === sha256(runs)
    return isWhole ? (JSON.parse(runs) as readonly Indexed[]) : []
  } catch {
    return []
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The folders of a store that may be runs. */
const foldersOf = (store: string): readonly string[] =>
  attempt(store, 'is not a store', () => readdirSync(store, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)

/** @throws StoreError for what holds no runs: a typing error must not read as "there are none" */
const requireStore = (store: string): void => {
  if (!existsSync(store))
    throw new StoreError(`${store} is not a store: no such folder; "schism test" makes it`)
  if (existsSync(join(store, files.run)))
    throw new StoreError(`${store} is a run's folder, not a store: the folder above it is one`)
  const folders = foldersOf(store)
  const entries = readdirSync(store).filter((name) => !name.startsWith('.'))
  const holdsRuns = folders.some((name) => existsSync(join(store, name, files.run)))
  if (entries.length > 0 && !holdsRuns)
    throw new StoreError(`${store} is not a store: nothing in it is a run's folder`)
}
