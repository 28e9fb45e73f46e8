/**
 * Whether a set is linearizable of which no whole is read, in O(n): element by element, where it is added at
 * most once and removed at most once. All else about it shows that it is there (`contains`, an add that changed
 * nothing) or not there.
 *
 * The element is there from the moment of its add to that of its removal. Whatever shows it there must
 * have a moment between these, so the add takes effect before the first of them is over, and the removal after
 * the last of them has begun. To add as late and to remove as early as that allows is best for whatever shows
 * the element not there, which then fails exactly if its interval lies within the rest. A removal that may
 * have changed nothing, and was neither over before the add nor began after it, is left to the search.
 */
import { NEVER, type Part } from '../linearizable/part.ts'
import type { Primitive } from '../model.ts'
import type { SetOp } from '../models/set.ts'
import { byGroup } from './split.ts'

/** What is left: operations that are impossible in any order, or parts that are still to be decided. */
export type Remainder<O> =
  | { readonly impossible: readonly number[] }
  | { readonly undecided: readonly Part<O>[] }

const NOBODY = -1
/** In `add`: the element is left to the search. */
const UNDECIDED = -2

/** Decides the elements of a part without whole reads. */
export const elements = (part: Part<SetOp>): Remainder<SetOp> => {
  const group = new Int32Array(part.ops.length)
  const numbers = new Map<Primitive, number>()
  part.ops.forEach((op, number) => {
    const { value } = op as Exclude<SetOp, { f: 'read' }>
    let element = numbers.get(value)
    if (element === undefined) {
      element = numbers.size
      numbers.set(value, element)
    }
    group[number] = element
  })
  const all = new Elements(part, group, numbers.size)
  const impossible = all.seenTooEarlyOrLate() ?? all.missed()
  return impossible === undefined
    ? { undecided: all.undecided() }
    : { impossible: [...new Set(impossible)].sort((a, b) => a - b) }
}

/** Columns by element, of numbers of operations. */
class Elements {
  private readonly add: Int32Array
  private readonly remove: Int32Array
  /** Of what shows the element there: what is over first, and what begins last. */
  private readonly first: Int32Array
  private readonly last: Int32Array

  constructor(
    private readonly part: Part<SetOp>,
    private readonly group: Int32Array,
    private readonly size: number,
  ) {
    const column = (): Int32Array => new Int32Array(size).fill(NOBODY)
    this.add = column()
    this.remove = column()
    this.first = column()
    this.last = column()
    part.ops.forEach((op, number) => {
      this.note(op, number, group[number]!)
    })
    for (let x = 0; x < size; x++) this.settleRemoval(x)
  }

  private note(op: SetOp, number: number, x: number): void {
    const { end } = this.part
    if (op.f === 'add') this.add[x] = this.add[x] === NOBODY ? number : UNDECIDED
    const removes = op.f === 'remove'
    if (removes && this.remove[x] !== NOBODY) this.add[x] = UNDECIDED
    if (removes) this.remove[x] = number
    if (!(op.f === 'contains' && op.answer) && !(removes && op.present)) return
    const first = this.first[x]!
    if (first === NOBODY || end[number]! < end[first]!) this.first[x] = number
    // Operations are numbered in the order of their invocations.
    if (!removes) this.last[x] = number
  }

  /** Leaves out a removal that surely changed nothing. */
  private settleRemoval(x: number): void {
    const { ops, start, end } = this.part
    const add = this.add[x]!
    const remove = this.remove[x]!
    if (add === UNDECIDED || remove === NOBODY) return
    const op = ops[remove] as Extract<SetOp, { f: 'remove' }>
    if (op.present || end[remove] === NEVER) return
    if (add === NOBODY || end[remove]! < start[add]!) this.remove[x] = NOBODY
    else if (start[remove]! < end[add]!) this.add[x] = UNDECIDED
  }

  /** An element that was there before its add began, or after its removal was over. */
  seenTooEarlyOrLate(): readonly number[] | undefined {
    const { start, end } = this.part
    for (let x = 0; x < this.size; x++) {
      const [add, remove, first, last] = [
        this.add[x]!,
        this.remove[x]!,
        this.first[x]!,
        this.last[x]!,
      ]
      if (add === UNDECIDED || first === NOBODY) continue
      if (add === NOBODY) return [first]
      if (end[first]! < start[add]!) return [add, first]
      if (remove !== NOBODY && last !== NOBODY && end[remove]! < start[last]!)
        return [add, remove, last]
    }
    return undefined
  }

  /** An operation that shows an element not there although it was there all the time. */
  missed(): readonly number[] | undefined {
    const { ops, start, end } = this.part
    for (let number = 0; number < ops.length; number++) {
      const op = ops[number]!
      const x = this.group[number]!
      const add = this.add[x]!
      if (op.f !== 'contains' || op.answer || add < 0) continue
      const [remove, first, last] = [this.remove[x]!, this.first[x]!, this.last[x]!]
      // Nobody knows whether the element was ever there.
      if (end[add] === NEVER && first === NOBODY) continue
      const seen = first !== NOBODY && end[first]! < end[add]! ? first : add
      if (start[number]! < end[seen]!) continue
      if (remove === NOBODY) return [add, seen, number]
      const still = [remove, last, add].reduce((latest, one) =>
        one !== NOBODY && start[one]! > start[latest]! ? one : latest,
      )
      if (end[number]! < start[still]!) return [add, seen, number, remove, still]
    }
    return undefined
  }

  undecided(): readonly Part<SetOp>[] {
    const { part, group, add } = this
    if (!add.includes(UNDECIDED)) return []
    const left = group.map((x) => (add[x] === UNDECIDED ? x : NOBODY))
    return byGroup(part, left, NOBODY)
  }
}
