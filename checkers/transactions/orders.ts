/**
 * The orders of transactions that need no data: of each process, and of real time. Real time has a barrier for
 * each transaction that is known to have committed: the transaction leads to it, it leads to the next barrier,
 * and to the transactions that were invoked before that one. So n transactions have 3 n edges at most, however
 * many of them run at once, and none of the edges is kept: transactions are numbered as they were invoked.
 */
import { FAIL, NONE, OK } from '../history.ts'
import type { Transactions } from './columns.ts'

export interface Orders {
  /** The next transaction of the same process that may have happened, or NONE. */
  readonly next: Int32Array
  /** The barrier behind each transaction, or NONE where its end is not known. */
  readonly barrier: Int32Array
  /** Barriers lead to the transactions from `after[barrier]` on, before `after[barrier + 1]`. */
  readonly after: Int32Array
  readonly barriers: number
}

/** O(events) */
export const ordersOf = (transactions: Transactions): Orders => {
  const { size, history, process, outcome, invoked, completed } = transactions
  const next = new Int32Array(size).fill(NONE)
  const barrier = new Int32Array(size).fill(NONE)
  const after: number[] = []
  const last = new Map<number, number>()
  // Which transaction ends at each position.
  const ends = new Int32Array(history.length).fill(NONE)
  for (let one = 0; one < size; one++) if (outcome[one] === OK) ends[completed[one]!] = one
  let begun = 0
  for (let at = 0; at < history.length; at++) {
    if (begun < size && invoked[begun] === at) {
      if (outcome[begun] !== FAIL) {
        const before = last.get(process[begun]!)
        if (before !== undefined) next[before] = begun
        last.set(process[begun]!, begun)
      }
      begun++
    }
    const ended = ends[at]!
    if (ended === NONE) continue
    barrier[ended] = after.length
    after.push(begun)
  }
  after.push(size)
  return { next, barrier, after: Int32Array.from(after), barriers: after.length - 1 }
}

/** Whether a transaction had ended before another one began. */
export const precedes = (
  { outcome, completed, invoked }: Transactions,
  from: number,
  to: number,
): boolean => outcome[from] === OK && completed[from]! < invoked[to]!
