/**
 * Makes a violation small: fewer fault episodes, fewer operations, shorter faults, a shorter run, each
 * candidate played again and kept only when it still breaks the same promise. Delta debugging (Zeller and
 * Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002) over the episodes and over the
 * calls that clients made. What is left out changes what the network draws for the rest, so a candidate is
 * tried with a few seeds.
 */

import { observations } from '../../checkers/ledger.ts'
import type { RunRecord } from '../../results/run.ts'
import type { PlannedCall, PlannedEpisode } from '../../results/schedule.ts'
import type { Json } from '../api.ts'
import type { Trial } from './trial.ts'

export interface ShrinkOptions {
  /** Plays a candidate. */
  readonly play: (run: RunRecord) => Promise<Trial>
  /** Whether there is no time left. */
  readonly isOver: () => boolean
  /** Hears of every smaller trial. */
  readonly progress: (trial: Trial) => void
}

/** Seeds that a candidate is tried with. */
const TRIES = 4
/** After the last call a run goes on for so long, s: what is under way ends. */
const AFTERWARDS_S = 1

/** The smallest trial found that breaks the promise in the same way. */
export const shrink = async (found: Trial, options: ShrinkOptions): Promise<Trial> =>
  new Shrinking(found, options).smallest()

class Shrinking {
  private best: Trial

  constructor(
    private readonly found: Trial,
    private readonly options: ShrinkOptions,
  ) {
    this.best = found
  }

  async smallest(): Promise<Trial> {
    // From here on clients do what they did, and not what the workload makes of what happens.
    await this.tries(withCalls(this.best.run, callsOf(this.found)))
    for (let size = Number.POSITIVE_INFINITY; sizeOf(this.best) < size; ) {
      size = sizeOf(this.best)
      await this.fewer(
        () => this.best.run.schedule.episodes,
        (run, episodes) => withEpisodes(run, episodes),
      )
      await this.fewer(
        () => this.best.run.schedule.calls ?? [],
        (run, calls) => withCalls(run, calls),
      )
      await this.shorter()
      if (this.options.isOver()) break
    }
    return this.best
  }

  /** Delta debugging over one list: leaves out ever smaller parts of it. */
  private async fewer<T>(
    list: () => readonly T[],
    put: (run: RunRecord, list: readonly T[]) => RunRecord,
  ): Promise<void> {
    for (
      let part = Math.ceil(list().length / 2);
      part >= 1;
      part = part === 1 ? 0 : Math.ceil(part / 2)
    ) {
      for (let from = 0; from < list().length; ) {
        if (this.options.isOver()) return
        const rest = [...list().slice(0, from), ...list().slice(from + part)]
        // Where it could be left out, the next part stands in its place.
        if (!(await this.tries(put(this.best.run, rest)))) from += part
      }
    }
  }

  /** Halves how long faults stay. */
  private async shorter(): Promise<void> {
    for (const [place, episode] of this.best.run.schedule.episodes.entries()) {
      if (this.options.isOver()) return
      const half = { ...episode, for: Math.round(episode.for * 500) / 1000 }
      if (half.for < 0.05) continue
      const episodes = this.best.run.schedule.episodes.with(place, half)
      await this.tries(withEpisodes(this.best.run, episodes))
    }
  }

  /** Keeps a candidate that breaks the same promise. */
  private async tries(run: RunRecord): Promise<boolean> {
    for (let nth = 0; nth < TRIES; nth++) {
      if (this.options.isOver()) return false
      const trial = await this.options.play({ ...run, seed: run.seed + nth })
      if (trial.proof?.anomaly.type === this.found.proof!.anomaly.type) {
        this.best = trial
        this.options.progress(trial)
        return true
      }
    }
    return false
  }
}

const sizeOf = ({ run }: Trial): number =>
  run.schedule.episodes.length * 1000 +
  (run.schedule.calls?.length ?? 0) +
  run.schedule.episodes.reduce((sum, episode) => sum + episode.for, 0) / 1000

const withEpisodes = (run: RunRecord, episodes: readonly PlannedEpisode[]): RunRecord => ({
  ...run,
  schedule: { ...run.schedule, episodes: [...episodes] },
})

const withCalls = (run: RunRecord, calls: readonly PlannedCall[]): RunRecord => {
  const last = Math.max(0, ...calls.map(({ at }) => at))
  return {
    ...run,
    timeLimitS: Math.min(run.timeLimitS, Math.ceil(last + AFTERWARDS_S)),
    schedule: { ...run.schedule, calls: [...calls] },
  }
}

/** What clients did in the main phase, as it can be done again. */
const callsOf = ({ run, simulated: { history } }: Trial): readonly PlannedCall[] => {
  const phases = observations(history).filter((one) => one.kind === 'phase')
  const begun = phases.find(({ phase }) => phase === 'main')?.time ?? 0
  const over = phases.find(({ phase }) => phase === 'recovery')?.time ?? Number.POSITIVE_INFINITY
  return [...history.operations()]
    .map(({ invoke }) => invoke)
    .filter(({ time }) => time >= begun && time < over)
    .map(({ time, process, f, key, value }) => ({
      at: (time - begun) / 1e9,
      thread: (process as number) % run.concurrency,
      f,
      ...(key === undefined ? {} : { key: key as string | number }),
      value: value as Json,
    }))
}
