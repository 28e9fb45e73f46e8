/** For tests of reference systems: what a hunt draws and plays, with the real plug-ins. */
import type { RunRecord } from '../../results/run.ts'
import type { OptionValues } from '../api.ts'
import { loadCatalog } from '../catalog.ts'
import { summaryOf } from '../hunt/summary.ts'
import { draw, play, type Quarry, type Trial } from '../hunt/trial.ts'

const catalog = await loadCatalog()

/** Quarries of one system, in runs of so many simulated seconds. */
export const quarriesOf =
  (system: string, timeLimitS: number) =>
  (options: OptionValues, focus: Partial<Quarry> = {}): Quarry => ({
    ...{ system, options, timeLimitS },
    ...focus,
  })

/** What a hunt draws from a seed. */
export const drawRun = (quarry: Quarry, seed: number): RunRecord => draw(quarry, seed, catalog)

/** A run, played in the simulation and judged. */
export const playRun = (run: RunRecord): Promise<Trial> => play(run, catalog)

/** One trial of a hunt. */
export const playSeed = (quarry: Quarry, seed: number): Promise<Trial> =>
  playRun(drawRun(quarry, seed))

/** What the first violation among so many seeds is; undefined when there is none. */
export const firstViolation = async (
  quarry: Quarry,
  { from = 1, seeds }: { readonly from?: number; readonly seeds: number },
): Promise<Trial['proof']> => {
  for (let seed = from; seed < from + seeds; seed++) {
    const { proof } = await playSeed(quarry, seed)
    if (proof !== undefined) return proof
  }
  return undefined
}

/** Why runs from seeds 1 to `seeds` are not valid, a line for each: a run that failed or showed nothing is none. */
export const complaints = async (quarry: Quarry, seeds: number): Promise<readonly string[]> => {
  const lines: string[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    const { outcome, says } = summaryOf(await playSeed(quarry, seed))
    if (outcome !== 'valid') lines.push(`seed ${seed}: ${outcome}: ${says}`)
  }
  return lines
}
