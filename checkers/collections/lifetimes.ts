/**
 * The operations of a queue, stack or priority queue in which every element is inserted once, in columns by
 * element: when it went in and when it came out. Ranks order the events of the part alone, so that tables
 * over them are as long as the part and not as the history. Gap g lies between the events of rank g and g+1;
 * an operation takes effect in one of the gaps from its invocation to just before its completion.
 *
 * An insert of unknown outcome counts where its element was seen to come out, and otherwise not: without it
 * and without the removal of unknown outcome that may have taken it, a legal order stays legal.
 */
import { NEVER, type Part } from '../linearizable/part.ts'
import type { Primitive } from '../model.ts'
import type { CollectionOp } from './operations.ts'

/** In `remove`: nothing was seen to take the element out. */
export const NOBODY = -1

export interface Lifetimes {
  /** How many elements there are; they are numbered in the order of their inserts' invocations. */
  readonly size: number
  /** How many events there are: ranks 0 … span-1, and gaps as well. */
  readonly span: number
  readonly element: readonly Primitive[]
  /** Numbers of the operations in the part. */
  readonly insert: Int32Array
  readonly remove: Int32Array
  /** Ranks of the insert's invocation and completion; the latter NEVER when it is indeterminate. */
  readonly insertFrom: Int32Array
  readonly insertTo: Int32Array
  /** Ranks of the removal's; where nobody removed the element `span` and NEVER. */
  readonly removeFrom: Int32Array
  readonly removeTo: Int32Array
  /** The removals that found nothing, and the ranks of their events. */
  readonly empties: Int32Array
  readonly emptyFrom: Int32Array
  readonly emptyTo: Int32Array
  /** Ranks of the invocations of removals of unknown outcome, ascending. */
  readonly takes: Int32Array
}

/** What is wrong already with the elements alone: operations that prove it. */
export interface Impossible {
  readonly impossible: readonly number[]
}

/** The columns of a part, or operations that are impossible in any order, or undefined where an element was inserted twice. O(n). */
export const lifetimes = (part: Part<CollectionOp>): Lifetimes | Impossible | undefined => {
  const inserts = new Map<Primitive, number>()
  const removes = new Map<Primitive, number>()
  const empties: number[] = []
  const takes: number[] = []
  let twice: readonly number[] | undefined
  for (let number = 0; number < part.ops.length; number++) {
    const op = part.ops[number]!
    if (op.f === 'empty') empties.push(number)
    else if (op.f === 'take') takes.push(number)
    else if (op.f === 'insert') {
      if (inserts.has(op.value)) return undefined
      inserts.set(op.value, number)
    } else {
      const first = removes.get(op.value)
      if (first === undefined) removes.set(op.value, number)
      else twice ??= [first, number]
    }
  }
  const impossible = twice ?? unexpected(part, inserts, removes)
  if (impossible === undefined) return columns(part, inserts, removes, empties, takes)
  const [first] = impossible
  const op = part.ops[first!]!
  const insert = 'value' in op ? inserts.get(op.value) : undefined
  const all = insert === undefined ? impossible : [insert, ...impossible]
  return { impossible: all.toSorted((a, b) => a - b) }
}

/** A removal that was over before its element's insert began, if there is one. */
const unexpected = (
  part: Part<CollectionOp>,
  inserts: ReadonlyMap<Primitive, number>,
  removes: ReadonlyMap<Primitive, number>,
): readonly number[] | undefined => {
  for (const [value, remove] of removes) {
    const insert = inserts.get(value)
    if (insert === undefined || part.start[insert]! > part.end[remove]!) return [remove]
  }
  return undefined
}

const columns = (
  part: Part<CollectionOp>,
  inserts: ReadonlyMap<Primitive, number>,
  removes: ReadonlyMap<Primitive, number>,
  empties: readonly number[],
  takes: readonly number[],
): Lifetimes => {
  const { from, to, span } = ranks(part)
  const counted = [...inserts].filter(
    ([value, insert]) => part.end[insert] !== NEVER || removes.has(value),
  )
  const size = counted.length
  const column = (): Int32Array => new Int32Array(size)
  const all = {
    ...{ insert: column(), remove: column(), insertFrom: column(), insertTo: column() },
    ...{ removeFrom: column(), removeTo: column() },
  }
  counted.forEach(([value, insert], i) => {
    const remove = removes.get(value) ?? NOBODY
    all.insert[i] = insert
    all.remove[i] = remove
    all.insertFrom[i] = from[insert]!
    all.insertTo[i] = to[insert]!
    all.removeFrom[i] = remove === NOBODY ? span : from[remove]!
    all.removeTo[i] = remove === NOBODY ? NEVER : to[remove]!
  })
  return {
    ...{ size, span, element: counted.map(([value]) => value), ...all },
    empties: Int32Array.from(empties),
    emptyFrom: Int32Array.from(empties, (number) => from[number]!),
    emptyTo: Int32Array.from(empties, (number) => to[number]!),
    takes: Int32Array.from(takes, (number) => from[number]!),
  }
}

/** Renumbers the events of a part: invocations and completions are in order already and are merged. */
const ranks = ({ start, end, returns }: Part<CollectionOp>) => {
  const from = new Int32Array(start.length)
  const to = new Int32Array(start.length).fill(NEVER)
  let span = 0
  let invoked = 0
  for (const number of returns) {
    for (; invoked < start.length && start[invoked]! < end[number]!; invoked++)
      from[invoked] = span++
    to[number] = span++
  }
  for (; invoked < start.length; invoked++) from[invoked] = span++
  return { from, to, span }
}

/**
 * From when to when an element was certainly there: the gaps from the end of its insert, which was over when
 * its removal was, up to the beginning of its removal. Nothing where `from` is not less than `to`.
 */
export const certainFrom = ({ insertTo, removeTo }: Lifetimes, i: number): number =>
  Math.min(insertTo[i]!, removeTo[i]!)

export const certainTo = ({ insertFrom, removeFrom }: Lifetimes, i: number): number =>
  Math.max(insertFrom[i]!, removeFrom[i]!)
