/**
 * Verifies orders of operations from the definition alone: each holds every operation of its key that
 * certainly happened, none twice, respects real time, and the model allows every step. Reads the
 * history through the model and shares nothing with what finds such orders.
 */
import type { History } from '../history.ts'
import type { Model } from '../model.ts'
import { NEVER, type Part, parts } from './part.ts'
import type { Order } from './witness.ts'

/**
 * What is wrong with the orders of a history, or undefined when they are its linearization.
 * O(operations). @throws NotInModel
 */
export const replay = <S, O>(
  history: History,
  model: Model<S, O>,
  orders: readonly Order[],
): string | undefined => {
  const byKey = new Map(orders.map(({ key, ops }) => [key, ops]))
  const { index } = history.columns
  for (const part of parts(history, model)) {
    const wrong = replayPart(part, model, byKey.get(part.key) ?? [], index)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

const replayPart = <S, O>(
  part: Part<O>,
  model: Model<S, O>,
  order: readonly number[],
  index: Float64Array,
): string | undefined => {
  const missing = new Map<number, number>()
  part.start.forEach((start, number) => {
    missing.set(index[start]!, number)
  })
  let state = model.init
  let latest = -1
  for (const name of order) {
    const number = missing.get(name)
    if (number === undefined) return `operation ${name} does not belong there, or not twice`
    missing.delete(name)
    if (part.end[number]! < latest)
      return `operation ${name} was over before one in front of it began`
    latest = Math.max(latest, part.start[number]!)
    const after = model.step(state, part.ops[number]!)
    if (after === undefined) return `operation ${name} is not possible where it stands`
    state = after
  }
  for (const [name, number] of missing)
    if (part.end[number] !== NEVER) return `operation ${name} is missing`
  return undefined
}
