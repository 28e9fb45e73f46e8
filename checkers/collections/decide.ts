/**
 * Decides a queue, stack or priority queue in which every element is inserted once, removals of unknown outcome
 * included as far as that is certain.
 *
 * Such removals may have taken elements that nobody was seen to take, and no history says which. So four
 * questions are asked in turn. Is the history right if none of them happened? Then it is linearizable. Is it
 * wrong even if every such element may be gone from the first of them on? Then it is not. Is it right if they
 * took, one each, the elements that must have been gone first, in the order of these deadlines? Then it is.
 * Otherwise the general search must decide.
 */
import type { Part } from '../linearizable/part.ts'
import type { Model } from '../model.ts'
import { fifo, fifoDeadlines } from './fifo.ts'
import { leastFirst, leastFirstDeadlines } from './least-first.ts'
import { type Lifetimes, lifetimes, NOBODY } from './lifetimes.ts'
import { lifo, lifoDeadlines } from './lifo.ts'
import type { CollectionOp } from './operations.ts'
import type { Suspects } from './suspects.ts'
import { LeastAfter } from './trees.ts'

const NEVER = 2 ** 31 - 1

/** Called between steps with the bytes of the tables. @throws OutOfLimits */
export type Poll = (bytes: number) => void

export type CollectionKind = Exclude<NonNullable<Model['collection']>, 'set'>

/** Which element comes out next. */
interface Order {
  /** Undefined where the history is linearizable. */
  readonly decide: (all: Lifetimes, poll: Poll) => Suspects | undefined
  /** By when each element must have come out. */
  readonly deadlines: (all: Lifetimes) => Int32Array
}

const orders: Readonly<Record<CollectionKind, Order>> = {
  queue: { decide: fifo, deadlines: fifoDeadlines },
  stack: { decide: lifo, deadlines: lifoDeadlines },
  'priority-queue': { decide: leastFirst, deadlines: leastFirstDeadlines },
}

/** Operations that violate together: all of one element, or one that found nothing. */
export interface Found {
  readonly units: readonly (readonly number[])[]
  /** Whether some element was not seen to come out, so that removals of unknown outcome count. */
  readonly takes: boolean
}

export type Decision = 'linearizable' | 'undecided' | Found

/** Decides a part. */
export const decide = (part: Part<CollectionOp>, kind: CollectionKind, poll: Poll): Decision => {
  const order = orders[kind]
  poll(part.ops.length * 80)
  const all = lifetimes(part)
  if (all === undefined) return 'undecided'
  if ('impossible' in all) return { units: [all.impossible], takes: false }
  const strict = order.decide(all, poll)
  if (strict === undefined) return 'linearizable'
  const left = numbersWhere(all.size, (i) => all.remove[i] === NOBODY)
  if (all.takes.length === 0 || left.length === 0) return found(all, strict)
  const generous = withRemovals(all, left, () => all.takes[0]!)
  const suspects = order.decide(generous, poll)
  if (suspects !== undefined) return found(all, suspects)
  const assigned = byDeadline(all, left, order)
  return order.decide(assigned, poll) === undefined ? 'linearizable' : 'undecided'
}

/** The elements that must have been gone are given, the most urgent first, to the earliest removals. */
const byDeadline = (all: Lifetimes, left: readonly number[], order: Order): Lifetimes => {
  const deadlines = order.deadlines(all)
  const empties = new LeastAfter(all.span + 1, NEVER)
  all.emptyFrom.forEach((from, d) => {
    empties.put(from, all.emptyTo[d]!)
  })
  for (const i of left) deadlines[i] = Math.min(deadlines[i]!, empties.from(all.insertTo[i]!))
  const urgent = left
    .filter((i) => deadlines[i] !== NEVER)
    .sort((a, b) => deadlines[a]! - deadlines[b]!)
  return withRemovals(all, urgent.slice(0, all.takes.length), (place) => all.takes[place]!)
}

/** The same with removals of some elements that begin at a rank and may end whenever they like. */
const withRemovals = (
  all: Lifetimes,
  elements: readonly number[],
  from: (place: number) => number,
): Lifetimes => {
  const removeFrom = all.removeFrom.slice()
  elements.forEach((i, place) => {
    removeFrom[i] = from(place)
  })
  return { ...all, removeFrom }
}

const found = (all: Lifetimes, { elements, empties }: Suspects): Found => ({
  units: [
    ...elements
      .toSorted((a, b) => a - b)
      .map((i) => [all.insert[i]!, all.remove[i]!].filter((op) => op !== NOBODY)),
    ...empties.map((d) => [all.empties[d]!]),
  ],
  takes: elements.some((i) => all.remove[i] === NOBODY),
})

export const numbersWhere = (length: number, wanted: (number: number) => boolean): number[] => {
  const numbers: number[] = []
  for (let number = 0; number < length; number++) if (wanted(number)) numbers.push(number)
  return numbers
}
