/**
 * Causal reverse: a transaction sees a write and misses another one that was acknowledged before the first was invoked, though
 * nothing is ever taken away. Strict serializability forbids it; a serializable system may order the two the other way
 * round, as some do whose clocks are not exact. For histories in which every key is written once at most, from nil (Jepsen's
 * `causal-reverse`, found in CockroachDB). O(micro-operations · log).
 */
import type { Anomaly, CheckerPlugin, Verdict } from './checker.ts'
import { guarded, verdictOf } from './guarded.ts'
import { type History, OK } from './history.ts'
import type { Meter } from './limits.ts'
import { type Accesses, accesses } from './transactions/accesses.ts'
import { NULL_CODE, type Transactions, transactionsOf } from './transactions/columns.ts'
import { writtenOnce } from './transactions/once.ts'
import { precedes } from './transactions/orders.ts'
import { indexesOf, keyWord, operation } from './transactions/words.ts'

/** How many of them are shown. */
const most = 10

interface Reverse {
  readonly reader: number
  /** What was seen, and what had been acknowledged before that was invoked. */
  readonly seen: number
  readonly missed: number
}

const judge = (history: History, meter: Meter): Verdict => {
  const transactions = transactionsOf(history, 'rw-register')
  const { writer, doubt } = writtenOnce(transactions)
  const found: Reverse[] = []
  for (const access of accesses(transactions)) {
    meter.step()
    const reverse = doubt === undefined ? reverseIn(transactions, writer, access) : undefined
    if (reverse !== undefined) found.push(reverse)
  }
  const stats = { transactions: transactions.size, 'causal-reverse': found.length }
  const shown = found.slice(0, most).map((reverse) => tell(transactions, writer, reverse))
  return verdictOf(shown, [doubt], stats)
}

/** The write seen that was invoked last, and the one missed that was acknowledged first: if any two prove it, these do. */
const reverseIn = (
  transactions: Transactions,
  writer: ReadonlyMap<number, number>,
  { one, reads }: Accesses,
): Reverse | undefined => {
  const { value, outcome, completed } = transactions
  let seen: number | undefined
  let missed: number | undefined
  for (const [key, at] of reads) {
    const by = writer.get(key)
    if (by === undefined || by === one) continue
    if (value[at] !== NULL_CODE) {
      if (seen === undefined || by > writer.get(seen)!) seen = key
    } else if (outcome[by] === OK)
      if (missed === undefined || completed[by]! < completed[writer.get(missed)!]!) missed = key
  }
  if (seen === undefined || missed === undefined) return undefined
  return precedes(transactions, writer.get(missed)!, writer.get(seen)!)
    ? { reader: one, seen, missed }
    : undefined
}

const tell = (
  transactions: Transactions,
  writer: ReadonlyMap<number, number>,
  { reader, seen, missed }: Reverse,
): Anomaly => {
  const { history, completed, invoked } = transactions
  const [late, early] = [writer.get(seen)!, writer.get(missed)!]
  return {
    type: 'causal-reverse',
    summary:
      `${operation(transactions, reader)} saw ${keyWord(transactions, seen)}, which ${operation(transactions, late)} ` +
      `began to write at ${history.moment(invoked[late]!)}, and not ${keyWord(transactions, missed)}, which ` +
      `${operation(transactions, early)} had written by ${history.moment(completed[early]!)}`,
    ops: indexesOf(transactions, [reader, late, early]),
  }
}

export const causalReverse = guarded('causal-reverse', judge)

export default {
  summary: 'who sees a write sees all that were acknowledged before it began',
  check: causalReverse,
} satisfies CheckerPlugin
