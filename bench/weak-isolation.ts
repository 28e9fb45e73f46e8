/**
 * Times the weak levels of isolation on generated histories, which are causal: `npm run bench -- weak-isolation`. The peer is
 * AWDIT (Rust), which took 4.6 s for read committed, 6.7 s for read atomic and 41 s and 7 GB for causal consistency with a million
 * transactions of 8 operations in 50 sessions; the baseline here, in the same run, is the pass that only reads the
 * history into columns. AWDIT's read committed is what is called monotonic atomic view here, in sessions.
 *
 * `cpu s` is the least processor time of at most three rounds in a warm process, without loading; `MB` is the memory of the
 * whole process, the loaded history included, at its highest look at the limits.
 */
import { type Limits, unlimited } from '../checkers/checker.ts'
import { type History, HistoryBuilder } from '../checkers/history.ts'
import { Meter } from '../checkers/limits.ts'
import { transactionsOf } from '../checkers/transactions/columns.ts'
import type { Level } from '../checkers/transactions/weak/level.ts'
import { search } from '../checkers/transactions/weak/search.ts'
import { table } from './table.ts'

const rounds = 3
/** After so much processor time there are no more rounds. */
const patienceSeconds = 12
const OPERATIONS = 8
const SESSIONS = 50
const KEYS = 10_000

const levels: Readonly<Record<string, Level>> = {
  'monotonic atomic view': { view: 'monotonic-atomic-view', sessions: true },
  'read atomic': { view: 'read-atomic', sessions: true },
  causal: { view: 'causal', sessions: true },
}

const main = (): void => {
  const most = Number(process.argv[3] ?? 1_000_000)
  const headings = ['transactions', 'lag', 'level', 'verdict', 'cpu s', 'MB', 'µs a transaction']
  for (const size of [10_000, 100_000, 1_000_000, 3_000_000].filter((one) => one <= most))
    for (const lag of [1, 200]) console.log(`${table(headings, judged(size, lag))}\n`)
}

const judged = (size: number, lag: number): (string | number)[][] => {
  const history = replicated(size, lag)
  const row = (name: string, work: (limits: Limits) => string): (string | number)[] => {
    const { seconds, megabytes, result } = measure(work)
    return [size, lag, name, result, seconds, megabytes, (seconds / size) * 1e6]
  }
  return [
    row('columns alone', () => String(transactionsOf(history, 'rw-register').size)),
    ...Object.entries(levels).map(([name, level]) =>
      row(name, (limits) => {
        const transactions = transactionsOf(history, 'rw-register')
        const { total } = search(transactions, level, new Meter(limits))
        return total === 0 ? 'valid' : `${total} violations`
      }),
    ),
  ]
}

const measure = (
  work: (limits: Limits) => string,
): { readonly seconds: number; readonly megabytes: number; readonly result: string } => {
  let micros = Number.POSITIVE_INFINITY
  let highest = 0
  const limits: Limits = {
    ...unlimited,
    exceeded: () => {
      highest = Math.max(highest, process.memoryUsage.rss())
      return undefined
    },
  }
  let result = ''
  let spent = 0
  for (let round = 0; round < rounds && spent < patienceSeconds * 1e6; round++) {
    globalThis.gc?.()
    const start = process.cpuUsage()
    result = work(limits)
    const { user, system } = process.cpuUsage(start)
    micros = Math.min(micros, user + system)
    spent += user + system
  }
  return { seconds: micros / 1e6, megabytes: highest / 1e6, result }
}

/**
 * Every session reads its own replica, which has applied a part of one log of all transactions, up to a point that moves on and
 * is less than `lag` behind, and its own at once; the latest in the log wins. Half of the operations are writes.
 */
const replicated = (size: number, lag: number): History => {
  let seed = 7
  const below = (most: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * most)
  }
  /** The keys that each transaction wrote; its values are its place in the log, times the number of operations, and on. */
  const log: number[][] = []
  const applied = new Int32Array(SESSIONS)
  const state = Array.from({ length: SESSIONS }, () => new Int32Array(KEYS))
  const apply = (session: number, transaction: number): void => {
    const replica = state[session]!
    for (const [at, key] of log[transaction]!.entries())
      replica[key] = Math.max(replica[key]!, transaction * OPERATIONS + at + 1)
  }
  const builder = new HistoryBuilder()
  for (let transaction = 0; transaction < size; transaction++) {
    const process = below(SESSIONS)
    const until = transaction - below(lag)
    for (; applied[process]! < until; applied[process]!++) apply(process, applied[process]!)
    const asked: [string, number, number | null][] = []
    const done: [string, number, number | null][] = []
    const own: number[] = []
    const used = new Set<number>()
    while (done.length < OPERATIONS) {
      const key = below(KEYS)
      if (used.has(key)) continue
      used.add(key)
      if (below(2) === 0) {
        const value = transaction * OPERATIONS + own.push(key)
        asked.push(['w', key, value])
        done.push(['w', key, value])
      } else {
        const held = state[process]![key]!
        asked.push(['r', key, null])
        done.push(['r', key, held === 0 ? null : held])
      }
    }
    log.push(own)
    apply(process, transaction)
    builder.add({ process, type: 'invoke', f: 'txn', value: asked })
    builder.add({ process, type: 'ok', f: 'txn', value: done })
    // What every replica has applied is not needed any more.
    if (transaction % 4096 === 0) forget(log, applied)
  }
  return builder.build()
}

const forget = (log: number[][], applied: Int32Array): void => {
  const least = applied.reduce((a, b) => Math.min(a, b))
  for (let at = least - 1; at >= 0 && log[at]!.length > 0; at--) log[at] = []
}

main()
