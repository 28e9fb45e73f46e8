/**
 * Times the levels of isolation on histories as Elle's generator and databases with and without concurrency control make
 * them (`transaction-histories.ts`): time linear in length, and what other classes cost. Each row runs in a
 * process of its own, so that memory is that of this history alone. Seconds are of the processor, for machines
 * that do other things as well: of the first check of a process, and of the best of ten, or of three of long
 * histories. The peer is Elle, whose check took `Elle s`
 * on such a machine (in a warm JVM up to 100,000 transactions; where it gave up, until then); the baseline in the same
 * run is the pass that only reads the history into columns. With `file` the history is read from JSON lines first.
 * `npm run bench -- transactions [MOST]` (3,000,000)
 */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unlimited } from '../checkers/checker.ts'
import { type History, HistoryBuilder } from '../checkers/history.ts'
import listAppend from '../checkers/list-append.ts'
import rwRegister from '../checkers/rw-register.ts'
import { transactionsOf } from '../checkers/transactions/columns.ts'
import { readHistory } from '../results/formats/read.ts'
import { table } from './table.ts'
import { type Database, type Model, run } from './transaction-histories.ts'

/** From here on a history is checked three times, below ten times: until it runs as compiled, as Elle's in a warm JVM. */
const LONG = 1_000_000

interface Row {
  readonly name: string
  readonly database: Database
  readonly model: Model
  readonly transactions: number
  readonly level?: string
  /** Sources of the order of versions. */
  readonly sources?: readonly string[]
  readonly file?: true
  /** What Elle took, with reading where a file is read. */
  readonly elleSeconds?: number
}

const lengths = [10_000, 100_000, 1_000_000, 3_000_000]
/** Elle's seconds at these lengths. */
const elle: Readonly<Record<Model, readonly (number | undefined)[]>> = {
  'list-append': [0.53, 3.9, 74],
  'rw-register': [0.53, 3.1, 57.8],
}

const serializable = (model: Model): readonly Row[] =>
  lengths.map((transactions, at) => ({
    ...{ name: 'strict serializable', database: 'serializable', model, transactions },
    elleSeconds: elle[model][at]!,
  }))

const lists = (transactions: number, elleSeconds: Readonly<Record<string, number>>): Row[] =>
  [
    { name: 'snapshots', database: 'snapshot' as const },
    { name: 'snapshots, for SI', database: 'snapshot' as const, level: 'snapshot-isolation' },
    { name: 'no control', database: 'none' as const },
    { name: 'copies lag behind', database: 'lagging' as const },
    { name: 'giant component', database: 'stale' as const },
  ].map((row) => ({
    ...row,
    model: 'list-append',
    transactions,
    elleSeconds: elleSeconds[row.name]!,
  }))

const rows: readonly Row[] = [
  ...serializable('list-append'),
  {
    ...{ name: 'the same, file', database: 'serializable', model: 'list-append', file: true },
    ...{ transactions: 1_000_000, elleSeconds: 159 },
  },
  ...serializable('rw-register'),
  {
    ...{ name: 'wfr-keys', database: 'serializable', model: 'rw-register' },
    ...{ transactions: 1_000_000, sources: ['wfr-keys'] },
  },
  ...[10_000, 100_000].map(
    (transactions, at): Row => ({
      ...{ name: 'linearizable-keys', database: 'serializable', model: 'rw-register' },
      ...{ transactions, sources: ['linearizable-keys'], elleSeconds: [73][at]! },
    }),
  ),
  ...lists(10_000, { snapshots: 0.9, 'no control': 12.1, 'giant component': 3.4 }),
  ...lists(100_000, { snapshots: 9.4, 'snapshots, for SI': 7.6 }),
]

interface Measured {
  readonly not: string
  readonly read: number
  readonly columns: number
  readonly first: number
  readonly best: number
  readonly megabytes: number
}

const headings = [
  ...['model', 'history', 'transactions', 'weakest broken', 'read s', 'first s', 'best s'],
  ...['µs each', 'Elle s', 'Elle ÷', '÷ columns', 'peak MB'],
]

const main = (most: number): void => {
  const folder = mkdtempSync(join(tmpdir(), 'schism-transactions-'))
  try {
    const lines = rows
      .filter(({ transactions }) => transactions <= most)
      .map((row) => told(row, measuredApart(row, folder)))
    console.log(table(headings, lines))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const told = (
  { model, name, transactions, elleSeconds }: Row,
  { not, read, columns, first, best, megabytes }: Measured,
): (string | number)[] => [
  ...[model, name, transactions, not, read, first, best, (best / transactions) * 1e6],
  ...(elleSeconds === undefined ? ['', ''] : [elleSeconds, elleSeconds / (read + best)]),
  ...[best / columns, Math.round(megabytes)],
]

/** Runs this file again for one measurement. */
const measuredApart = (row: Row, folder: string): Measured => {
  const path = join(folder, 'history.jsonl')
  if (row.file === true) write(row, path)
  const input = JSON.stringify({ row, path })
  return JSON.parse(
    execFileSync(process.execPath, [import.meta.filename, 'measure', input], { encoding: 'utf8' }),
  ) as Measured
}

const measure = (row: Row, path: string): Measured => {
  const [read, history] = timed(() =>
    row.file === true ? readHistory(path).history : simulated(row),
  )
  const { isolation } = row.model === 'list-append' ? listAppend : rwRegister
  const check = isolation.at(row.level ?? 'strict-serializable', row.sources ?? [])!
  const rounds = row.transactions < LONG ? 10 : 3
  const checks = repeated(rounds, () => check(history, unlimited))
  const columns = repeated(rounds, () => transactionsOf(history, row.model))
  const [first, verdict] = checks[0]!
  return {
    not: String(verdict.stats?.not),
    read: row.file === true ? read : 0,
    columns: least(columns),
    first,
    best: least(checks),
    megabytes: process.resourceUsage().maxRSS / 1e3,
  }
}

type Timed<T> = readonly [seconds: number, result: T]

/** Work with its processor time. */
const timed = <T>(work: () => T): Timed<T> => {
  const before = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(before)
  return [(user + system) / 1e6, result]
}

const repeated = <T>(times: number, work: () => T): readonly Timed<T>[] =>
  Array.from({ length: times }, () => timed(work))

const least = (all: readonly Timed<unknown>[]): number =>
  Math.min(...all.map(([seconds]) => seconds))

const simulated = ({ database, model, transactions }: Row): History => {
  const builder = new HistoryBuilder()
  run(database, model, transactions, (event) => builder.add(event))
  return builder.build()
}

const write = ({ database, model, transactions }: Row, path: string): void => {
  const file = openSync(path, 'w')
  let text = ''
  run(database, model, transactions, (event) => {
    text += `${JSON.stringify(event)}\n`
    if (text.length < 1 << 20) return
    writeSync(file, text)
    text = ''
  })
  writeSync(file, text)
  closeSync(file)
  console.error(`${transactions} transactions: ${Math.round(statSync(path).size / 1e6)} MB`)
}

const [way, input] = process.argv.slice(2)
if (way === 'measure' && input !== undefined) {
  const { row, path } = JSON.parse(input) as { readonly row: Row; readonly path: string }
  console.log(JSON.stringify(measure(row, path)))
} else main(Number(process.argv[3] ?? 3_000_000))
