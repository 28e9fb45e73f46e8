/**
 * Write skew (Berenson et al., SIGMOD 1995; A5B, Adya's G2-item): two transactions each read what the other one writes, before it
 * was written, and write something else. Snapshot isolation allows that, serializability does not. For histories
 * in which every key is written once at most, from nil, as the workload of this name makes them: who reads nil precedes its writer.
 * Where a level is judged that allows write skew, it is counted and no violation.
 * O(micro-operations).
 */
import type { Anomaly, Checker, CheckerPlugin, Verdict } from './checker.ts'
import { guarded, verdictOf } from './guarded.ts'
import type { History } from './history.ts'
import type { Meter } from './limits.ts'
import { type Accesses, accesses } from './transactions/accesses.ts'
import { NULL_CODE, type Transactions, transactionsOf } from './transactions/columns.ts'
import { forbids } from './transactions/lattice.ts'
import { writtenOnce } from './transactions/once.ts'
import { indexesOf, keyWord, operation } from './transactions/words.ts'

/** How many of them are shown. */
const most = 10

interface Skew {
  readonly one: Accesses
  readonly other: Accesses
  /** The key that `one` wrote and `other` did not see, and the other way round. */
  readonly written: number
  readonly read: number
}

const judge = (history: History, meter: Meter, level: string): Verdict => {
  const transactions = transactionsOf(history, 'rw-register')
  const { writer, doubt } = writtenOnce(transactions)
  const all = [...accesses(transactions)]
  meter.poll()
  const skews = doubt === undefined ? skewsIn(transactions, writer, all) : []
  const pairs = { transactions: transactions.size, 'write-skew': skews.length }
  const told = forbids(level, 'G2-item') ? skews : []
  const shown = told.slice(0, most).map((skew) => tell(transactions, skew))
  return verdictOf(shown, [doubt], pairs)
}

const skewsIn = (
  { value }: Transactions,
  writer: ReadonlyMap<number, number>,
  all: readonly Accesses[],
): readonly Skew[] => {
  const unseen = ({ reads }: Accesses, key: number): boolean =>
    reads.has(key) && value[reads.get(key)!] === NULL_CODE
  const skews: Skew[] = []
  for (const one of all)
    for (const read of one.reads.keys()) {
      const other = all[writer.get(read) ?? one.one]!
      if (other.one <= one.one || !unseen(one, read)) continue
      const written = [...one.writes.keys()].find((key) => unseen(other, key))
      if (written !== undefined) skews.push({ one, other, written, read })
    }
  return skews
}

const tell = (transactions: Transactions, { one, other, written, read }: Skew): Anomaly => {
  const [first, second] = [operation(transactions, one.one), operation(transactions, other.one)]
  const [x, y] = [keyWord(transactions, written), keyWord(transactions, read)]
  const edge = (from: Accesses, to: Accesses, why: string) => {
    const [a, b] = [from, to].map((access) => indexesOf(transactions, [access.one])[0]!)
    return { from: a!, to: b!, relation: 'rw', why }
  }
  return {
    type: 'write-skew',
    summary:
      `${first} read ${y} before ${second} wrote it, and ${second} read ${x} before ${first} wrote it: ` +
      'each must come before the other one',
    ops: indexesOf(transactions, [one.one, other.one]),
    edges: [
      edge(one, other, `${first} read ${y} = nil and did not see what ${second} wrote`),
      edge(other, one, `${second} read ${x} = nil and did not see what ${first} wrote`),
    ],
  }
}

/** A checker of what a level of isolation allows. */
export const writeSkewAt = (level: string): Checker =>
  guarded('write-skew', (history, meter) => judge(history, meter, level))

/** A checker that allows none. */
export const writeSkew = writeSkewAt('serializable')

export default {
  summary: 'no two transactions each miss what the other one writes',
  check: writeSkew,
} satisfies CheckerPlugin
