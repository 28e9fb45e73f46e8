/**
 * Registers whose installed values never repeat, from 10^4 to 10^7 operations, concurrency 5 to 1,000,
 * one operation in a hundred indeterminate: the decision in linear time, and the general search in the
 * same run where it comes to an end within its patience. `npm run bench -- registers`
 *
 * "columns" reads the loaded history into columns, "check" is the whole checker (columns included);
 * both are medians. MB is what the process grew by from the loaded history to the verdict.
 */
import { unlimited } from '../checkers/checker.ts'
import { type Call, type History, HistoryBuilder } from '../checkers/history.ts'
import { parts } from '../checkers/linearizable/part.ts'
import { problem, searchOf } from '../checkers/linearizable/problem.ts'
import { linearizable } from '../checkers/linearizable.ts'
import casRegister from '../checkers/models/cas-register.ts'
import { registers } from '../checkers/registers/registers.ts'
import { median, table } from './table.ts'

const sizes: readonly (readonly [operations: number, concurrency: number])[] = [
  ...[1e4, 1e5, 1e6, 1e7].map((operations) => [operations, 5] as const),
  ...[20, 100, 1000].map((concurrency) => [1e6, concurrency] as const),
]
/** The general search is asked up to this length, and gives up after so many configurations. */
const longestSearched = 100_000
const patience = 300_000

const main = (): void => {
  const check = linearizable(casRegister)
  const rows = sizes.map(([operations, concurrency]) => {
    const history = new Client(concurrency).run(operations)
    const rounds = operations > 1e6 ? 3 : 9
    const before = process.memoryUsage().rss
    const all = time(rounds, () => {
      if (check(history, unlimited).valid !== true) throw new Error('judged wrong')
    })
    const grown = process.memoryUsage().rss - before
    const columns = time(rounds, () => registers(history, casRegister.registers!))
    const search = operations <= longestSearched ? bySearch(history) : '–'
    return [
      ...[operations.toLocaleString('en'), concurrency, columns, all],
      ...[(all * 1e6) / operations, Math.round(grown / 2 ** 20), search],
      typeof search === 'number' ? search / all : '–',
    ]
  })
  const headings = [
    'operations',
    'c',
    'columns ms',
    'check ms',
    'ns/op',
    'MB',
    'search ms',
    'ratio',
  ]
  console.log(table(headings, rows))
}

const time = (rounds: number, work: () => void): number =>
  median(
    Array.from({ length: rounds }, () => {
      const start = performance.now()
      work()
      return performance.now() - start
    }),
  )

/** Milliseconds of the search, or after how many it gave up. */
const bySearch = (history: History): number | string => {
  const start = performance.now()
  const decided = parts(history, casRegister).every(
    (part) => searchOf(problem(part, casRegister)).run(patience) === 'linearizable',
  )
  const ms = performance.now() - start
  return decided ? ms : `gave up at ${ms.toFixed(0)}`
}

interface Pending {
  readonly call: Call
  done: { readonly type: 'ok' | 'fail'; readonly value: unknown } | undefined
}

/** Reads, writes and compare-and-sets against one register that works right. */
class Client {
  private readonly builder = new HistoryBuilder()
  private readonly processes: number[]
  private readonly open: (Pending | undefined)[] = []
  private value: number | null = null
  private written = 0
  private random = 7

  constructor(private readonly concurrency: number) {
    this.processes = Array.from({ length: concurrency }, (_, thread) => thread)
  }

  run(operations: number): History {
    for (let completed = 0; completed < operations; ) {
      const thread = this.below(this.concurrency)
      const pending = this.open[thread]
      if (pending === undefined) this.invoke(thread)
      else if (pending.done === undefined && this.below(2) === 0) this.perform(pending)
      else {
        this.complete(thread, pending)
        completed++
      }
    }
    return this.builder.build()
  }

  private invoke(thread: number): void {
    const f = ['read', 'write', 'cas'][this.below(3)]!
    const value =
      f === 'read' ? null : f === 'write' ? ++this.written : [this.value, ++this.written]
    const call = { f, value }
    this.builder.add({ process: this.processes[thread]!, type: 'invoke', ...call })
    this.open[thread] = { call, done: undefined }
  }

  private complete(thread: number, pending: Pending): void {
    const { f, value } = pending.call
    const process = this.processes[thread]!
    this.open[thread] = undefined
    if (this.below(100) === 0) {
      this.builder.add({ process, type: 'info', f, value })
      this.processes[thread] = process + this.concurrency
    } else this.builder.add({ process, f, ...this.perform(pending) })
  }

  private perform(pending: Pending): NonNullable<Pending['done']> {
    pending.done ??= this.effect(pending.call)
    return pending.done
  }

  private effect({ f, value }: Call): NonNullable<Pending['done']> {
    if (f === 'read') return { type: 'ok', value: this.value }
    if (f === 'write') this.value = value as number
    else {
      const [from, to] = value as [number | null, number]
      if (this.value !== from) return { type: 'fail', value: [from, to, this.value] }
      this.value = to
    }
    return { type: 'ok', value }
  }

  private below(most: number): number {
    this.random = (Math.imul(this.random, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((this.random / 2 ** 32) * most)
  }
}

main()
