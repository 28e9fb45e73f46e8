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

/** The columns of a part, or operations that are impossible, or undefined where an element was inserted twice. O(n). */
export const lifetimes = (part: Part<CollectionOp>): Lifetimes | Impossible | undefined => {
  const pairs = pairsOf(part)
  if (pairs === undefined) return undefined
  const { insertOf, removeOf, twice } = pairs
  if (twice !== undefined) return { impossible: twice }
  for (let name = 0; name < insertOf.length; name++) {
    const insert = insertOf[name]!
    const remove = removeOf[name]!
    const early = insert === NOBODY || part.start[insert]! > part.end[remove]!
    if (remove !== NOBODY && early) return { impossible: [remove] }
  }
  return columns(part, pairs)
}

/** Operations by element, in the order in which elements show. */
interface Pairs {
  readonly insertOf: readonly number[]
  readonly removeOf: readonly number[]
  /** Element of each operation, or NOBODY. */
  readonly nameOf: Int32Array
  /** Two removals of one element with its insert, if there are such. */
  readonly twice: readonly number[] | undefined
}

const pairsOf = (part: Part<CollectionOp>): Pairs | undefined => {
  const names = new Map<Primitive, number>()
  const insertOf: number[] = []
  const removeOf: number[] = []
  const nameOf = new Int32Array(part.ops.length).fill(NOBODY)
  let second = NOBODY
  for (let number = 0; number < nameOf.length; number++) {
    const op = part.ops[number]!
    if (!('value' in op)) continue
    let name = names.get(op.value)
    if (name === undefined) {
      name = names.size
      names.set(op.value, name)
      insertOf.push(NOBODY)
      removeOf.push(NOBODY)
    }
    nameOf[number] = name
    if (op.f === 'insert') {
      if (insertOf[name] !== NOBODY) return undefined
      insertOf[name] = number
    } else if (removeOf[name] === NOBODY) removeOf[name] = number
    else if (second === NOBODY) second = number
  }
  const name = second === NOBODY ? NOBODY : nameOf[second]!
  const all = [insertOf[name], removeOf[name], second].filter((op) => op !== undefined && op >= 0)
  const twice = name === NOBODY ? undefined : (all as number[]).sort((a, b) => a - b)
  return { insertOf, removeOf, nameOf, twice }
}

const columns = (part: Part<CollectionOp>, { removeOf, nameOf }: Pairs): Lifetimes => {
  const { from, to, span } = ranks(part)
  const element: Primitive[] = []
  const empties: number[] = []
  const takes: number[] = []
  const column = (): Int32Array => new Int32Array(removeOf.length)
  const all = {
    ...{ insert: column(), remove: column(), insertFrom: column(), insertTo: column() },
    ...{ removeFrom: column(), removeTo: column() },
  }
  for (let number = 0; number < nameOf.length; number++) {
    const op = part.ops[number]!
    if (op.f === 'empty') empties.push(number)
    if (op.f === 'take') takes.push(from[number]!)
    if (op.f !== 'insert') continue
    const remove = removeOf[nameOf[number]!]!
    if (to[number] === NEVER && remove === NOBODY) continue
    const i = element.length
    element.push(op.value)
    all.insert[i] = number
    all.remove[i] = remove
    all.insertFrom[i] = from[number]!
    all.insertTo[i] = to[number]!
    all.removeFrom[i] = remove === NOBODY ? span : from[remove]!
    all.removeTo[i] = remove === NOBODY ? NEVER : to[remove]!
  }
  return {
    ...{ size: element.length, span, element, ...all },
    empties: Int32Array.from(empties),
    emptyFrom: Int32Array.from(empties, (number) => from[number]!),
    emptyTo: Int32Array.from(empties, (number) => to[number]!),
    takes: Int32Array.from(takes),
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
