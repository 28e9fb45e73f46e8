/**
 * Parts a part once more: objects that no operation ties together are independent of each other, so by
 * Herlihy and Wing's locality each group of tied ones is judged on its own. The elements of a set are objects
 * of their own until somebody reads the whole set; registers are tied by the transactions over them.
 */
import type { Part } from '../linearizable/part.ts'
import type { Model, Primitive } from '../model.ts'

/** The independent parts of a part, in the order of their first operations; O(n α(n)). */
export const split = <S, O>(part: Part<O>, model: Model<S, O>): readonly Part<O>[] => {
  if (model.touches === undefined) return [part]
  const ties = new Ties()
  const object = new Int32Array(part.ops.length)
  for (let number = 0; number < object.length; number++) {
    const touched = model.touches(part.ops[number]!)
    if (touched === undefined) return [part]
    object[number] = ties.tie(touched)
  }
  return byGroup(
    part,
    object.map((one) => ties.root(one)),
  )
}

/** The parts of the operations that have the same group, without those of one group. O(n). */
export const byGroup = <O>(
  part: Part<O>,
  group: Int32Array,
  without?: number,
): readonly Part<O>[] => {
  const parts = new Map<number, { readonly numbers: number[]; readonly returns: number[] }>()
  const place = new Int32Array(part.ops.length)
  for (let number = 0; number < group.length; number++) {
    if (group[number] === without) continue
    let draft = parts.get(group[number]!)
    if (draft === undefined) {
      draft = { numbers: [], returns: [] }
      parts.set(group[number]!, draft)
    }
    place[number] = draft.numbers.length
    draft.numbers.push(number)
  }
  for (const number of part.returns)
    if (group[number] !== without) parts.get(group[number]!)!.returns.push(place[number]!)
  return Array.from(parts.values(), ({ numbers, returns }) => ({
    key: part.key,
    ops: numbers.map((number) => part.ops[number]!),
    start: Int32Array.from(numbers, (number) => part.start[number]!),
    end: Int32Array.from(numbers, (number) => part.end[number]!),
    returns: Int32Array.from(returns),
  }))
}

/** Which objects are tied together (Tarjan's union-find, with path halving). */
class Ties {
  private readonly numbers = new Map<Primitive, number>()
  private readonly parent: number[] = []

  /** Ties objects together; an operation on none is an object of its own. */
  tie(names: readonly Primitive[]): number {
    if (names.length === 0) return this.add()
    let first = this.number(names[0]!)
    for (let i = 1; i < names.length; i++) {
      const one = this.root(first)
      const other = this.root(this.number(names[i]!))
      this.parent[other] = one
      first = one
    }
    return first
  }

  root(object: number): number {
    const { parent } = this
    let at = object
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!
      at = parent[at]!
    }
    return at
  }

  private number(name: Primitive): number {
    let number = this.numbers.get(name)
    if (number === undefined) {
      number = this.add()
      this.numbers.set(name, number)
    }
    return number
  }

  private add(): number {
    this.parent.push(this.parent.length)
    return this.parent.length - 1
  }
}
