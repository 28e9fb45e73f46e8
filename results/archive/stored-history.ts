/** The history of a stored run with its numbers; one that cannot be read is missing and stops nothing. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { History } from '../../checkers/history.ts'
import { FormatError, readHistory, readHistoryFrom } from '../formats/read.ts'
import { attempt, files, StoreError } from '../store.ts'
import type { Side } from './difference.ts'
import { numbersOf, type RunNumbers } from './numbers.ts'
import { readStored, type StoredRun } from './stored.ts'

export interface StoredHistory {
  /** Empty where it cannot be read. */
  readonly history: History
  readonly numbers: RunNumbers | undefined
  /** What is missing of the run, this included. */
  readonly missing: readonly string[]
}

/** Reads the history of a run. O(events). */
export const storedHistory = ({ folder, missing }: StoredRun): StoredHistory => {
  const path = join(folder, files.history)
  try {
    if (existsSync(path) && statSync(path).size === 0)
      return without(missing, `${path}: the run ended before its first event`)
    const { history, notes } = attempt(path, 'cannot be read', () => readHistory(path))
    return { history, numbers: numbersOf(history), missing: [...missing, ...notes] }
  } catch (error) {
    const cause = error instanceof StoreError ? (error.cause ?? error) : error
    if (cause instanceof FormatError) return before(path, cause, missing)
    if (error instanceof StoreError) return without(missing, error.message)
    throw error
  }
}

/** What stands before the line with which something is wrong. */
const before = (
  path: string,
  { message }: FormatError,
  missing: readonly string[],
): StoredHistory => {
  const [, line] = /^:(\d+): /.exec(message.slice(path.length)) ?? []
  if (line === undefined || statSync(path).size > PREFIX_BYTES) return without(missing, message)
  const lines = readFileSync(path, 'utf8').split('\n', Number(line) - 1)
  try {
    const { history } = readHistoryFrom(lines.join('\n'), path)
    const why = `${message}; what stands before it is shown`
    return { history, numbers: numbersOf(history), missing: [...missing, why] }
  } catch (error) {
    if (error instanceof FormatError) return without(missing, message)
    throw error
  }
}

/** Of a larger file nothing is shown that is damaged: it is held in memory for it. */
const PREFIX_BYTES = 256 * 2 ** 20

/** A run to be compared. */
export const sideOf = (folder: string): Side => {
  const stored = readStored(folder)
  const { numbers, missing } = storedHistory(stored)
  return { stored: { ...stored, missing }, numbers }
}

const without = (missing: readonly string[], why: string): StoredHistory => ({
  history: History.from([]),
  numbers: undefined,
  missing: [...missing, why],
})
