/**
 * How far an order of a key's operations comes, for people: the last operations that could be put in order with
 * the state after each, the one that cannot follow, and what else had begun by then.
 */
import type { History } from '../../checkers/history.ts'
import type { Partial } from '../../checkers/linearizable/partial.ts'
import { operationAt, type ProofOperation, proofOperation } from './proof.ts'
import { line } from './text.ts'

export interface PartialView {
  /** Empty for an object without keys. */
  readonly key: string
  /** How many operations stand in the order before those shown. */
  readonly before: number
  readonly steps: readonly {
    readonly operation: ProofOperation
    /** The state after it; absent where it is not known. */
    readonly state?: string
  }[]
  readonly stuck: ProofOperation
  /** What had begun by then and has no place in the order either; some. */
  readonly pending: readonly ProofOperation[]
  /** How many there are. */
  readonly pendingTotal: number
}

const STEPS_MAX = 60
const PENDING_MAX = 40
const WIDTH = 120

/** Undefined where the history does not have the operations named. */
export const partialView = (history: History, partial: Partial): PartialView | undefined => {
  const at = (index: number) => {
    const operation = operationAt(history, index)
    return operation === undefined ? undefined : proofOperation(operation, WIDTH)
  }
  const stuck = at(partial.stuck)
  if (stuck === undefined) return undefined
  const shown = partial.ops.slice(-STEPS_MAX)
  const states = partial.states.slice(-shown.length)
  const unknown = shown.length - states.length
  const others = partial.pending.filter((index) => index !== partial.stuck)
  return {
    key: partial.key === undefined ? '' : line(String(partial.key), 60),
    before: (partial.before ?? 0) + partial.ops.length - shown.length,
    steps: shown.flatMap((index, place) => {
      const operation = at(index)
      const state = states[place - unknown]
      if (operation === undefined) return []
      return [{ operation, ...(state === undefined ? {} : { state: line(state, WIDTH) }) }]
    }),
    stuck,
    pending: others.slice(0, PENDING_MAX).flatMap((index) => at(index) ?? []),
    pendingTotal: others.length,
  }
}
