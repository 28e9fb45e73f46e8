/**
 * Sequential consistency (Lamport 1979): one order of all operations, of all keys, that keeps each process'
 * own order and that the model allows. Unlike linearizability it asks nothing of real time, and it must
 * be judged for all keys at once: each may have an order of its own that the others contradict.
 *
 * An indeterminate operation is the last of its process. It may stand anywhere after the others of
 * its process, also where a process read its effect before it was invoked, or nowhere.
 *
 * Registers whose values are unique are judged by the order of their blocks (`sequential/decide.ts`): where it
 * follows from the history in O(processes × operations) a round, and few rounds. Everything else is
 * accepted where a linearization is found, and searched otherwise (`sequential/search.ts`). The problem is
 * NP-complete in both cases, so beyond the limits the verdict is `unknown`.
 */
import type { Anomaly, Checker, CheckerPlugin, Limits, Verdict } from './checker.ts'
import type { History } from './history.ts'
import { concluded, OutOfLimits } from './limits.ts'
import type { Model } from './model.ts'
import casRegister from './models/cas-register.ts'
import { explain } from './sequential/explain.ts'
import { type Contradiction, judge } from './sequential/judge.ts'
import { restrict } from './sequential/restrict.ts'
import { shrink } from './sequential/shrink.ts'

/** A checker for one model: `sequential(casRegister)`. */
export const sequential =
  <S, O>(model: Model<S, O>): Checker =>
  (history, limits) =>
    concluded(`the model ${model.name}`, () => verdict(history, model, limits))

const verdict = <S, O>(history: History, model: Model<S, O>, limits: Limits): Verdict => {
  const outcome = judge(history, model, limits)
  const { stats } = outcome
  if (outcome.valid) return { valid: true, stats }
  const [first, ...rest] = outcome.contradictions
  const told = (one: Contradiction): Anomaly => prove(history, model, one, limits)
  return { valid: false, anomalies: [told(first), ...rest.map(told)], stats }
}

/** The smallest proof of a contradiction, judged once more on its own operations. */
const prove = <S, O>(
  history: History,
  model: Model<S, O>,
  { core }: Contradiction,
  limits: Limits,
): Anomaly => {
  const proof = restrict(history, shrink(history, model, core, limits))
  try {
    const again = judge(proof.history, model, limits)
    return explain(history, proof, model, again.valid ? undefined : again.contradictions[0].refuted)
  } catch (error) {
    if (error instanceof OutOfLimits) return explain(history, proof, model, undefined)
    throw error
  }
}

export default {
  summary: 'one order of all operations of all keys keeps the order of each process',
  check: sequential(casRegister),
  against: sequential,
} satisfies CheckerPlugin
