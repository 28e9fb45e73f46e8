/**
 * A part with all that the search derives from its operations' classes. To take operations out again
 * and again while a proof is minimised, a smaller problem shares the classes, what they may explain,
 * and the machine with every step that it has made.
 */
import type { Model } from '../model.ts'
import { Effects } from './effects.ts'
import { Machine } from './machine.ts'
import { type Classes, classes, type Part, restrict } from './part.ts'
import { plan } from './plan.ts'
import { type Rules, Search } from './search.ts'
import { Values } from './values.ts'

export interface Problem<S, O> {
  readonly part: Part<O>
  readonly model: Model<S, O>
  readonly classes: Classes<O>
  readonly effects: Effects<S, O>
  readonly machine: Machine<S, O>
}

/** A part as far as the history goes; the rest follows from the model. */
export type Classified<O> = Pick<Problem<never, O>, 'part' | 'classes'>

export const problem = <S, O>(part: Part<O>, model: Model<S, O>): Problem<S, O> =>
  problemOf({ part, classes: classes(part, model) }, model)

export const problemOf = <S, O>(
  { part, classes }: Classified<O>,
  model: Model<S, O>,
): Problem<S, O> => ({
  ...{ part, model, classes },
  effects: new Effects(classes, model),
  machine: new Machine(model, classes.ops),
})

/** The problem that is left with these operations alone; `keep` is ascending. */
export const subproblem = <S, O>(whole: Problem<S, O>, keep: readonly number[]): Problem<S, O> => {
  const of = Int32Array.from(keep, (op) => whole.classes.of[op]!)
  return { ...whole, part: restrict(whole.part, keep), classes: { ...whole.classes, of } }
}

/** A search that has not begun. */
export const searchOf = <S, O>(of: Problem<S, O>, rules?: Rules): Search => {
  const { part, classes, effects, machine, model } = of
  const laid = plan(part, classes, effects)
  const isRegister = model.registers !== undefined
  return new Search(
    laid,
    machine,
    rules,
    isRegister ? () => new Values(laid, classes, model) : undefined,
  )
}
