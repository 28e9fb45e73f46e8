/**
 * Lists that only grow, read several at a time (Jepsen's `monotonic` workloads, where numbers are incremented): a process must not
 * read a list shorter than it did before (`non-monotonic-read`), and of two reads not each may be behind the other one on some list,
 * nor may more than two be so in a circle (`cyclic-reads`): then no order of the reads lets all lists grow. The first is a promise of
 * sessions, the second one of prefix consistency. Only lengths count; `list-append` judges what lists hold. O(n log n).
 */
import type { Anomaly, CheckerPlugin, Edge, Verdict } from './checker.ts'
import { guarded, verdictOf } from './guarded.ts'
import type { History } from './history.ts'
import type { Meter } from './limits.ts'
import { accesses } from './transactions/accesses.ts'
import { SCALAR, type Transactions, transactionsOf } from './transactions/columns.ts'
import { digraph } from './transactions/digraph.ts'
import { Edges } from './transactions/edges.ts'
import { PASS } from './transactions/relations.ts'
import { type Cycle, cyclesOf } from './transactions/weak/shortest.ts'
import { indexesOf, keyWord, operation, readWord } from './transactions/words.ts'

/** How many of each kind are shown. */
const most = 10

/** One list as one transaction read it. */
interface Reading {
  readonly one: number
  readonly at: number
  readonly length: number
}

const judge = (history: History, meter: Meter): Verdict => {
  const transactions = transactionsOf(history, 'list-append')
  const byKey = readings(transactions, meter)
  const backwards = [...byKey.values()].flatMap((all) => backwardsIn(transactions, all))
  meter.poll()
  const { cycles, total } = cyclesOf(growth(transactions, byKey), most)
  const stats = {
    transactions: transactions.size,
    'non-monotonic-read': backwards.length,
    'cyclic-reads': total,
  }
  const anomalies = [
    ...backwards.slice(0, most).map((pair) => tellBackwards(transactions, pair)),
    ...cycles.map((cycle) => tellCycle(transactions, byKey, cycle)),
  ]
  return verdictOf(anomalies, [], stats)
}

const readings = (
  transactions: Transactions,
  meter: Meter,
): ReadonlyMap<number, readonly Reading[]> => {
  const byKey = new Map<number, Reading[]>()
  for (const { one, reads } of accesses(transactions)) {
    meter.step()
    for (const [key, at] of reads) {
      const known = byKey.get(key) ?? []
      if (known.length === 0) byKey.set(key, known)
      known.push({ one, at, length: Math.max(0, transactions.length[at]!) })
    }
  }
  return byKey
}

/** Reads of one process that are shorter than one before. */
const backwardsIn = (
  { process }: Transactions,
  all: readonly Reading[],
): readonly (readonly [longer: Reading, shorter: Reading])[] => {
  const longest = new Map<number, Reading>()
  return all.flatMap((reading) => {
    const own = process[reading.one]!
    const before = longest.get(own)
    if (before === undefined || reading.length >= before.length) longest.set(own, reading)
    return before !== undefined && reading.length < before.length
      ? [[before, reading] as const]
      : []
  })
}

/** Each reader before those who read a longer list: through a node between each length and the next one. */
const growth = (transactions: Transactions, byKey: ReadonlyMap<number, readonly Reading[]>) => {
  const edges = new Edges(transactions.size)
  for (const all of byKey.values()) {
    const sorted = all.toSorted((a, b) => a.length - b.length)
    let behind = edges.node()
    for (const [place, { one, length }] of sorted.entries()) {
      const before = sorted[place - 1]
      if (before !== undefined && before.length < length) {
        const next = edges.node()
        edges.add(behind, next, PASS)
        for (let at = place - 1; at >= 0 && sorted[at]!.length === before.length; at--)
          edges.add(sorted[at]!.one, next, PASS)
        behind = next
      }
      edges.add(behind, one, PASS)
    }
  }
  return digraph(edges.nodes, edges)
}

const tellBackwards = (
  transactions: Transactions,
  [longer, shorter]: readonly [Reading, Reading],
): Anomaly => ({
  type: 'non-monotonic-read',
  summary:
    `process ${transactions.process[longer.one]} read ${words(transactions, longer)} (${operation(transactions, longer.one)}), ` +
    `and ${words(transactions, shorter)} later (${operation(transactions, shorter.one)})`,
  ops: indexesOf(transactions, [longer.one, shorter.one]),
})

const words = (transactions: Transactions, { at }: Reading): string => {
  const list = transactions.length[at] === SCALAR ? '[]' : readWord(transactions, at)
  return `${keyWord(transactions, transactions.key[at]!)} = ${list}`
}

const tellCycle = (
  transactions: Transactions,
  byKey: ReadonlyMap<number, readonly Reading[]>,
  cycle: Cycle,
): Anomaly => {
  const readers = cycle.filter((node) => node < transactions.size)
  const edges = readers.map((from, place): Edge => {
    const to = readers[(place + 1) % readers.length]!
    const [first, second] = [from, to].map((one) => indexesOf(transactions, [one])[0]!)
    const why = shorterThan(transactions, byKey, from, to)
    return { from: first!, to: second!, relation: 'monotonic', why }
  })
  return {
    type: 'cyclic-reads',
    summary: `no order of the reads lets all lists grow: ${edges.map(({ why }) => why).join('; ')}`,
    ops: indexesOf(transactions, readers),
    edges,
  }
}

const shorterThan = (
  transactions: Transactions,
  byKey: ReadonlyMap<number, readonly Reading[]>,
  from: number,
  to: number,
): string => {
  for (const all of byKey.values()) {
    const [first, second] = [from, to].map((one) => all.find((reading) => reading.one === one))
    if (first === undefined || second === undefined || first.length >= second.length) continue
    return (
      `${operation(transactions, from)} read ${words(transactions, first)}, ` +
      `${operation(transactions, to)} ${words(transactions, second)}`
    )
  }
  throw new Error(`no list is shorter for ${from} than for ${to}`)
}

export const monotonic = guarded('monotonic', judge)

export default {
  summary: 'lists only grow, for each process and in one order of all reads',
  check: monotonic,
} satisfies CheckerPlugin
