/**
 * Linearizability (Herlihy and Wing 1990): every operation took effect at one moment between its
 * invocation and its completion, as the model allows. Judged part by part, for a history is
 * linearizable exactly when the history of each object is. All parts get a small budget first, then a
 * larger one, so that a part that is easily refuted is found behind one that is hard; the first
 * violation ends the check. Out of limits is `unknown`, with the part that was hardest.
 *
 * The general problem is NP-complete, so some histories stay unknown: many concurrent operations on
 * one key whose values repeat.
 */
import type { Checker, CheckerPlugin, Limits, Stats, Verdict } from './checker.ts'
import type { History } from './history.ts'
import { explain } from './linearizable/explain.ts'
import { NEVER, type Part, parts, restrict } from './linearizable/part.ts'
import { openEntries } from './linearizable/plan.ts'
import { problem, searchOf } from './linearizable/problem.ts'
import type { Search } from './linearizable/search.ts'
import { shrink } from './linearizable/shrink.ts'
import { type Model, NotInModel } from './model.ts'
import casRegister from './models/cas-register.ts'

/** A checker for one model: `linearizable(casRegister)`. */
export const linearizable =
  <S, O>(model: Model<S, O>): Checker =>
  (history, limits) => {
    try {
      return new Judgment(history, model, limits).verdict()
    } catch (error) {
      if (!(error instanceof NotInModel)) throw error
      return {
        valid: 'unknown',
        reason: `the model ${model.name} cannot read this history: ${error.message}`,
      }
    }
  }

/** One part under judgment. */
interface Case<O> {
  readonly part: Part<O>
  search: Search | undefined
}

class Judgment<S, O> {
  private readonly parts: readonly Part<O>[]
  /** Of the parts that are decided. */
  private configurations = 0
  private undecided: Case<O>[]

  constructor(
    private readonly history: History,
    private readonly model: Model<S, O>,
    private readonly limits: Limits,
  ) {
    this.parts = parts(history, model)
    this.undecided = this.parts.map((part) => ({ part, search: undefined }))
  }

  verdict(): Verdict {
    for (let budget = 1024; this.undecided.length > 0; budget *= 8) {
      const left: Case<O>[] = []
      let bytes = this.history.length * 32
      for (const { search } of this.undecided) bytes += search?.bytes ?? 0
      for (const one of this.undecided) {
        bytes -= one.search?.bytes ?? 0
        if (one.search === undefined) {
          // The layout is by far the largest table before the search begins.
          const reason = this.limits.exceeded(bytes + openEntries(one.part) * 8)
          if (reason !== undefined) return this.unknown(reason)
          one.search = searchOf(problem(one.part, this.model))
        }
        const until = one.search.configurations + budget
        let outcome = one.search.run(0)
        while (outcome === 'undecided' && one.search.configurations < until) {
          const reason = this.limits.exceeded(bytes + one.search.bytes)
          if (reason !== undefined) return this.unknown(reason)
          outcome = one.search.run(1024)
        }
        if (outcome === 'violation') return this.violation(one.part, one.search)
        if (outcome === 'undecided') {
          left.push(one)
          bytes += one.search.bytes
        } else {
          this.configurations += one.search.configurations
          one.search = undefined
        }
      }
      this.undecided = left
    }
    return { valid: true, stats: this.stats() }
  }

  private violation(part: Part<O>, search: Search): Verdict {
    const kept = shrink(problem(part, this.model), search, this.limits)
    const { type, summary } = explain(this.history, restrict(part, kept), this.model)
    const { index } = this.history.columns
    const ops = kept.map((op) => index[part.start[op]!]!)
    return { valid: false, anomalies: [{ type, summary, ops }], stats: this.stats() }
  }

  private unknown(limit: string): Verdict {
    const begun = this.undecided.filter(({ search }) => search !== undefined)
    const hardest = begun.reduce<Case<O> | undefined>(
      (most, one) =>
        one.search!.configurations > (most?.search?.configurations ?? -1) ? one : most,
      undefined,
    )
    const where =
      hardest === undefined
        ? ''
        : `; hardest: ${hardest.part.key === undefined ? 'the object' : `key ${hardest.part.key}`}, ` +
          `${hardest.search!.deepest} of ${hardest.part.returns.length} completions put in order`
    const of = `${this.undecided.length} of ${this.parts.length} keys undecided`
    return { valid: 'unknown', reason: `${limit}: ${of}${where}`, stats: this.stats() }
  }

  private stats(): Stats {
    let operations = 0
    let indeterminate = 0
    for (const { end } of this.parts) {
      operations += end.length
      for (const at of end) if (at === NEVER) indeterminate++
    }
    let { configurations } = this
    for (const { search } of this.undecided) configurations += search?.configurations ?? 0
    return { operations, keys: this.parts.length, configurations, indeterminate }
  }
}

export default {
  summary: 'every operation takes effect at one moment between its invocation and its completion',
  check: linearizable(casRegister),
  against: linearizable,
} satisfies CheckerPlugin
