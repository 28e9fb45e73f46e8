/**
 * Plays stored findings again in the simulation. The seed leads to the same run in the same version of the same
 * system; after a change it may take another seed for the messages to meet as they did then, so a few that
 * follow are tried as well.
 */
import { join } from 'node:path'
import { type FindingPlan, findingFiles } from '../../results/finding.ts'
import type { OptionValues } from '../api.ts'
import type { Catalog } from '../catalog.ts'
import { UsageError } from '../errors.ts'
import { planRun } from '../plan.ts'
import { asRequest, readFinding } from './finding.ts'
import { play, type Trial } from './trial.ts'

/** A finding in its folder. */
export interface StoredFinding {
  readonly folder: string
  readonly plan: FindingPlan
}

/** @throws UsageError when the folder has no finding, or one that cannot be read */
export const loadFinding = (folder: string): StoredFinding => {
  const plan = readFinding(join(folder, findingFiles.plan))
  if (plan === undefined) throw new UsageError(`${folder}: not a finding`)
  return { folder, plan }
}

/** One trial a seed, from the finding's own on; `options` take the place of its own. */
export const replays = async function* (
  { folder, plan }: StoredFinding,
  catalog: Catalog,
  seeds: number,
  options: OptionValues = {},
): AsyncGenerator<Trial> {
  const request = asRequest(plan, join(folder, findingFiles.plan), catalog)
  const asked = { ...request, cluster: 'sim' as const, options: { ...request.options, ...options } }
  for (let nth = 0; nth < seeds; nth++)
    yield play(planRun({ ...asked, seed: plan.seed + nth }, catalog), catalog)
}

/** Whether a trial shows what the finding shows. */
export const shows = ({ verdicts }: Trial, { violates }: FindingPlan): boolean => {
  const verdict = verdicts[violates.checker]
  return verdict?.valid === false && verdict.anomalies.some(({ type }) => type === violates.anomaly)
}
