/**
 * Linearizability (Herlihy and Wing 1990): every operation took effect at one moment between its
 * invocation and its completion, as the model allows. Judged part by part, for a history is
 * linearizable exactly when the history of each object is. All parts get a small budget first, then a
 * larger one, so that a part that is easily refuted is found behind one that is hard; the first
 * violation ends the check. Out of limits is `unknown`, with the part that was hardest.
 *
 * Registers are judged in linear time first (linearizable/opening.ts): those whose written values never
 * repeat are decided, and most violations of the others found. What is left is searched, by several threads
 * where the limits offer them (linearizable/judgment.ts).
 *
 * The general problem is NP-complete, so some histories stay unknown: many concurrent operations on
 * one key whose values repeat.
 */
import type { Checker, CheckerPlugin, Limits, Stats, Verdict } from './checker.ts'
import type { History } from './history.ts'
import { concluded } from './limits.ts'
import { helping } from './linearizable/helping.ts'
import { Judgment } from './linearizable/judgment.ts'
import { type Opening, open } from './linearizable/opening.ts'
import { tell } from './linearizable/proof.ts'
import { shrink } from './linearizable/shrink.ts'
import type { Model } from './model.ts'
import casRegister from './models/cas-register.ts'

/** A checker for one model: `linearizable(casRegister)`. */
export const linearizable = <S, O>(model: Model<S, O>): Checker =>
  Object.assign(
    (history: History, limits: Limits) =>
      concluded(`the model ${model.name}`, () => judge(history, model, limits)),
    { help: helping(model), model: model as Model },
  )

/** What an event takes in the parts, about. */
const EVENT_BYTES = 32

const judge = <S, O>(history: History, model: Model<S, O>, limits: Limits): Verdict => {
  const opening = open(history, model, limits)
  const [first, ...more] = opening.anomalies
  if (first !== undefined)
    return { valid: false, anomalies: [first, ...more], stats: statsOf(opening, 0) }
  const held = history.length * EVENT_BYTES
  const judged = new Judgment(opening.undecided, model, limits, held).judge()
  const stats = statsOf(opening, judged.configurations)
  if (judged.violation !== undefined) {
    const { problem, reached } = judged.violation
    const { key, start } = problem.part
    const kept = shrink(problem, reached, limits).map((op) => start[op]!)
    return { valid: false, anomalies: [tell(history, model, key, kept)], stats }
  }
  return judged.unknown === undefined
    ? { valid: true, stats }
    : { valid: 'unknown', reason: judged.unknown(opening.keys), stats }
}

const statsOf = <O>(
  { operations, keys, indeterminate, violations }: Opening<O>,
  configurations: number,
): Stats => ({
  ...{ operations, keys, configurations, indeterminate },
  ...(violations > 1 ? { violatingKeys: violations } : {}),
})

export default {
  summary: 'every operation takes effect at one moment between its invocation and its completion',
  check: linearizable(casRegister),
  against: linearizable,
} satisfies CheckerPlugin
