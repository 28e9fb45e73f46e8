/**
 * One history of eight keys judged by one thread and by as many as there are processors, in turns in the
 * same run: from the file to the verdict, in fresh workers. `npm run bench -- parallel`
 *
 * All values are reused, so every key is searched. Times are medians, and the ratio is the median of the pairs'.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventInput } from '../checkers/history.ts'
import { JudgePool } from '../harness/judge/pool.ts'
import { median, table } from './table.ts'

const rounds = 5
const keys = 8
const budget = { budgetMs: 120_000, memoryBytes: 2 ** 31 }

interface Subject {
  readonly model: string
  /** A key's. */
  readonly operations: number
  readonly concurrency: number
  readonly fs: readonly string[]
}
const register = { model: 'cas-register', fs: ['read', 'write', 'cas'] }
const subjects: Readonly<Record<string, Subject>> = {
  'register, small': { ...register, operations: 1000, concurrency: 5 },
  'register, long': { ...register, operations: 40_000, concurrency: 5 },
  'register, hard': { ...register, operations: 10_000, concurrency: 40 },
  'kv, hard': {
    model: 'kv',
    fs: ['get', 'put', 'append', 'append', 'append'],
    operations: 500,
    concurrency: 12,
  },
}

const main = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'schism-bench-'))
  const threads = availableParallelism()
  try {
    const rows = []
    for (const [name, subject] of Object.entries(subjects)) {
      const path = join(folder, `${name}.jsonl`)
      writeFileSync(path, history(subject))
      const pairs: (readonly [number, number])[] = []
      for (let round = 0; round < rounds; round++)
        pairs.push([await judge(path, subject, 1), await judge(path, subject, threads)])
      const times = [median(pairs.map(([one]) => one)), median(pairs.map(([, all]) => all))]
      const ratio = median(pairs.map(([one, all]) => one / all))
      rows.push([name, (keys * subject.operations).toLocaleString('en'), ...times, ratio])
    }
    console.log(
      table(['8 keys', 'operations', '1 thread ms', `${threads} threads ms`, 'ratio'], rows),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const judge = async (path: string, { model }: Subject, threads: number): Promise<number> => {
  const pool = new JudgePool(budget, 'verdict', 1, threads)
  const start = performance.now()
  const { verdict } = await pool.judge({ path, by: { model } })
  const ms = performance.now() - start
  pool.close()
  if (verdict.valid !== true) throw new Error(`${path}: judged ${verdict.valid}`)
  return ms
}

/** The lines of a linearizable history: the keys' own, event by event in turn. */
const history = (subject: Subject): string => {
  const all = Array.from({ length: keys }, (_, key) => new Key(subject, key).events())
  const lines: string[] = []
  const longest = Math.max(...all.map(({ length }) => length))
  for (let at = 0; at < longest; at++)
    for (const [key, events] of all.entries())
      if (events[at] !== undefined) lines.push(JSON.stringify({ ...events[at], key }))
  return lines.map((line, index) => `{"index":${index},${line.slice(1)}`).join('\n')
}

/** Clients of one object that works right. */
class Key {
  private state: unknown
  private seed: number

  constructor(
    private readonly subject: Subject,
    private readonly key: number,
  ) {
    this.state = subject.model === 'kv' ? '' : null
    this.seed = 7 + key
  }

  events(): readonly EventInput[] {
    const { operations, concurrency, fs } = this.subject
    const events: EventInput[] = []
    const open = new Map<number, { readonly f: string; readonly value: unknown; answer?: object }>()
    for (let completed = 0; completed < operations; ) {
      const thread = this.below(concurrency)
      const process = this.key * concurrency + thread
      const pending = open.get(thread)
      if (pending === undefined) {
        const f = fs[this.below(fs.length)]!
        const call = { f, value: this.given(f) }
        events.push({ process, type: 'invoke', ...call })
        open.set(thread, call)
      } else if (pending.answer === undefined && this.below(2) === 0)
        pending.answer = this.perform(pending.f, pending.value)
      else {
        const { f, value } = pending
        const answer = pending.answer ?? this.perform(f, value)
        events.push({ process, f, ...answer } as EventInput)
        open.delete(thread)
        completed++
      }
    }
    return events
  }

  private given(f: string): unknown {
    if (f === 'write') return this.below(5)
    if (f === 'cas') return [this.below(5), this.below(5)]
    return f === 'put' || f === 'append' ? 'ab'[this.below(2)] : null
  }

  private perform(f: string, value: unknown): object {
    if (f === 'read' || f === 'get') return { type: 'ok', value: this.state }
    if (f === 'append') this.state = `${this.state}${value}`
    else if (f === 'cas') {
      const [from, to] = value as [number, number]
      if (this.state !== from) return { type: 'fail', value: [from, to, this.state] }
      this.state = to
    } else this.state = value
    return { type: 'ok', value }
  }

  private below(most: number): number {
    this.seed = (Math.imul(this.seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((this.seed / 2 ** 32) * most)
  }
}

await main()
