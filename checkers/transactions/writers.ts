/**
 * Who wrote each value: one hash table over all appends or writes, by key and value, at most half full. Clients
 * count, so what was written at the same time or to the same key shall stand together in memory. Most give a value once in
 * all of the history: then the value alone is its place. Where that crowds, for every key is counted on its own, values
 * of one key next to each other stand next to each other.
 */
import { NONE } from '../typed-arrays.ts'
import { READ, type Transactions } from './columns.ts'

/** How many values next to each other stay together: a line of the cache and more. */
const NEIGHBOURS = 6
/** So far from its place a value may stand at most where the value alone is its place. */
const NEAR = 32

export class Writers {
  /** Micro-operations that wrote what an earlier one had written to the same key, ascending. */
  readonly duplicates: readonly number[]
  private readonly slots: Int32Array
  private readonly mask: number
  /** Whether the key counts for the place, too. */
  private mixed = false

  /** O(micro-operations) */
  constructor(private readonly transactions: Transactions) {
    const { kind, owner } = transactions
    let writes = 0
    for (let at = 0; at < owner.length; at++) if (kind[at] !== READ && owner[at] !== NONE) writes++
    const size = 2 ** Math.ceil(Math.log2(writes * 2 + 2))
    this.slots = new Int32Array(size)
    this.mask = size - 1
    const duplicates = this.fill()
    if (duplicates === undefined) this.mixed = true
    this.duplicates = duplicates ?? this.fill()!
  }

  get bytes(): number {
    return this.slots.byteLength
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
    const { slots, mask } = this
    const { key: keys, value: values } = this.transactions
    const most = this.mixed ? mask : NEAR
    let slot = (this.mixed ? hash(key, value) : value) & mask
    for (let steps = 0; steps <= most; steps++) {
      const at = slots[slot]!
      if (at === NONE || (keys[at] === key && values[at] === value)) return slot
      slot = (slot + 1) & mask
    }
    return NONE
  }
}

const hash = (key: number, value: number): number => {
  let mixed = Math.imul(key, 0x9e3779b1) ^ Math.imul(value >> NEIGHBOURS, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35)
  return ((mixed ^ (mixed >>> 13)) << NEIGHBOURS) + (value & ((1 << NEIGHBOURS) - 1))
}
