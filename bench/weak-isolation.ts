/**
 * Times the weak levels of isolation on generated histories, which are causal: `npm run bench -- weak-isolation [MOST]`
 * (3,000,000). The peer is AWDIT (Rust), which took 7 GB for causal consistency with a million transactions of 8 operations in
 * 50 sessions; the baseline here, in the same run, is the pass that only reads the history into columns. AWDIT's
 * read committed is what is called monotonic atomic view here, in sessions.
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
const patienceSeconds = 6
const OPERATIONS = 8
const SESSIONS = 50
const KEYS = 10_000

const levels: Readonly<Record<string, Level>> = {
  'monotonic atomic view': { view: 'monotonic-atomic-view', sessions: true },
  'read atomic': { view: 'read-atomic', sessions: true },
  causal: { view: 'causal', sessions: true },
}

/** What AWDIT took of so many transactions, in seconds, level by level. */
const awdit: Readonly<Record<number, readonly number[]>> = {
  100000: [0.322, 0.511, 3.204],
  1000000: [4.6, 6.7, 41],
}

/** How far replicas lag behind, and how clients choose values. */
const kinds = {
  'one store': { lag: 1, values: 'counted' },
  'late replicas': { lag: 200, values: 'counted' },
  'each key counted': { lag: 200, values: 'by key' },
  'values drawn': { lag: 200, values: 'drawn' },
} as const
type Kind = keyof typeof kinds

const headings = [
  ...['transactions', 'history', 'level', 'verdict', 'cpu s', 'µs each'],
  ...['AWDIT s', 'AWDIT ÷', '÷ columns', 'MB'],
]

const main = (): void => {
  const most = Number(process.argv[3] ?? 3_000_000)
  for (const size of [10_000, 100_000, 1_000_000, 3_000_000].filter((one) => one <= most))
    for (const kind of Object.keys(kinds) as Kind[])
      console.log(`${table(headings, judged(size, kind))}\n`)
}

const judged = (size: number, kind: Kind): (string | number)[][] => {
  const history = replicated(size, kind)
  const columns = measure(() => String(transactionsOf(history, 'rw-register').size))
  const row = (name: string, { seconds, megabytes, result }: Measured, peer?: number) => [
    ...[size, kind, name, result, seconds, (seconds / size) * 1e6],
    ...(peer === undefined ? ['', ''] : [peer, peer / seconds]),
    ...[seconds / columns.seconds, Math.round(megabytes)],
  ]
  return [
    row('columns alone', columns),
    ...Object.entries(levels).map(([name, level], at) => {
      const measured = measure((limits) => {
        const transactions = transactionsOf(history, 'rw-register')
        const { total } = search(transactions, level, new Meter(limits))
        return total === 0 ? 'valid' : `${total} violations`
      })
      return row(name, measured, awdit[size]?.[at])
    }),
  ]
}

interface Measured {
  readonly seconds: number
  readonly megabytes: number
  readonly result: string
}

const measure = (work: (limits: Limits) => string): Measured => {
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
const replicated = (size: number, kind: Kind): History => {
  const { lag } = kinds[kind]
  const named = naming(size, kind)
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
        const written = named(value, key)
        asked.push(['w', key, written])
        done.push(['w', key, written])
      } else {
        const held = state[process]![key]!
        asked.push(['r', key, null])
        done.push(['r', key, held === 0 ? null : named(held, key)])
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

/** The value that stands for a place in the log, which a client writes first and others read then. */
const naming = (size: number, kind: Kind): ((place: number, key: number) => number) => {
  const { values } = kinds[kind]
  if (values === 'counted') return (place) => place
  // Places are so few that the products differ in their first 30 bits.
  if (values === 'drawn') return (place) => Math.imul(place, 0x9e3779b1) >>> 2
  const counted = new Int32Array(KEYS)
  const known = new Int32Array(size * OPERATIONS + 1)
  return (place, key) => {
    if (known[place] === 0) known[place] = ++counted[key]!
    return known[place]!
  }
}

const forget = (log: number[][], applied: Int32Array): void => {
  const least = applied.reduce((a, b) => Math.min(a, b))
  for (let at = least - 1; at >= 0 && log[at]!.length > 0; at--) log[at] = []
}

main()
