/**
 * How the micro-operations of one transaction on one key follow each other, for all transactions at once: what
 * came before each, and which writes a later one of the same transaction replaced or was added to.
 */
import { NONE } from '../typed-arrays.ts'
import { READ, type Transactions } from './columns.ts'

export interface Chains {
  /** The micro-operation before each one, of the same transaction and key, or NONE. */
  readonly previous: Int32Array
  /** 1 for a write that is not the last one of its transaction to its key. */
  readonly intermediate: Uint8Array
}

/** O(micro-operations + keys) */
export const chainsOf = ({ size, first, end, kind, key, owner, keys }: Transactions): Chains => {
  const previous = new Int32Array(owner.length).fill(NONE)
  const intermediate = new Uint8Array(owner.length)
  const last = new Int32Array(keys).fill(NONE)
  const lastWrite = new Int32Array(keys).fill(NONE)
  for (let one = 0; one < size; one++) {
    const from = first[one]!
    for (let at = from; at < end[one]!; at++) {
      const place = key[at]!
      // What is left of another transaction lies outside this one's range.
      const before = last[place]!
      if (before >= from && before < at) previous[at] = before
      last[place] = at
      if (kind[at] === READ) continue
      const write = lastWrite[place]!
      if (write >= from && write < at) intermediate[write] = 1
      lastWrite[place] = at
    }
  }
  return { previous, intermediate }
}
