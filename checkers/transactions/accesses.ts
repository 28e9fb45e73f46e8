/** What a transaction did with each key, for checkers that know what their transactions look like. */
import { OK } from '../history.ts'
import { READ, type Transactions } from './columns.ts'

export interface Accesses {
  /** Its number, and whether it is known to have committed: else nobody knows what it read. */
  readonly one: number
  readonly committed: boolean
  /** The micro-operation that first read each key before the transaction wrote it. */
  readonly reads: ReadonlyMap<number, number>
  /** The micro-operation that last wrote each key. */
  readonly writes: ReadonlyMap<number, number>
}

/** All transactions in the order of their invocations. */
export function* accesses(transactions: Transactions): Iterable<Accesses> {
  const { size, first, end, kind, key, outcome } = transactions
  for (let one = 0; one < size; one++) {
    const committed = outcome[one] === OK
    const reads = new Map<number, number>()
    const writes = new Map<number, number>()
    for (let at = first[one]!; at < end[one]!; at++)
      if (kind[at] !== READ) writes.set(key[at]!, at)
      else if (committed && !writes.has(key[at]!) && !reads.has(key[at]!)) reads.set(key[at]!, at)
    yield { one, committed, reads, writes }
  }
}
