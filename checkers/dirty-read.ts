/**
 * Rows that every write sets to the same value, all of them, and that reads read together (Jepsen's `dirty-reads` of Galera): a read
 * that shows a value whose transaction failed is a `dirty-read`, one that shows different values of rows which one transaction set
 * together an `inconsistent-read`. Reads and writes are transactions on registers, each value written by one of them. Not even read
 * committed allows the first; read atomic forbids the second. O(micro-operations).
 */
import type { Anomaly, CheckerPlugin, Verdict } from './checker.ts'
import { guarded, verdictOf } from './guarded.ts'
import { FAIL, type History } from './history.ts'
import type { Meter } from './limits.ts'
import { type Accesses, accesses } from './transactions/accesses.ts'
import { NULL_CODE, type Transactions, transactionsOf } from './transactions/columns.ts'
import { doubtOf, indexesOf, keyWord, operation, readWord } from './transactions/words.ts'
import { Writers } from './transactions/writers.ts'
import { NONE } from './typed-arrays.ts'

/** How many of each kind are shown. */
const most = 10

/** A row that was read and the transaction whose value it showed, or NONE. */
interface Seen {
  readonly at: number
  readonly writer: number
}

const judge = (history: History, meter: Meter): Verdict => {
  const transactions = transactionsOf(history, 'rw-register')
  const writers = new Writers(transactions)
  const writer = writerOf(transactions, writers)
  const dirty: (() => Anomaly)[] = []
  const mixed: (() => Anomaly)[] = []
  const wrote = [...accesses(transactions)].map(({ writes }) => writes)
  for (const access of accesses(transactions)) {
    meter.step()
    const seen = [...access.reads.values()].map((at): Seen => ({ at, writer: writer(at) }))
    const aborted = seen.find(
      (one) => one.writer !== NONE && transactions.outcome[one.writer] === FAIL,
    )
    if (aborted !== undefined) dirty.push(() => dirtyRead(transactions, access.one, aborted))
    const pair = differing(transactions, wrote, seen)
    if (pair !== undefined) mixed.push(() => mixedRead(transactions, access.one, pair))
  }
  const stats = {
    transactions: transactions.size,
    'dirty-read': dirty.length,
    'inconsistent-read': mixed.length,
  }
  const shown = [...dirty.slice(0, most), ...mixed.slice(0, most)].map((one) => one())
  return verdictOf(shown, [doubtOf(transactions, writers, 'write')], stats)
}

/** Who wrote each value, NONE where nobody can tell. */
const writerOf = (
  { key, value, owner }: Transactions,
  writers: Writers,
): ((at: number) => number) => {
  const first = (at: number): number => writers.of(key[at]!, value[at]!)
  const ambiguous = new Set(writers.duplicates.map(first))
  return (at) => {
    const write = first(at)
    return write === NONE || ambiguous.has(write) ? NONE : owner[write]!
  }
}

/** The first two rows that show different transactions although each of the two set both, or nobody did. */
const differing = (
  { key, value }: Transactions,
  wrote: readonly Accesses['writes'][],
  seen: readonly Seen[],
): readonly [Seen, Seen] | undefined => {
  const setsBoth = (one: Seen, other: Seen): boolean =>
    one.writer === NONE ? value[one.at] === NULL_CODE : wrote[one.writer]!.has(key[other.at]!)
  for (const [place, one] of seen.entries()) {
    const other = seen
      .slice(place + 1)
      .find((next) => next.writer !== one.writer && setsBoth(one, next) && setsBoth(next, one))
    if (other !== undefined) return [one, other]
  }
  return undefined
}

const row = (transactions: Transactions, at: number): string =>
  `${keyWord(transactions, transactions.key[at]!)} = ${readWord(transactions, at)}`

const dirtyRead = (transactions: Transactions, one: number, { at, writer }: Seen): Anomaly => ({
  type: 'dirty-read',
  summary: `${operation(transactions, one)} read ${row(transactions, at)}, which ${operation(transactions, writer)} wrote, and that failed`,
  ops: indexesOf(transactions, [one, writer]),
})

const mixedRead = (
  transactions: Transactions,
  one: number,
  [first, other]: readonly [Seen, Seen],
): Anomaly => {
  const setters = [first.writer, other.writer].filter((writer) => writer !== NONE)
  const names = setters.map((writer) => operation(transactions, writer)).join(' and ')
  return {
    type: 'inconsistent-read',
    summary:
      `${operation(transactions, one)} read ${row(transactions, first.at)} and ${row(transactions, other.at)}: ` +
      `${names} set both rows together`,
    ops: indexesOf(transactions, [one, ...setters]),
  }
}

export const dirtyReads = guarded('dirty-read', judge)

export default {
  summary: 'no read shows what a failed transaction wrote, or half of a transaction',
  check: dirtyReads,
} satisfies CheckerPlugin
