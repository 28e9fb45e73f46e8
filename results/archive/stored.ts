/**
 * A stored run as far as it can be read: a run that was killed has no verdict, a damaged one may lack anything.
 * What is missing is said, and the rest is there to be shown.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Witness } from '../../checkers/linearizable/witness.ts'
import { readRun } from '../read-run.ts'
import type { RunRecord, VerdictRecord } from '../run.ts'
import { files, StoreError } from '../store.ts'
import { readJson } from './read-json.ts'
import { verdictRecord } from './verdict.ts'

export interface StoredRun {
  readonly folder: string
  readonly run: RunRecord | undefined
  readonly verdict: VerdictRecord | undefined
  /** What cannot be shown and why, one line each. */
  readonly missing: readonly string[]
}

/** Reads what a run's folder holds beside its history. Never throws for what is in the files. */
export const readStored = (folder: string): StoredRun => {
  const missing: string[] = []
  const tried = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      missing.push(error.message)
      return undefined
    }
  }
  const run = tried(() => readRun(folder))
  const hasVerdict = existsSync(join(folder, files.verdict))
  if (!hasVerdict)
    missing.push(
      `no verdict: the run still goes on or was killed; "schism check ${folder}" judges what there is`,
    )
  const verdict = hasVerdict ? tried(() => readVerdict(folder)) : undefined
  return { folder: resolve(folder), run, verdict, missing }
}

/** Reads a run's verdict. @throws StoreError naming the file and the first field that is wrong */
export const readVerdict = (folder: string): VerdictRecord => {
  const { witness, ...verdict } = readJson(join(folder, files.verdict), verdictRecord)
  return witness === undefined ? verdict : { ...verdict, witness: witness as Witness }
}

/** The verdict as reports tell it, with what is missing of the run; unknown where there is none. */
export const toldVerdict = (
  { folder, verdict }: StoredRun,
  missing: readonly string[],
): VerdictRecord => {
  if (verdict !== undefined) return { ...verdict, notes: [...verdict.notes, ...missing] }
  return {
    version: 1,
    input: folder,
    valid: 'unknown',
    reason: missing[0] ?? 'no verdict yet',
    anomalies: [],
    checkers: {},
    outcome: 'unknown',
    problems: [],
    notes: missing.slice(1),
  }
}
