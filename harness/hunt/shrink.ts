/**
 * Makes a violation small: fewer fault episodes, operations, clients and nodes, simpler targets, shorter faults,
 * less waiting. Each candidate is played again and kept only when it still breaks the same promise. Delta
 * debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002) over the episodes
 * and over the calls that clients made. What is left out changes what the network draws for the rest, so a
 * candidate is tried with a few seeds.
 */
import type { RunRecord } from '../../results/run.ts'
import type { PlannedCall } from '../../results/schedule.ts'
import type { System } from '../api.ts'
import { type Catalog, find } from '../catalog.ts'
import { UsageError } from '../errors.ts'
import { checkSchedule } from '../schedule/check.ts'
import { topologyOf } from '../topology.ts'
import { callsOf } from './calls.ts'
import {
  atOnce,
  fewerClients,
  fewerNodes,
  lessWaiting,
  shorterFaults,
  simplerTargets,
  smallerOptions,
  stretched,
  surerFaults,
  timed,
  withCalls,
  withEpisodes,
} from './reductions.ts'
import type { Trial } from './trial.ts'

export interface ShrinkOptions {
  readonly catalog: Catalog
  /** Plays a candidate. */
  readonly play: (run: RunRecord) => Promise<Trial>
  /** Whether there is no time left. */
  readonly isOver: () => boolean
  /** Hears of every smaller trial. */
  readonly progress: (trial: Trial) => void
}

/** Seeds that a candidate is tried with: few as long as that helps, then more. */
const MOST_SEEDS = 32
const SEEDS = [4, MOST_SEEDS]
/** How long some calls are tried, over all seeds, before they count as too few; simulated s. */
const PATIENCE_S = 150
/** So few calls cost next to nothing: luck may have its time; simulated s. */
const FEW = { calls: 12, patienceS: 3000 }
/** What was called to the same keys so shortly before and after what proves a violation is likely to matter, s. */
const NEAR_S = 0.1
/** Seeds that decide how steady a run is, and how much longer it may be for that. */
const STEADY_SEEDS = 16
const STRETCHES = [1, 2, 4, 8]
/** How many of the last calls may be enough. */
const LAST = [8, 16, 32, 64]

/** The smallest trial found that breaks the promise in the same way. */
export const shrink = async (found: Trial, options: ShrinkOptions): Promise<Trial> =>
  new Shrinking(found, options).smallest()

class Shrinking {
  private best: Trial
  /** How many seeds a candidate is tried with. */
  private seeds = SEEDS[0]!
  /** Counts what was kept. */
  private kept = 0

  constructor(
    private readonly found: Trial,
    private readonly options: ShrinkOptions,
  ) {
    this.best = found
  }

  async smallest(): Promise<Trial> {
    const system = find('system', this.options.catalog.systems, this.found.run.system)
    // From here on clients do what they did, and not what the workload makes of what happens.
    await this.tries(withCalls(this.best.run, callsOf(this.best)))
    await this.each((run) => timed(run, this.best.simulated.executed))
    await this.each((run) => smallerOptions(run, system))
    await this.each(surerFaults)
    for (const seeds of SEEDS) {
      this.seeds = seeds
      await this.untilNothingHelps(system)
    }
    await this.steadiest()
    return this.best
  }

  /**
   * What hangs on single milliseconds is hard to understand and comes to nothing in another world. Of the same
   * few operations and faults in more time, those are taken that most seeds agree on.
   */
  private async steadiest(): Promise<void> {
    const { run } = this.best
    let most = 0
    for (const stay of STRETCHES)
      for (const pace of STRETCHES) {
        const candidate = stretched(run, pace, stay)
        const showing = await this.showing(candidate)
        if (showing.length <= most) continue
        most = showing.length
        this.best = showing[0]!
      }
  }

  /** The trials that show the anomaly, of a few seeds. */
  private async showing(run: RunRecord): Promise<readonly Trial[]> {
    const trials: Trial[] = []
    if (!isPossible(run, this.options.catalog)) return trials
    for (let nth = 0; nth < STEADY_SEEDS && !this.options.isOver(); nth++)
      trials.push(await this.options.play({ ...run, seed: run.seed + nth }))
    return trials.filter((trial) => this.isSame(trial))
  }

  private isSame({ proof }: Trial): boolean {
    return proof?.anomaly.type === this.found.proof!.anomaly.type
  }

  private async untilNothingHelps(system: System): Promise<void> {
    for (let before = -1; before < this.kept && !this.options.isOver(); ) {
      before = this.kept
      await this.nothingLater()
      await this.fewer(({ schedule }) => schedule.episodes, withEpisodes)
      await this.each(surerFaults)
      await this.onlyRelevant()
      await this.fewer(({ schedule }) => schedule.calls ?? [], withCalls)
      await this.each((run) => fewerNodes(run, system))
      await this.each(fewerClients)
      await this.each(simplerTargets)
      await this.each(shorterFaults)
      await this.each(lessWaiting)
    }
  }

  /** What came after what proves the violation never mattered. */
  private async nothingLater(): Promise<void> {
    const calls = callsOf(this.best)
    const last = Math.max(...this.proving().map(({ at }) => at))
    const before = calls.filter(({ at }) => at <= last)
    if (before.length < calls.length) await this.tries(withCalls(this.best.run, before))
  }

  /** The calls that prove the violation: beside them there may be others after all faults. */
  private proving(): readonly PlannedCall[] {
    const { ops } = this.best.proof!.anomaly
    return callsOf(this.best).filter(({ index }) => ops.includes(index))
  }

  /**
   * What proves the violation is often enough, or what was done last, to the same keys or to all: the less
   * there is, the cheaper it is to try, and the more it needs luck with the seed.
   */
  private async onlyRelevant(): Promise<void> {
    const { run } = this.best
    const calls = callsOf(this.best)
    const proving = this.proving()
    const keys = new Set(proving.map(({ key }) => key))
    const related = calls.filter(({ key }) => keys.has(key))
    const isLess = (some: readonly PlannedCall[]) => some.length > 0 && some.length < calls.length
    const near = related.filter(({ at }) => proving.some((one) => Math.abs(one.at - at) < NEAR_S))
    const recent = LAST.flatMap((most) => [related.slice(-most), calls.slice(-most)])
    for (const some of [proving, near, ...recent, related].filter(isLess)) {
      const candidate = atOnce(withCalls(run, some))
      const patienceS = some.length <= FEW.calls ? FEW.patienceS : PATIENCE_S
      const seeds = Math.round(patienceS / candidate.timeLimitS)
      if (await this.tries(candidate, Math.max(seeds, this.seeds))) return
    }
  }

  /** Delta debugging over one list: leaves out ever smaller parts of it. */
  private async fewer<T>(
    list: (run: RunRecord) => readonly T[],
    put: (run: RunRecord, list: readonly T[]) => RunRecord,
  ): Promise<void> {
    const all = () => list(this.best.run)
    for (
      let part = Math.ceil(all().length / 2);
      part >= 1;
      part = part === 1 ? 0 : Math.ceil(part / 2)
    ) {
      for (let from = 0; from < all().length; ) {
        if (this.options.isOver()) return
        // Large parts are few and worth some patience.
        const seeds = Math.ceil((MOST_SEEDS * part) / all().length)
        const rest = put(this.best.run, all().toSpliced(from, part))
        // Where it could be left out, the next part stands in its place.
        if (!(await this.tries(rest, Math.max(seeds, this.seeds)))) from += part
      }
    }
  }

  /** Takes the first candidate that will do, and begins again with what there is then. */
  private async each(candidates: (run: RunRecord) => readonly RunRecord[]): Promise<void> {
    for (let found = true; found; ) {
      found = false
      for (const candidate of candidates(this.best.run)) {
        if (this.options.isOver()) return
        found = await this.tries(candidate)
        if (found) break
      }
    }
  }

  /** Keeps a candidate that breaks the same promise. */
  private async tries(run: RunRecord, seeds = this.seeds): Promise<boolean> {
    if (!isPossible(run, this.options.catalog)) return false
    for (let nth = 0; nth < seeds; nth++) {
      if (this.options.isOver()) return false
      const trial = await this.options.play({ ...run, seed: run.seed + nth })
      if (this.isSame(trial)) {
        this.best = trial
        this.kept++
        this.options.progress(trial)
        return true
      }
    }
    return false
  }
}

/** Whether its schedule may be carried out on its cluster: a node that a fault hits may be gone. */
const isPossible = (run: RunRecord, catalog: Catalog): boolean => {
  const { schedule, nodes, timeLimitS } = run
  const topology = topologyOf(find('system', catalog.systems, run.system), nodes)
  try {
    checkSchedule('', schedule, { faults: catalog.faults, topology, timeLimitS })
    return true
  } catch (error) {
    if (error instanceof UsageError) return false
    throw error
  }
}
