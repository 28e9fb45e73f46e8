/**
 * A hunt: many trials, each from its own seed, on all cores, until one breaks a promise, the seeds are used up
 * or the time is over. What is found is the violation of the lowest seed among those played by then.
 */
import { monotonicMs } from '../clock.ts'
import { UsageError } from '../errors.ts'
import { Thread } from '../thread.ts'
import type { Summary } from './summary.ts'
import type { Quarry } from './trial.ts'
import type { TrialAnswer } from './worker.ts'

export interface HuntOptions {
  readonly quarry: Quarry
  readonly seeds: { readonly from: number; readonly to: number }
  /** Ends the hunt; ms. */
  readonly budgetMs: number
  readonly jobs: number
  /** Whether the first violation ends it, or all are counted. */
  readonly until: 'violation' | 'end'
  readonly progress: (hunted: Hunted) => void
  readonly signal: AbortSignal
}

export interface Hunted {
  readonly trials: readonly Summary[]
  /** Wall-clock time, ms. */
  readonly tookMs: number
  /** Which kinds of messages came while which faults were in force, each once. */
  readonly situations: ReadonlySet<string>
  /** How many runs had been played when the last new one was met. */
  readonly lastNew: number
}

/** @throws UsageError when the quarry is none for a simulation; Error on a bug */
export const hunt = async (options: HuntOptions): Promise<Hunted> => {
  const { seeds, budgetMs, jobs, until, signal, quarry, progress } = options
  const begun = monotonicMs()
  const trials: Summary[] = []
  const situations = new Set<string>()
  let lastNew = 0
  let next = seeds.from
  let isOver = false
  const hunted = (): Hunted => ({
    trials: trials.toSorted((a, b) => a.seed - b.seed),
    tookMs: monotonicMs() - begun,
    situations,
    lastNew,
  })
  const work = async (): Promise<void> => {
    const player = new Player(quarry)
    try {
      while (!isOver && next <= seeds.to && monotonicMs() - begun < budgetMs && !signal.aborted) {
        const { summary, fresh } = await player.play(next++)
        trials.push(summary)
        if (fresh.some((situation) => !situations.has(situation))) lastNew = trials.length
        for (const situation of fresh) situations.add(situation)
        if (summary.outcome === 'violation' && until === 'violation') isOver = true
        progress({ trials, tookMs: monotonicMs() - begun, situations, lastNew })
      }
    } finally {
      isOver = true
      await player.end()
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return hunted()
}

type Played = Extract<TrialAnswer, { kind: 'played' }>

/** One thread that plays trials. */
class Player {
  private readonly thread: Thread<number, TrialAnswer>

  constructor(quarry: Quarry) {
    this.thread = new Thread(new URL('./worker.js', import.meta.url), quarry)
  }

  async play(seed: number): Promise<Played> {
    const answer = await this.thread.ask(seed)
    if (answer.kind === 'played') return answer
    throw answer.kind === 'usage' ? new UsageError(answer.message) : new Error(answer.message)
  }

  end(): Promise<void> {
    return this.thread.end()
  }
}
