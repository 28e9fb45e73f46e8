/**
 * Times the levels of isolation on histories as Elle's generator and databases with and without concurrency control make
 * them (`transaction-histories.ts`): time linear in length, and what other classes cost. Each row runs in a
 * process of its own, so that memory is that of this history alone: the check as the first one of a process and the
 * best of three, the time of the processor beside that of the clock, for machines that do other things as well.
 * With `file` the history is read from JSON lines first. `npm run bench -- transactions [MOST]` (3,000,000)
 */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unlimited, type Verdict } from '../checkers/checker.ts'
import { type History, HistoryBuilder } from '../checkers/history.ts'
import listAppend from '../checkers/list-append.ts'
import rwRegister from '../checkers/rw-register.ts'
import { readHistory } from '../results/formats/read.ts'
import { table } from './table.ts'
import { type Database, type Model, run } from './transaction-histories.ts'

const ROUNDS = 3

interface Row {
  readonly name: string
  readonly database: Database
  readonly model: Model
  readonly transactions: number
  readonly level?: string
  /** Sources of the order of versions. */
  readonly sources?: readonly string[]
  readonly file?: true
}

const lengths = [10_000, 100_000, 1_000_000, 3_000_000]

const rows: readonly Row[] = [
  ...lengths.map(
    (transactions): Row => ({
      ...{ name: 'strict serializable', database: 'serializable', model: 'list-append' },
      transactions,
    }),
  ),
  {
    ...{ name: 'the same, file', database: 'serializable', model: 'list-append', file: true },
    transactions: 1_000_000,
  },
  ...lengths.map(
    (transactions): Row => ({
      ...{ name: 'strict serializable', database: 'serializable', model: 'rw-register' },
      transactions,
    }),
  ),
  {
    ...{ name: 'wfr-keys', database: 'serializable', model: 'rw-register' },
    transactions: 1_000_000,
    sources: ['wfr-keys'],
  },
  ...[10_000, 100_000].map(
    (transactions): Row => ({
      ...{ name: 'linearizable-keys', database: 'serializable', model: 'rw-register' },
      transactions,
      sources: ['linearizable-keys'],
    }),
  ),
  ...[10_000, 100_000].flatMap((transactions): Row[] => [
    {
      ...{ name: 'snapshots', database: 'snapshot', model: 'list-append' },
      transactions,
    },
    {
      ...{ name: 'snapshots, for SI', database: 'snapshot', model: 'list-append' },
      transactions,
      level: 'snapshot-isolation',
    },
    { name: 'no control', database: 'none', model: 'list-append', transactions },
    { name: 'copies lag behind', database: 'lagging', model: 'list-append', transactions },
  ]),
]

interface Measured {
  readonly valid: Verdict['valid']
  readonly not: string
  readonly readSeconds: number
  readonly first: number
  readonly best: number
  readonly processor: number
  readonly megabytes: number
}

const main = (most: number): void => {
  const folder = mkdtempSync(join(tmpdir(), 'schism-transactions-'))
  try {
    const lines = rows
      .filter(({ transactions }) => transactions <= most)
      .map((row) => told(row, measuredApart(row, folder)))
    const headings = ['model', 'history', 'transactions', 'weakest broken', 'read s']
    console.log(table([...headings, 'first s', 'best s', 'cpu s', 'peak MB'], lines))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const told = (row: Row, measured: Measured): (string | number)[] => [
  ...[row.model, row.name, row.transactions, measured.not],
  ...[measured.readSeconds, measured.first, measured.best, measured.processor],
  Math.round(measured.megabytes),
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
  const begun = performance.now()
  const history = row.file === true ? readHistory(path).history : simulated(row)
  const readSeconds = row.file === true ? (performance.now() - begun) / 1000 : 0
  const { isolation } = row.model === 'list-append' ? listAppend : rwRegister
  const check = isolation.at(row.level ?? 'strict-serializable', row.sources ?? [])!
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage()
    const start = performance.now()
    const verdict = check(history, unlimited)
    const seconds = (performance.now() - start) / 1000
    const { user, system } = process.cpuUsage(before)
    return { verdict, seconds, processor: (user + system) / 1e6 }
  })
  const [{ verdict, seconds: first }] = rounds as [(typeof rounds)[number]]
  return {
    valid: verdict.valid,
    not: String(verdict.stats?.not),
    readSeconds,
    first,
    best: Math.min(...rounds.map(({ seconds }) => seconds)),
    processor: Math.min(...rounds.map(({ processor }) => processor)),
    megabytes: process.resourceUsage().maxRSS / 1e3,
  }
}

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
