/**
 * Long forks: of two transactions that only read, each saw a write that the other one did not, so that no order of the writes
 * explains both. Parallel snapshot isolation allows that, snapshot isolation and prefix consistency do not. For histories in
 * which every key is written once, as the workload of this name makes them (Jepsen's `long-fork`): then of the reads of the
 * same keys, sorted by how many keys were written, each must hold what the one before it held. O(reads · (keys + log reads)).
 */
import type { Anomaly, CheckerPlugin, Verdict } from './checker.ts'
import { guarded, verdictOf } from './guarded.ts'
import type { History } from './history.ts'
import type { Meter } from './limits.ts'
import { accesses } from './transactions/accesses.ts'
import { NULL_CODE, type Transactions, transactionsOf } from './transactions/columns.ts'
import { writtenOnce } from './transactions/once.ts'
import { indexesOf, keyWord, operation } from './transactions/words.ts'

/** How many forks are shown. */
const most = 10

/** A transaction that only read: which of its keys it saw written. */
interface Read {
  readonly one: number
  readonly keys: readonly number[]
  readonly seen: ReadonlySet<number>
}

const judge = (history: History, meter: Meter): Verdict => {
  const transactions = transactionsOf(history, 'rw-register')
  const { writer, doubt } = writtenOnce(transactions)
  const groups = readsByKeys(transactions, meter)
  const forks = doubt === undefined ? [...groups.values()].flatMap(forksOf) : []
  const anomalies = forks.slice(0, most).map((fork) => tell(transactions, writer, fork))
  const reads = [...groups.values()].reduce((sum, group) => sum + group.length, 0)
  return verdictOf(anomalies, [doubt], { reads, forks: forks.length })
}

const readsByKeys = (
  transactions: Transactions,
  meter: Meter,
): ReadonlyMap<string, readonly Read[]> => {
  const groups = new Map<string, Read[]>()
  for (const { one, reads, writes } of accesses(transactions)) {
    meter.step()
    if (writes.size > 0 || reads.size < 2) continue
    const keys = [...reads.keys()].sort((a, b) => a - b)
    const seen = keys.filter((key) => transactions.value[reads.get(key)!] !== NULL_CODE)
    const name = keys.join()
    const group = groups.get(name) ?? []
    if (group.length === 0) groups.set(name, group)
    group.push({ one, keys, seen: new Set(seen) })
  }
  return groups
}

type Fork = readonly [one: Read, other: Read]

/** Each read with the next larger one that does not hold all of it. */
const forksOf = (reads: readonly Read[]): readonly Fork[] => {
  const bySize = reads.toSorted((a, b) => a.seen.size - b.seen.size)
  return bySize.slice(1).flatMap((other, place): readonly Fork[] => {
    const one = bySize[place]!
    return [...one.seen].every((key) => other.seen.has(key)) ? [] : [[one, other]]
  })
}

const tell = (
  transactions: Transactions,
  writer: ReadonlyMap<number, number>,
  [one, other]: Fork,
): Anomaly => {
  const ahead = (a: Read, b: Read): number =>
    a.keys.find((key) => a.seen.has(key) && !b.seen.has(key))!
  const keys = [ahead(one, other), ahead(other, one)]
  const [first, second] = keys.map((key) => keyWord(transactions, key))
  const wrote = keys.flatMap((key) => writer.get(key) ?? [])
  return {
    type: 'long-fork',
    summary:
      `${operation(transactions, one.one)} saw ${first} written and ${second} not, ` +
      `${operation(transactions, other.one)} saw ${second} written and ${first} not: no order of the two writes explains both`,
    ops: indexesOf(transactions, [one.one, other.one, ...wrote]),
  }
}

export const longFork = guarded('long-fork', judge)

export default {
  summary: 'reads of several keys see their writes in one order',
  check: longFork,
} satisfies CheckerPlugin
