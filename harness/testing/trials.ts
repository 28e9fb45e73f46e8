/** For tests of reference systems: what a hunt draws and plays, with the real plug-ins. */
import type { RunRecord } from '../../results/run.ts'
import { loadCatalog } from '../catalog.ts'
import { draw, play, type Quarry, type Trial } from '../hunt/trial.ts'

const catalog = await loadCatalog()

/** What a hunt draws from a seed. */
export const drawRun = (quarry: Quarry, seed: number): RunRecord => draw(quarry, seed, catalog)

/** A run, played in the simulation and judged. */
export const playRun = (run: RunRecord): Promise<Trial> => play(run, catalog)

/** One trial of a hunt. */
export const playSeed = (quarry: Quarry, seed: number): Promise<Trial> =>
  playRun(drawRun(quarry, seed))
