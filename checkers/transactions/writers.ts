/**
 * Who wrote each value: one table over all appends or writes, by key and value, at most half full. Clients count, so
 * what was written at the same time or to the same key shall stand together in memory. Where every key is counted on
 * its own each has a range of the table for its values; where a value is given once in all of the history the
 * value alone is its place; where neither holds and it crowds, values next to each other share a place that is drawn.
 */
import { NONE } from '../typed-arrays.ts'
import { READ, type Transactions } from './columns.ts'

/** How many values next to each other stay together where places are drawn: a line of the cache and more. */
const NEIGHBOURS = 6
/** So far from its place a value may stand at most where places are not drawn. */
const NEAR = 32

export class Writers {
  /** Micro-operations that wrote what an earlier one had written to the same key, ascending. */
  readonly duplicates: readonly number[]
  private readonly slots: Int32Array
  private readonly mask: number
  /** Where the range of each key begins, less its least value. */
  private readonly base: Int32Array
  private drawn = false

  /** O(micro-operations + keys) */
  constructor(private readonly transactions: Transactions) {
    const { kind, owner, key, value, keys } = transactions
    const least = new Int32Array(keys).fill(LARGEST)
    const most = new Int32Array(keys).fill(-LARGEST)
    let writes = 0
    for (let at = 0; at < owner.length; at++) {
      if (kind[at] === READ || owner[at] === NONE) continue
      writes++
      const [one, written] = [key[at]!, value[at]!]
      if (written < least[one]!) least[one] = written
      if (written > most[one]!) most[one] = written
    }
    const size = 2 ** Math.ceil(Math.log2(writes * 2 + 2))
    this.slots = new Int32Array(size)
    this.mask = size - 1
    this.base = ranges(least, most, size) ?? new Int32Array(keys)
    const duplicates = this.fill()
    if (duplicates === undefined) this.drawn = true
    this.duplicates = duplicates ?? this.fill()!
  }

  get bytes(): number {
    return this.slots.byteLength + this.base.byteLength
  }

  /** The first micro-operation that wrote a value to a key, whatever became of its transaction; or NONE. O(1) */
  of(key: number, value: number): number {
    const slot = this.find(key, value)
    return slot === NONE ? NONE : this.slots[slot]!
  }

  /** The duplicates; undefined where it crowds. */
  private fill(): number[] | undefined {
    const { slots } = this
    const { kind, owner, key, value } = this.transactions
    slots.fill(NONE)
    const duplicates: number[] = []
    for (let at = 0; at < owner.length; at++) {
      if (kind[at] === READ || owner[at] === NONE) continue
      const slot = this.find(key[at]!, value[at]!)
      if (slot === NONE) return undefined
      if (slots[slot] === NONE) slots[slot] = at
      else duplicates.push(at)
    }
    return duplicates
  }

  /** The slot of a value of a key, or the free one that it would take; NONE where there is none near enough. */
  private find(key: number, value: number): number {
    const { slots, mask, drawn } = this
    const { key: keys, value: values } = this.transactions
    const most = drawn ? mask : NEAR
    let slot = (drawn ? hash(key, value) : this.base[key]! + value) & mask
    for (let steps = 0; steps <= most; steps++) {
      const at = slots[slot]!
      if (at === NONE || (keys[at] === key && values[at] === value)) return slot
      slot = (slot + 1) & mask
    }
    return NONE
  }
}

const LARGEST = 2 ** 31 - 1

/** Undefined where the keys' values are so far from each other that a table has not room for all between. */
const ranges = (least: Int32Array, most: Int32Array, size: number): Int32Array | undefined => {
  const base = new Int32Array(least.length)
  let used = 0
  for (let key = 0; key < least.length; key++) {
    if (most[key]! < least[key]!) continue
    base[key] = used - least[key]!
    used += most[key]! - least[key]! + 1
    if (used > size) return undefined
  }
  return base
}

const hash = (key: number, value: number): number => {
  let mixed = Math.imul(key, 0x9e3779b1) ^ Math.imul(value >> NEIGHBOURS, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35)
  return ((mixed ^ (mixed >>> 13)) << NEIGHBOURS) + (value & ((1 << NEIGHBOURS) - 1))
}
