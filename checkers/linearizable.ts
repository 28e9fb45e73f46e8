/**
 * Linearizability (Herlihy and Wing 1990): every operation took effect at one moment between its
 * invocation and its completion, as the model allows. Judged part by part, for a history is
 * linearizable exactly when the history of each object is. All parts get a small budget first, then a
 * larger one, so that a part that is easily refuted is found behind one that is hard; the first
 * violation ends the check. Out of limits is `unknown`, with the part that was hardest.
 *
 * Registers are judged in linear time first (linearizable/opening.ts): those whose written values never
 * repeat are decided, and most violations of the others found.
 *
 * The general problem is NP-complete, so some histories stay unknown: many concurrent operations on
 * one key whose values repeat.
 */
import type { Checker, CheckerPlugin, Limits, Stats, Verdict } from './checker.ts'
import type { History } from './history.ts'
import { concluded } from './limits.ts'
import { type Opening, open } from './linearizable/opening.ts'
import type { Part } from './linearizable/part.ts'
import { openEntries } from './linearizable/plan.ts'
import { type Problem, searchOf } from './linearizable/problem.ts'
import { tell } from './linearizable/proof.ts'
import type { Search } from './linearizable/search.ts'
import { shrink } from './linearizable/shrink.ts'
import type { Model } from './model.ts'
import casRegister from './models/cas-register.ts'

/** A checker for one model: `linearizable(casRegister)`. */
export const linearizable =
  <S, O>(model: Model<S, O>): Checker =>
  (history, limits) =>
    concluded(`the model ${model.name}`, () => new Judgment(history, model, limits).verdict())

/** One part under judgment. */
interface Case<S, O> {
  readonly begin: () => Problem<S, O>
  running: { readonly problem: Problem<S, O>; readonly search: Search } | undefined
}

class Judgment<S, O> {
  private readonly opening: Opening<S, O>
  /** Of the parts that are decided. */
  private configurations = 0
  private undecided: Case<S, O>[]

  constructor(
    private readonly history: History,
    private readonly model: Model<S, O>,
    private readonly limits: Limits,
  ) {
    this.opening = open(history, model, limits)
    this.undecided = this.opening.undecided.map((begin) => ({ begin, running: undefined }))
  }

  verdict(): Verdict {
    const [first, ...more] = this.opening.anomalies
    if (first !== undefined)
      return { valid: false, anomalies: [first, ...more], stats: this.stats() }
    for (let budget = 1024; this.undecided.length > 0; budget *= 8) {
      const left: Case<S, O>[] = []
      let bytes = this.history.length * 32
      for (const { running } of this.undecided) bytes += running?.search.bytes ?? 0
      for (const one of this.undecided) {
        bytes -= one.running?.search.bytes ?? 0
        if (one.running === undefined) {
          const problem = one.begin()
          // The layout is by far the largest table before the search begins.
          const reason = this.limits.exceeded(bytes + openEntries(problem.part) * 8)
          if (reason !== undefined) return this.unknown(reason)
          one.running = { problem, search: searchOf(problem) }
        }
        const { problem, search } = one.running
        const until = search.configurations + budget
        let outcome = search.run(0)
        while (outcome === 'undecided' && search.configurations < until) {
          const reason = this.limits.exceeded(bytes + search.bytes)
          if (reason !== undefined) return this.unknown(reason)
          outcome = search.run(1024)
        }
        if (outcome === 'violation') return this.violation(problem, search)
        if (outcome === 'undecided') {
          left.push(one)
          bytes += search.bytes
        } else {
          this.configurations += search.configurations
          one.running = undefined
        }
      }
      this.undecided = left
    }
    return { valid: true, stats: this.stats() }
  }

  private violation(problem: Problem<S, O>, search: Search): Verdict {
    const { key, start } = problem.part
    const kept = shrink(problem, search, this.limits).map((op) => start[op]!)
    const anomaly = tell(this.history, this.model, key, kept)
    return { valid: false, anomalies: [anomaly], stats: this.stats() }
  }

  private unknown(limit: string): Verdict {
    const begun = this.undecided.flatMap(({ running }) => (running === undefined ? [] : [running]))
    const [hardest] = begun.toSorted((a, b) => b.search.configurations - a.search.configurations)
    const where =
      hardest === undefined
        ? ''
        : `; hardest: ${named(hardest.problem.part)}, ${hardest.search.deepest} of ` +
          `${hardest.problem.part.returns.length} completions put in order`
    const of = `${this.undecided.length} of ${this.opening.keys} keys undecided`
    return { valid: 'unknown', reason: `${limit}: ${of}${where}`, stats: this.stats() }
  }

  private stats(): Stats {
    const { operations, keys, indeterminate, violations } = this.opening
    let { configurations } = this
    for (const { running } of this.undecided) configurations += running?.search.configurations ?? 0
    return {
      ...{ operations, keys, configurations, indeterminate },
      ...(violations > 1 ? { violatingKeys: violations } : {}),
    }
  }
}

const named = <O>({ key }: Part<O>): string => (key === undefined ? 'the object' : `key ${key}`)

export default {
  summary: 'every operation takes effect at one moment between its invocation and its completion',
  check: linearizable(casRegister),
  against: linearizable,
} satisfies CheckerPlugin
