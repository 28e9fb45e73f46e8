/**
 * Settles what can be settled of a part without a search: objects that nothing ties together are parted, and
 * queues, stacks, priority queues and sets in which every element is inserted once are decided in
 * near-linear time. What is left is for the general search.
 */
import type { Anomaly, Limits } from '../checker.ts'
import type { History } from '../history.ts'
import { OutOfLimits, poll } from '../limits.ts'
import { explain } from '../linearizable/explain.ts'
import { type Part, restrict } from '../linearizable/part.ts'
import { problem, searchOf } from '../linearizable/problem.ts'
import { shrink } from '../linearizable/shrink.ts'
import type { Model } from '../model.ts'
import type { SetOp } from '../models/set.ts'
import { type CollectionKind, decide } from './decide.ts'
import { elements, type Remainder } from './elements.ts'
import type { CollectionOp } from './operations.ts'
import { everything, smallest } from './smallest.ts'
import { split } from './split.ts'
import { tell } from './tell.ts'
import { wholeReads } from './whole-reads.ts'

/** A violation with its proof, or the parts that are still to be searched: none where the part is linearizable. */
export type Settled<O> = { readonly prove: () => Anomaly } | { readonly left: readonly Part<O>[] }

/** The fast decision of one part of a history. @throws OutOfLimits */
export const settle = <S, O>(
  history: History,
  part: Part<O>,
  model: Model<S, O>,
  limits: Limits,
): Settled<O> => {
  const { collection } = model
  if (collection === undefined) return { left: split(part, model) }
  // `Model.collection` promises which operations these are.
  const settled =
    collection === 'set'
      ? settleSet(history, part as Part<never>, model as Model, limits)
      : settleOrdered(
          history,
          part as Part<never>,
          model as Model<unknown, never>,
          collection,
          limits,
        )
  return settled as Settled<O>
}

const settleOrdered = (
  history: History,
  part: Part<CollectionOp>,
  model: Model<unknown, CollectionOp>,
  kind: CollectionKind,
  limits: Limits,
): Settled<CollectionOp> => {
  const asking = (bytes: number): void => poll(limits, bytes)
  const decision = decide(part, kind, asking)
  if (decision === 'linearizable') return { left: [] }
  if (decision === 'undecided') return { left: [part] }
  const violates = (some: Part<CollectionOp>): boolean => {
    const answer = decide(some, kind, asking)
    if (answer !== 'undecided') return answer !== 'linearizable'
    return some.ops.length <= FEW && searchOf(problem(some, model)).run(PATIENCE) === 'violation'
  }
  const prove = (): Anomaly => {
    const proof = restrict(part, smallestWithinLimits(part, decision, violates))
    return anomaly(history, proof, tell(history, proof, model) ?? explain(history, proof, model))
  }
  return { prove }
}

/** A violation that was found stays one, with a larger proof, where the limits end the search for a smaller. */
const smallestWithinLimits = (...given: Parameters<typeof smallest>): readonly number[] => {
  try {
    return smallest(...given)
  } catch (error) {
    if (error instanceof OutOfLimits) return everything(given[0], given[1])
    throw error
  }
}

/** So few operations are searched while a proof is made, for so many configurations. */
const FEW = 64
const PATIENCE = 100_000

const settleSet = (
  history: History,
  part: Part<SetOp>,
  model: Model,
  limits: Limits,
): Settled<SetOp> => {
  const whole = part.ops.some(({ f }) => f === 'read')
  const remainder: Remainder<SetOp> = whole ? wholeReads(part) : elements(part)
  if ('undecided' in remainder) return { left: remainder.undecided }
  const prove = (): Anomaly => {
    const all = restrict(part, remainder.impossible)
    const asked = problem(all, model)
    const search = searchOf(asked)
    const found = search.run(PATIENCE) === 'violation'
    const proof = found ? restrict(all, shrink(asked, search, limits)) : all
    return anomaly(history, proof, explain(history, proof, model))
  }
  return { prove }
}

const anomaly = (
  { columns: { index } }: History,
  proof: Part<unknown>,
  { type, summary }: { readonly type: string; readonly summary: string },
): Anomaly => ({ type, summary, ops: Array.from(proof.start, (at) => index[at]!) })
