/**
 * What there is to judge: a run's folder, or a history file from anywhere. Finds the history and the
 * checkers that go with it.
 */
import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Checker } from '../../checkers/checker.ts'
import { History } from '../../checkers/history.ts'
import { linearizable } from '../../checkers/linearizable.ts'
import { type FormatName, readHistory } from '../../results/formats/read.ts'
import type { RunRecord } from '../../results/run.ts'
import { files, readRun } from '../../results/store.ts'
import { type Catalog, find, suggestion } from '../catalog.ts'
import { messageOf, UsageError } from '../errors.ts'
import { workloadPlan } from '../plan.ts'

export interface JudgeInput {
  /** A run's folder or a history file. */
  readonly path: string
  /** Judge by this model or checker instead of what the run or the content says. */
  readonly model?: string
  /** Read the file as this format instead of recognising it. */
  readonly format?: FormatName
}

/** The plan of the run that a path belongs to; undefined for a history from elsewhere. */
export const runOf = (path: string): RunRecord | undefined => {
  const folder = isFolder(path) ? path : dirname(path)
  if (existsSync(join(folder, files.run)) && (isFolder(path) || basename(path) === files.history))
    return readRun(folder)
  if (isFolder(path))
    throw new UsageError(
      `${path}: not a run's folder: expected ${files.run} and ${files.history} in it`,
    )
  return undefined
}

/** Reads the history of an input. @throws UsageError, FormatError when it is not one */
export const historyOf = (
  input: JudgeInput,
): { readonly history: History; readonly notes: readonly string[] } => {
  const run = runOf(input.path)
  const file = isFolder(input.path) ? join(input.path, files.history) : input.path
  const written = existsSync(file) && statSync(file).size > 0
  if (run !== undefined && !written)
    return { history: History.from([]), notes: ['the run ended before its first event'] }
  return readHistory(file, input.format === undefined ? {} : { format: input.format })
}

/** The checkers for an input, by name. @throws UsageError when nothing says which */
export const checkersFor = (
  input: JudgeInput,
  history: History,
  catalog: Catalog,
): Readonly<Record<string, Checker>> => {
  if (input.model !== undefined) return byName(input.model, catalog)
  const run = runOf(input.path)
  if (run !== undefined)
    return workloadPlan(run, find('workload', catalog.workloads, run.workload)).checkers
  return byName(guess(input.path, history), catalog)
}

/** A model is judged for linearizability; a checker judges by itself. */
const byName = (name: string, catalog: Catalog): Readonly<Record<string, Checker>> => {
  const model = catalog.models.get(name)
  if (model !== undefined) return { linearizable: linearizable(model) }
  const checker = catalog.checkers.get(name)
  if (checker !== undefined) return { [name]: checker.check }
  const known = [...catalog.models.keys(), ...catalog.checkers.keys()]
  throw new UsageError(`unknown model ${JSON.stringify(name)}${suggestion(name, known)}`)
}

/** Which model the operations of a foreign history belong to. */
const guess = (path: string, history: History): string => {
  const fs = history.fs.filter((f) => f !== 'observe')
  const within = (...known: string[]): boolean => fs.every((f) => known.includes(f))
  if (within('read', 'write', 'cas')) return 'cas-register'
  if (within('add', 'read')) return 'set'
  if (within('get', 'put', 'append')) return 'kv'
  throw new UsageError(
    `${path}: its operations (${fs.join(', ')}) do not tell the model: give --model`,
  )
}

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory()
  } catch (error) {
    throw new UsageError(`${path}: cannot be read: ${messageOf(error)}`)
  }
}
