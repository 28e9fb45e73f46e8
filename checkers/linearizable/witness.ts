/**
 * On request, for people and viewers: an order that shows a history to be linearizable, key by key; or
 * of a key that is not, how far an order comes and what cannot follow.
 */
import type { Limits } from '../checker.ts'
import type { History, Key } from '../history.ts'
import { OutOfLimits } from '../limits.ts'
import { type Model, NotInModel, type RegisterSettings } from '../model.ts'
import { keyName, registers as registersOf } from '../registers/registers.ts'
import { Blocks } from './blocks.ts'
import { Chains } from './chains.ts'
import { classified, keyOps } from './columns.ts'
import { legalOrder } from './order.ts'
import { parts } from './part.ts'
import { type Partial, partial, searched } from './partial.ts'
import { type Problem, problem, problemOf } from './problem.ts'
import { replay } from './replay.ts'

/** The operations of one key that took effect, by the `index` of their invocations, in a legal order. */
export interface Order {
  readonly key: Key | undefined
  readonly ops: readonly number[]
}

export type Witness =
  | { readonly valid: true; readonly orders: readonly Order[] }
  | { readonly valid: false; readonly partial: Partial }
  | { readonly valid: 'unknown'; readonly reason: string }

/**
 * Finds an order of the operations of every key and verifies them once more (replay.ts), or else the
 * longest prefix that has one, of the first key that has none. O(operations) for registers of unique
 * values without failed compare-and-sets that did not tell what they saw; else it is a search.
 */
export const witness = <S, O>(history: History, model: Model<S, O>, limits: Limits): Witness => {
  try {
    const { orders, left } =
      model.registers === undefined
        ? { orders: [], left: parts(history, model).map((part) => () => problem(part, model)) }
        : registerOrders(history, model, model.registers, limits)
    for (const begin of left) {
      const one = begin()
      const { found, order } = searched(one, limits)
      if (!found) return { valid: false, partial: partial(history, one, limits) }
      const ops = order.map((number) => history.columns.index[one.part.start[number]!]!)
      orders.push({ key: one.part.key, ops })
    }
    const wrong = replay(history, model, orders)
    return wrong === undefined
      ? { valid: true, orders }
      : { valid: 'unknown', reason: `the order that was found does not hold: ${wrong}` }
  } catch (error) {
    if (!(error instanceof OutOfLimits || error instanceof NotInModel)) throw error
    return { valid: 'unknown', reason: error.message }
  }
}

/** The orders of the keys that have one by their blocks, and the problems of the others. */
const registerOrders = <S, O>(
  history: History,
  model: Model<S, O>,
  settings: RegisterSettings,
  limits: Limits,
): { orders: Order[]; left: (() => Problem<S, O>)[] } => {
  const all = registersOf(history, settings)
  const chains = new Chains(all, limits)
  const order = legalOrder(chains, new Blocks(chains))
  const left = new Set(all.key)
  const byKey = new Map<number, number[]>()
  for (const key of left) if (chains.isOpen(key)) byKey.set(key, [])
  for (const op of all.differs.keys()) byKey.delete(all.key[op]!)
  for (const op of order) byKey.get(all.key[op]!)?.push(history.columns.index[all.start[op]!]!)
  for (const key of byKey.keys()) left.delete(key)
  return {
    orders: [...byKey].map(([key, ops]) => ({ key: keyName(all, key), ops })),
    left: keyOps(all, left).map((one) => () => problemOf(classified(all, model, one), model)),
  }
}
