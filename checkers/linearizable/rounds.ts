/**
 * The search of one part goes in rounds with budgets that grow, so that a part that is easily refuted is
 * found behind one that is hard. A round ends after the same configurations whoever does it, whether it
 * was begun there or is done again: so a verdict does not depend on how many threads there are.
 */
import type { Outcome, Search } from './search.ts'

/** How far a search came, or why it had to stop before the end of the round. */
export type Progress = { readonly outcome: Outcome } | { readonly reason: string }

const FIRST = 1024
const FACTOR = 8
/** Configurations between two looks at the limits: a millisecond, about. */
const STEP = 1024

export class Rounds {
  /** How many rounds are done. */
  private done = 0

  constructor(readonly search: Search) {}

  /** Searches to the end of a round. @param stop why to stop now, given the bytes that the search holds */
  through(round: number, stop: (bytes: number) => string | undefined): Progress {
    for (; this.done <= round; this.done++) {
      const progress = this.next(stop)
      if ('reason' in progress || progress.outcome !== 'undecided') return progress
    }
    return { outcome: 'undecided' }
  }

  private next(stop: (bytes: number) => string | undefined): Progress {
    const { search } = this
    const until = search.configurations + FIRST * FACTOR ** this.done
    let outcome = search.run(0)
    while (outcome === 'undecided' && search.configurations < until) {
      const reason = stop(search.bytes)
      if (reason !== undefined) return { reason }
      outcome = search.run(STEP)
    }
    return { outcome }
  }
}
