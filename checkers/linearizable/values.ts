/**
 * What two more rules of the search need to know of registers: which operations see a value and which
 * install it. Built when a search has become long, for it costs more than most searches.
 *
 * R7 A blind write whose value nobody is left to see is done together with another write that is done:
 *    just before it, where it is overwritten at once. Not where a failed compare-and-set only tells
 *    that a value was not there: then it may matter that any other one was.
 * R8 A value is not left while an operation must still see it and none can install it again.
 */
import type { Model, Primitive } from '../model.ts'
import type { Machine } from './machine.ts'
import type { Classes } from './part.ts'
import type { Plan } from './plan.ts'

/** Of a class that sees or installs no value; of a state whose value no operation knows. */
const NO_VALUE = -1

export class Values {
  /** Of each class: the number of the value that it sees, and of the one that it installs. */
  readonly seen: Int32Array
  readonly left: Int32Array
  /** Completed operations that see each value. */
  readonly observers: RanksByValue
  /** Completed operations that install each value. */
  readonly producers: RanksByValue
  /** Optional operations that see each value, and those that install it, counted from 0. */
  readonly optionalObservers: RanksByValue
  readonly optionalProducers: RanksByValue
  readonly bytes: number
  /** Whether blind writes may be done together with others. */
  readonly absorbs: boolean
  private readonly ofStates: number[] = []
  private readonly numbers = new Map<Primitive, number>()

  constructor(plan: Plan, classes: Classes<unknown>, model: Model<unknown, unknown>) {
    const number = (of: { readonly value: Primitive } | undefined): number =>
      of === undefined ? NO_VALUE : this.number(of.value)
    this.seen = Int32Array.from(classes.ops, (op) => number(model.observed?.(op)))
    this.left = Int32Array.from(classes.ops, (op, cls) =>
      classes.pure[cls] === 1 ? NO_VALUE : number(model.installed?.(op)),
    )
    const count = this.numbers.size
    const { cls, required } = plan
    const done = cls.subarray(0, required)
    const optional = cls.subarray(required)
    this.observers = new RanksByValue(done, this.seen, count)
    this.producers = new RanksByValue(done, this.left, count)
    this.optionalObservers = new RanksByValue(optional, this.seen, count)
    this.optionalProducers = new RanksByValue(optional, this.left, count)
    this.bytes = cls.length * 8 + count * 16 + classes.ops.length * 8
    this.absorbs = done.every((one) => this.seen[one] !== NO_VALUE || classes.pure[one] === 0)
  }

  /** The number of the value of a state, or NO_VALUE when no operation sees or installs it. */
  of(machine: Machine<unknown, unknown>, state: number): number {
    const known = this.ofStates[state]
    if (known !== undefined) return known
    const value = this.numbers.get(machine.key(state)) ?? NO_VALUE
    this.ofStates[state] = value
    return value
  }

  private number(value: Primitive): number {
    const known = this.numbers.get(value)
    if (known !== undefined) return known
    this.numbers.set(value, this.numbers.size)
    return this.numbers.size - 1
  }
}

/** Operations grouped by a value of their class, ascending. */
export class RanksByValue {
  private readonly offset: Int32Array
  private readonly ranks: Int32Array

  constructor(cls: Int32Array, of: Int32Array, values: number) {
    this.offset = new Int32Array(values + 1)
    for (const one of cls) if (of[one]! >= 0) this.offset[of[one]! + 1]!++
    for (let value = 0; value < values; value++) this.offset[value + 1]! += this.offset[value]!
    const next = this.offset.slice()
    this.ranks = new Int32Array(this.offset[values]!)
    cls.forEach((one, rank) => {
      const value = of[one]!
      if (value >= 0) this.ranks[next[value]!++] = rank
    })
  }

  /** The last of a value's operations, or -1. */
  last(value: number): number {
    const at = this.offset[value + 1]! - 1
    return at < this.offset[value]! ? -1 : this.ranks[at]!
  }

  /** Whether one of a value's operations from a rank on passes. */
  some(value: number, from: number, passes: (rank: number) => boolean): boolean {
    const { offset, ranks } = this
    let low = offset[value]!
    let high = offset[value + 1]!
    const end = high
    while (low < high) {
      const middle = (low + high) >> 1
      if (ranks[middle]! < from) low = middle + 1
      else high = middle
    }
    for (let at = low; at < end; at++) if (passes(ranks[at]!)) return true
    return false
  }
}
