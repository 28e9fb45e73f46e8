/** What there is to judge: a run's folder, or a history file from anywhere, and how it is to be read. */
import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { History } from '../../checkers/history.ts'
import { type ReadOptions, readHistory } from '../../results/formats/read.ts'
import type { RunRecord } from '../../results/run.ts'
import { files } from '../../results/store.ts'
import { messageOf, UsageError } from '../errors.ts'

/** What is to be judged, by what. Without a choice a run is judged as its workload says. */
export interface JudgeInput extends ReadOptions {
  /** A run's folder or a history file. */
  readonly path: string
  readonly by?: Choice
  /** What to show beside the verdict: an order of the operations, or how far one comes. */
  readonly show?: 'witness'
}

/** What a history is to be judged by, where the user says so. */
export interface Choice {
  /** A model, or a checker that needs none; told by the operations if absent. */
  readonly model?: string
  /** Levels of consistency to hold against the model, or `all`; linearizable if absent. */
  readonly consistency?: readonly string[]
  readonly failedCas?: 'observe' | 'drop'
  /** From what a checker of transactions may infer the order of the versions of a key. */
  readonly versionOrder?: readonly string[]
  /** The state before the first operation; an object, for null is one of them. */
  readonly initial?: { readonly value: unknown }
}

/** The run that a path belongs to, with its folder; undefined for a history from elsewhere. */
export const runOf = async (
  path: string,
): Promise<{ readonly folder: string; readonly run: RunRecord } | undefined> => {
  const folder = isFolder(path) ? path : dirname(path)
  const whole = isFolder(path) || basename(path) === files.history
  if (whole && existsSync(join(folder, files.run))) {
    const { readRun } = await import('../../results/read-run.ts')
    return { folder: resolve(folder), run: readRun(folder) }
  }
  if (isFolder(path))
    throw new UsageError(
      `${path}: not a run's folder: expected ${files.run} and ${files.history} in it`,
    )
  return undefined
}

/** What went wrong while a stored run was made: to judge it again does not mend that. */
export const problemsOf = async (input: JudgeInput): Promise<readonly string[]> => {
  const found = input.by === undefined ? await runOf(input.path) : undefined
  if (found === undefined) return []
  const { readStored } = await import('../../results/archive/stored.ts')
  return readStored(found.folder).verdict?.problems ?? []
}

/** Reads the history of an input. @throws UsageError, FormatError when it is not one */
export const historyOf = async (
  input: JudgeInput,
): Promise<{ readonly history: History; readonly notes: readonly string[] }> => {
  const run = await runOf(input.path)
  const file = isFolder(input.path) ? join(input.path, files.history) : input.path
  const written = existsSync(file) && statSync(file).size > 0
  if (run !== undefined && !written)
    return { history: History.from([]), notes: ['the run ended before its first event'] }
  return readHistory(file, input)
}

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory()
  } catch (error) {
    throw new UsageError(`${path}: cannot be read: ${messageOf(error)}`)
  }
}
