/**
 * Some runs break a promise by a race that is lost when anything around it is left out, and stay large; another
 * run that breaks the same promise often becomes small at once. So where the first one is not small enough after
 * a part of the time, the next ones are looked for and made small in the rest of it.
 */
import type { RunSize } from '../../results/finding.ts'
import { sizeOf } from './size.ts'
import type { Trial } from './trial.ts'

export interface SmallestOptions {
  /** Now, ms. */
  readonly now: () => number
  /** How long all of it may take, ms. */
  readonly limitMs: number
  /** Makes a trial small until a time, ms. */
  readonly shrink: (found: Trial, until: number) => Promise<Trial>
  /** Plays the run of a seed. */
  readonly playSeed: (seed: number) => Promise<Trial>
  /** Hears of every trial that is going to be made small. */
  readonly progress: (found: Trial) => void
}

/** A trial as it was found, and what has become of it. */
export interface MadeSmall {
  readonly first: Trial
  readonly smallest: Trial
}

/** What a person can take in at one look. */
const SMALL: Pick<RunSize, 'operations' | 'episodes'> = { operations: 10, episodes: 3 }
/** How many finds share the time. */
const MOST_FINDS = 4

/** The smallest of a few finds that break the same promise; the first one that is small enough ends it. */
export const smallestOf = async (found: Trial, options: SmallestOptions): Promise<MadeSmall> => {
  const { now, limitMs, shrink, progress } = options
  const begun = now()
  let best: MadeSmall | undefined
  let first: Trial | undefined = found
  for (let nth = 1; first !== undefined; nth++) {
    progress(first)
    const smallest = await shrink(first, begun + (limitMs * Math.min(nth, MOST_FINDS)) / MOST_FINDS)
    if (best === undefined || excess(smallest) < excess(best.smallest)) best = { first, smallest }
    if (isSmall(best.smallest) || now() >= begun + limitMs) break
    first = await next(found, first.run.seed, begun + limitMs, options)
  }
  return best!
}

/** The next trial that breaks the same promise, if there is one in time. */
const next = async (
  { proof }: Trial,
  after: number,
  until: number,
  { now, playSeed }: SmallestOptions,
): Promise<Trial | undefined> => {
  for (let seed = after + 1; now() < until; seed++) {
    const trial = await playSeed(seed)
    if (trial.proof?.anomaly.type === proof!.anomaly.type) return trial
  }
  return undefined
}

const isSmall = (trial: Trial): boolean => {
  const { operations, episodes } = sizeOf(trial)
  return operations <= SMALL.operations && episodes <= SMALL.episodes
}

/** How large a trial is, for comparisons: an episode of a fault is as much to take in as a few operations. */
const excess = (trial: Trial): number => {
  const { operations, episodes } = sizeOf(trial)
  return operations + (episodes * SMALL.operations) / SMALL.episodes
}
