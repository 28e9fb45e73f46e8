/**
 * How far an order comes in a part that is not linearizable: the longest prefix of its completions that
 * can be put in order, and what cannot follow. As Knossos and Porcupine show it to people. Operations
 * that complete later may have happened before; those that fail later have not.
 */
import type { Limits } from '../checker.ts'
import type { History, Key } from '../history.ts'
import { poll } from '../limits.ts'
import { show } from '../model.ts'
import { NEVER, type Part } from './part.ts'
import { type Problem, searchOf } from './problem.ts'
import type { Search } from './search.ts'

/** Operations are named by the `index` of their invocations. */
export interface Partial {
  readonly key: Key | undefined
  /** In a legal order: all that completed before `stuck` did, and what had to take effect with them. */
  readonly ops: readonly number[]
  /** How many more stand before them, where not all are kept. */
  readonly before?: number
  /** The states after the last of `ops`, as people read them: at most a hundred. */
  readonly states: readonly string[]
  /** No order explains its completion together with those before it. */
  readonly stuck: number
  /** What had begun by then and stands not in the order, `stuck` itself included. */
  readonly pending: readonly number[]
}

const MOST_STATES = 100

/** @throws OutOfLimits */
export const partial = <S, O>(
  history: History,
  problem: Problem<S, O>,
  limits: Limits,
): Partial => {
  const { part } = problem
  let end = searched(problem, limits).deepest
  let prefix = searched(cut(problem, end), limits)
  // A search that looks ahead may know of a later return that none passes before it knows the first.
  while (!prefix.found) {
    end = prefix.deepest
    prefix = searched(cut(problem, end), limits)
  }
  const stuck = part.returns[end]!
  const name = (number: number): number => history.columns.index[part.start[number]!]!
  const done = new Set(prefix.order)
  const pending: number[] = []
  part.start.forEach((start, number) => {
    if (start < part.end[stuck]! && !done.has(number)) pending.push(number)
  })
  return {
    key: part.key,
    ops: prefix.order.map(name),
    states: states(problem, prefix.order),
    stuck: name(stuck),
    pending: pending.map(name),
  }
}

/** What is known just before a return: operations that are not over by then are indeterminate. */
const cut = <S, O>(problem: Problem<S, O>, end: number): Problem<S, O> => {
  const { part, classes } = problem
  const returns = part.returns.subarray(0, end)
  const at = part.end[part.returns[end]!]!
  const begun = part.start.findIndex((start) => start > at)
  const length = begun < 0 ? part.start.length : begun
  const known = part.end.subarray(0, length).map((one) => (one < at ? one : NEVER))
  const prefix: Part<O> = {
    ...{ key: part.key, ops: part.ops.slice(0, length), returns },
    ...{ start: part.start.subarray(0, length), end: known },
  }
  return { ...problem, part: prefix, classes: { ...classes, of: classes.of.subarray(0, length) } }
}

interface Searched {
  readonly found: boolean
  readonly order: readonly number[]
  readonly deepest: number
}

/** Searches to the end. @throws OutOfLimits */
export const searched = <S, O>(problem: Problem<S, O>, limits: Limits): Searched => {
  const search: Search = searchOf(problem)
  let outcome = search.run(0)
  while (outcome === 'undecided') {
    poll(limits, search.bytes)
    outcome = search.run(1024)
  }
  const found = outcome === 'linearizable'
  return { found, order: found ? search.order() : [], deepest: search.deepest }
}

const states = <S, O>({ part, model }: Problem<S, O>, order: readonly number[]): string[] => {
  const texts: string[] = []
  let state = model.init
  order.forEach((number, at) => {
    state = model.step(state, part.ops[number]!) ?? state
    if (at >= order.length - MOST_STATES) texts.push(show(model.stateKey(state)))
  })
  return texts
}
