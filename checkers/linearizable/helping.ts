/**
 * The search of parts on other threads. A part is handed over as its intervals and the classes of its
 * operations, which is all that the search needs and a small share of a history: so a helper neither
 * reads the history again nor holds it. It answers with the outcome alone; the proof is made where
 * the history is.
 */
import type { Limits } from '../checker.ts'
import type { Model } from '../model.ts'
import type { Classes } from './part.ts'
import { openEntries } from './plan.ts'
import { type Classified, problemOf, searchOf } from './problem.ts'
import { type Progress, Rounds } from './rounds.ts'
import type { Reached } from './turns.ts'

/** A part to be searched to the end of a round. */
export interface Task<O> {
  readonly part: number
  readonly round: number
  /** What the part is; absent where the helper holds its search. */
  readonly share?: Share<O>
  /** Parts that others search from now on. */
  readonly forget: readonly number[]
}

/** What became of a task. */
export interface Answer {
  readonly part: number
  readonly progress: Progress
  readonly reached: Reached
}

/** A part as data. */
interface Share<O> {
  readonly start: Int32Array
  readonly end: Int32Array
  readonly returns: Int32Array
  readonly classes: Classes<O>
}

export const shareOf = <O>({ part, classes }: Classified<O>): Share<O> => {
  const { start, end, returns } = part
  return { start, end, returns, classes }
}

const classifiedOf = <O>({ start, end, returns, classes }: Share<O>): Classified<O> => {
  const ops = Array.from(classes.of, (cls) => classes.ops[cls]!)
  return { part: { key: undefined, ops, start, end, returns }, classes }
}

/** What a helper does for the checker of a model. */
export const helping =
  <S, O>(model: Model<S, O>) =>
  (limits: Limits): ((task: unknown) => Answer) => {
    const helper = new Helper(model, limits)
    // What a helper is given comes from the same checker on another thread.
    return (task) => helper.answer(task as Task<O>)
  }

class Helper<S, O> {
  private readonly held = new Map<number, Rounds>()

  constructor(
    private readonly model: Model<S, O>,
    private readonly limits: Limits,
  ) {}

  answer({ part, round, share, forget }: Task<O>): Answer {
    for (const one of forget) this.held.delete(one)
    let others = 0
    for (const [one, { search }] of this.held) if (one !== part) others += search.bytes
    if (share !== undefined) {
      const given = classifiedOf(share)
      // The layout is by far the largest table before the search begins.
      const reason = this.limits.exceeded(others + openEntries(given.part) * 8)
      if (reason !== undefined)
        return { part, progress: { reason }, reached: { configurations: 0, deepest: 0 } }
      this.held.set(part, new Rounds(searchOf(problemOf(given, this.model))))
    }
    const rounds = this.held.get(part)!
    const progress = rounds.through(round, (bytes) => this.limits.exceeded(others + bytes))
    if (!('outcome' in progress && progress.outcome === 'undecided')) this.held.delete(part)
    const { configurations, deepest } = rounds.search
    return { part, progress, reached: { configurations, deepest } }
  }
}
