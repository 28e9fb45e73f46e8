/** Who wrote each key, in histories in which every key is written once at most. */
import { FAIL } from '../history.ts'
import { accesses } from './accesses.ts'
import type { Transactions } from './columns.ts'
import { keyWord, operation } from './words.ts'

export interface Once {
  /** The transaction that wrote each key, if it did not fail. */
  readonly writer: ReadonlyMap<number, number>
  /** Why nothing can be said, where a key was written by more than one. */
  readonly doubt: string | undefined
}

/** O(micro-operations) */
export const writtenOnce = (transactions: Transactions): Once => {
  const writer = new Map<number, number>()
  let doubt: string | undefined
  for (const { one, writes } of accesses(transactions)) {
    if (transactions.outcome[one] === FAIL) continue
    for (const key of writes.keys()) {
      const other = writer.get(key)
      if (other !== undefined)
        doubt ??=
          `${operation(transactions, other)} and ${operation(transactions, one)} both write ` +
          `${keyWord(transactions, key)}: expected every key once at most`
      writer.set(key, one)
    }
  }
  return { writer, doubt }
}
