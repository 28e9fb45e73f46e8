/**
 * Who wrote each value: one hash table over all appends or writes, by key and value, at most half full. Values
 * next to each other stand next to each other, for clients count, so that a scan of a key is a scan of memory.
 */
import { NONE } from '../typed-arrays.ts'
import { READ, type Transactions } from './columns.ts'

/** How many values next to each other stay together: a line of the cache and more. */
const NEIGHBOURS = 6

export class Writers {
  /** Micro-operations that wrote what an earlier one had written to the same key, ascending. */
  readonly duplicates: readonly number[]
  private readonly slots: Int32Array
  private readonly mask: number

  /** O(micro-operations) */
  constructor(private readonly transactions: Transactions) {
    const { kind, owner } = transactions
    let writes = 0
    for (let at = 0; at < owner.length; at++) if (this.writes(at)) writes++
    const size = 2 ** Math.ceil(Math.log2(writes * 2 + 2))
    this.slots = new Int32Array(size).fill(NONE)
    this.mask = size - 1
    const duplicates: number[] = []
    for (let at = 0; at < kind.length; at++) {
      if (!this.writes(at)) continue
      const slot = this.find(transactions.key[at]!, transactions.value[at]!)
      if (this.slots[slot] === NONE) this.slots[slot] = at
      else duplicates.push(at)
    }
    this.duplicates = duplicates
  }

  get bytes(): number {
    return this.slots.byteLength
  }

  /** The first micro-operation that wrote a value to a key, whatever became of its transaction; or NONE. O(1) */
  of(key: number, value: number): number {
    return this.slots[this.find(key, value)]!
  }

  private writes(at: number): boolean {
    return this.transactions.owner[at] !== NONE && this.transactions.kind[at] !== READ
  }

  /** The slot of a value of a key, or the free one that it would take. */
  private find(key: number, value: number): number {
    const { slots, mask } = this
    const { key: keys, value: values } = this.transactions
    let slot = hash(key, value) & mask
    for (let at = slots[slot]!; at !== NONE; at = slots[slot]!) {
      if (keys[at] === key && values[at] === value) break
      slot = (slot + 1) & mask
    }
    return slot
  }
}

const hash = (key: number, value: number): number => {
  let mixed = Math.imul(key, 0x9e3779b1) ^ Math.imul(value >> NEIGHBOURS, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35)
  return ((mixed ^ (mixed >>> 13)) << NEIGHBOURS) + (value & ((1 << NEIGHBOURS) - 1))
}
