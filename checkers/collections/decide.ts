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
import { type Part, restrict } from '../linearizable/part.ts'
import type { Model } from '../model.ts'
import { fewest } from './fewest.ts'
import { fifo, fifoDeadlines } from './fifo.ts'
import { leastFirst, leastFirstDeadlines } from './least-first.ts'
import { type Lifetimes, lifetimes, NOBODY } from './lifetimes.ts'
import { lifo, lifoDeadlines } from './lifo.ts'
import { type CollectionOp, explains } from './operations.ts'
import type { Suspects } from './suspects.ts'
import { LeastAfter } from './trees.ts'

const NEVER = 2 ** 31 - 1

/** Called between steps with the bytes of the tables; it ends a decision by throwing OutOfLimits. */
export type Poll = (bytes: number) => void

export class OutOfLimits extends Error {}

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

/** The fewest operations that prove a violation, ascending; or what else was found out. */
export type Decision = 'linearizable' | 'undecided' | readonly number[]

/** Decides a part, with the smallest proof. */
export const decide = (part: Part<CollectionOp>, kind: CollectionKind, poll: Poll): Decision => {
  const first = judge(part, orders[kind], poll)
  if (typeof first === 'string') return first
  try {
    return smallest(part, first, orders[kind], poll)
  } catch (error) {
    if (!(error instanceof OutOfLimits)) throw error
    const takes = numbersWhere(part.ops.length, (op) => first.takes && part.ops[op]!.f === 'take')
    return [...takes, ...first.units.flat()].sort((a, b) => a - b)
  }
}

/** Operations that violate together: all of one element, or one that found nothing. */
interface Found {
  readonly units: readonly (readonly number[])[]
  /** Whether some element was not seen to come out, so that removals of unknown outcome count. */
  readonly takes: boolean
}

const judge = (
  part: Part<CollectionOp>,
  order: Order,
  poll: Poll,
): 'linearizable' | 'undecided' | Found => {
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

/** Takes out what is not needed; of removals of unknown outcome those that began too late to matter. */
const smallest = (
  whole: Part<CollectionOp>,
  { units, takes }: Found,
  order: Order,
  poll: Poll,
): readonly number[] => {
  const unknown = takes ? numbersWhere(whole.ops.length, (op) => whole.ops[op]!.f === 'take') : []
  const all = [...unknown, ...units.flat()].sort((a, b) => a - b)
  const part = restrict(whole, all)
  const place = new Map(all.map((op, number) => [op, number]))
  const violates = (some: readonly (readonly number[])[]): boolean => {
    const kept = [...unknown, ...some.flat()].map((op) => place.get(op)!)
    return (
      typeof judge(
        restrict(
          part,
          kept.sort((a, b) => a - b),
        ),
        order,
        poll,
      ) !== 'string'
    )
  }
  const needed = fewest(units, violates).flat()
  const last = Math.max(...needed.map((op) => whole.end[op]!).filter((end) => end !== NEVER))
  const accounted = needed.every((op) => isAccounted(whole, needed, op))
  const matter = accounted ? [] : unknown.filter((op) => whole.start[op]! < last)
  return withoutIdle(whole, [...matter, ...needed], order, poll).sort((a, b) => a - b)
}

/** Takes out single operations that may be the cause of none that stays: a removal that came last. */
const withoutIdle = (
  whole: Part<CollectionOp>,
  proof: readonly number[],
  order: Order,
  poll: Poll,
): number[] => {
  let kept = [...proof]
  for (const op of proof) {
    const rest = kept.filter((other) => other !== op)
    const idle = rest.every(
      (other) =>
        whole.end[other]! < whole.start[op]! || !explains(whole.ops[op]!, whole.ops[other]!),
    )
    if (!idle) continue
    const part = restrict(
      whole,
      rest.toSorted((a, b) => a - b),
    )
    if (typeof judge(part, order, poll) !== 'string') kept = rest
  }
  return kept
}

/** Whether the operation is not an insert whose element nobody was seen to take. */
const isAccounted = (
  { ops }: Part<CollectionOp>,
  proof: readonly number[],
  number: number,
): boolean => {
  const op = ops[number]!
  if (op.f !== 'insert') return true
  return proof.some((other) => {
    const remove = ops[other]!
    return remove.f === 'remove' && remove.value === op.value
  })
}

const numbersWhere = (length: number, wanted: (number: number) => boolean): number[] => {
  const numbers: number[] = []
  for (let number = 0; number < length; number++) if (wanted(number)) numbers.push(number)
  return numbers
}
