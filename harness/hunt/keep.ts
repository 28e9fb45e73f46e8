/**
 * What is kept of a hunt that found something: the run made small, played once more into a folder of the store
 * with its report, and beside them the finding that anybody can play again.
 */
import { join } from 'node:path'
import { findingFiles, type HuntRecord } from '../../results/finding.ts'
import { runFolder } from '../../results/store.ts'
import type { Catalog } from '../catalog.ts'
import { simVenue } from '../cluster/sim/sim.ts'
import { Progress } from '../progress.ts'
import { type RunResult, runTest } from '../run.ts'
import { describeFinding, findingOf, keepFinding } from './finding.ts'
import type { Hunted } from './hunt.ts'
import { sizeOf } from './size.ts'
import type { MadeSmall } from './smallest.ts'

export interface Found extends MadeSmall {
  readonly hunted: Hunted
  /** How long it took to make it small, ms. */
  readonly shrinkMs: number
}

export interface Keeping {
  readonly catalog: Catalog
  /** The folder that holds all runs. */
  readonly store: string
  /** The folder that holds all findings, where this one is to be among them. */
  readonly findings?: string
  readonly budget: { readonly budgetMs: number; readonly memoryBytes: number }
}

export interface Kept extends RunResult {
  readonly record: HuntRecord
  /** Its folder among the findings. */
  readonly finding?: string
}

/** Plays what was found once more, into a run's folder. @throws StoreError when it cannot be kept */
export const keep = async (found: Found, keeping: Keeping): Promise<Kept> => {
  const { run, proof } = found.smallest
  const { catalog, store, budget, findings } = keeping
  const planFile = join(runFolder(store, run.id), findingFiles.plan)
  const result = await runTest({
    run: { ...run, command: `npx schism test ${run.system} --cluster sim --plan ${planFile}` },
    catalog,
    venue: simVenue(run),
    store,
    budget,
    progress: new Progress('quiet'),
    signal: new AbortController().signal,
  })
  const plan = findingOf(run, proof!)
  const record = recordOf(found)
  describeFinding(result.folder, plan, record)
  if (findings === undefined) return { ...result, record }
  const finding = keepFinding(result.folder, findings, plan, result.verdict)
  return { ...result, record, finding }
}

const recordOf = ({ hunted, first, smallest, shrinkMs }: Found): HuntRecord => ({
  version: 1,
  runs: hunted.trials.length,
  seed: first.run.seed,
  huntS: Math.round(hunted.tookMs / 100) / 10,
  shrinkS: Math.round(shrinkMs / 100) / 10,
  runsAMinute: Math.round((hunted.trials.length / hunted.tookMs) * 60_000),
  before: sizeOf(first),
  after: sizeOf(smallest),
})
