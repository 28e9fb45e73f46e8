/**
 * From operations that contradict each other to a proof in words: with what they rest on, taken out
 * again as far as the rest still violates, and told as every other proof is.
 */
import type { Anomaly, Limits } from '../checker.ts'
import { type History, type Key, NONE } from '../history.ts'
import type { Model, Primitive } from '../model.ts'
import { keyName } from '../registers/registers.ts'
import type { Chains, Contradiction } from './chains.ts'
import { explain } from './explain.ts'
import { NEVER, partAt } from './part.ts'
import { problem, searchOf } from './problem.ts'
import { shrink } from './shrink.ts'

/** How many operations the reasons of a contradiction are followed to. */
const MOST_OPS = 64
/** Configurations for the search of so few operations. */
const PATIENCE = 100_000

/** The proof of a contradiction in chains. */
export const proofOf = <S, O>(
  chains: Chains,
  { key, ops }: Contradiction,
  model: Model<S, O>,
  limits: Limits,
): Anomaly => {
  const { history, start, observed, versions } = chains.registers
  const all = withReasons(chains, ops)
  const positions = [...all].map((op) => start[op]!).sort((a, b) => a - b)
  const name = keyName(chains.registers, key)
  const missing = [...all].filter((op) => reasons(chains, op).some((reason) => !all.has(reason)))
  const elsewhere = new Set(missing.map((op) => versions.value(observed[op]!)))
  if (elsewhere.size > 0) return tell(history, model, name, positions, elsewhere)
  const whole = problem(partAt(history, model, name, positions), model)
  const search = searchOf(whole)
  if (search.run(PATIENCE) !== 'violation') return tell(history, model, name, positions)
  const kept = shrink(whole, search, limits).map((number) => positions[number]!)
  return tell(history, model, name, kept)
}

/** The anomaly that the operations invoked at these positions prove. */
export const tell = <S, O>(
  history: History,
  model: Model<S, O>,
  key: Key | undefined,
  positions: readonly number[],
  elsewhere?: ReadonlySet<Primitive>,
): Anomaly => {
  const part = partAt(history, model, key, positions)
  const { type, summary } = explain(history, part, model, elsewhere)
  return { type, summary, ops: positions.map((at) => history.columns.index[at]!) }
}

/** The operations and what they rest on, nearest first, up to a bound. */
const withReasons = (chains: Chains, ops: readonly number[]): ReadonlySet<number> => {
  const all = new Set(ops)
  // A set visits what is added while it is gone through.
  for (const op of all)
    for (const reason of reasons(chains, op)) if (all.size < MOST_OPS) all.add(reason)
  return all
}

/** Who installed what an operation saw, and who shows that an indeterminate one happened. */
const reasons = (chains: Chains, op: number): number[] => {
  const { observed, end } = chains.registers
  const seen = observed[op]!
  const producer = seen === NONE ? NONE : chains.producer[seen]!
  const shown = end[op] === NEVER ? (chains.happened.get(op) ?? NONE) : NONE
  return [producer, shown].filter((reason) => reason !== NONE)
}
