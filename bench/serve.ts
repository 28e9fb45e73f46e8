/**
 * What `schism serve` and `schism runs` cost with thousands of runs: the first table without an index, with one,
 * and while it serves, against reading every run's files each time. `npm run bench -- serve [RUNS]`
 *
 * The files of one stored run are the measure of the others; medians of several rounds.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '../harness/serve/server.ts'
import { INDEX, RunIndex } from '../results/archive/index.ts'
import { readRow } from '../results/archive/row.ts'
import { files } from '../results/store.ts'
import { median, table } from './table.ts'

const ROUNDS = 5

const main = async (): Promise<void> => {
  const [count = '10000'] = process.argv.slice(3)
  const store = mkdtempSync(join(tmpdir(), 'schism-serve-bench-'))
  try {
    generate(store, Number(count))
    const cold = await measure(() => {
      rmSync(join(store, INDEX), { force: true })
      new RunIndex(store).rows()
    })
    const warm = await measure(() => new RunIndex(store).rows())
    const open = new RunIndex(store)
    open.rows()
    const again = await measure(() => open.rows())
    const every = await measure(() => readdirSync(store).map((id) => readRow(join(store, id))))
    const first = await measure(() => firstAnswer(store))
    const row = (what: string, { ms, cpuMs }: Took) => [
      ...[what, ms, cpuMs],
      `${(every.cpuMs / cpuMs).toFixed(1)}×`,
    ]
    console.log(
      `${count} runs, medians of ${ROUNDS}; how many times less work than reading all files`,
    )
    console.log(
      table(
        ['', 'ms', 'cpu ms', 'ratio'],
        [
          row('all files of all runs', every),
          row('no index yet: read and index', cold),
          row('with the index', warm),
          row('while it serves', again),
          row('schism serve, start to first table', first),
        ],
      ),
    )
  } finally {
    rmSync(store, { recursive: true })
  }
}

/** Wall-clock and processor time of one thing, ms. */
interface Took {
  readonly ms: number
  readonly cpuMs: number
}

const measure = async (what: () => unknown): Promise<Took> => {
  const rounds: Took[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const [begun, used] = [performance.now(), process.cpuUsage()]
    await what()
    const { user, system } = process.cpuUsage(used)
    rounds.push({ ms: performance.now() - begun, cpuMs: (user + system) / 1000 })
  }
  return {
    ms: median(rounds.map(({ ms }) => ms)),
    cpuMs: median(rounds.map(({ cpuMs }) => cpuMs)),
  }
}

/** From the start of a server to the answer that the page's first table is made of. */
const firstAnswer = async (store: string): Promise<void> => {
  const index = new RunIndex(store)
  const budget = { budgetMs: 60_000, memoryBytes: 1e9 }
  const at = { store, host: '127.0.0.1', port: 0, changes: 'refused' } as const
  const served = await serve({ ...at, index, budget, failed: console.error })
  const { origin, searchParams } = new URL(served.url)
  const cookie = `schism-${served.port}=${searchParams.get('token')}`
  const answer = await fetch(`${origin}/api/runs?sort=-p99&search=raft`, { headers: { cookie } })
  await answer.json()
  await served.close()
}

/** Runs as a hunt or a nightly job leaves them: two files each that a table needs, and a history. */
const generate = (store: string, runs: number): void => {
  for (let nth = 0; nth < runs; nth++) {
    const startedAt = new Date(Date.UTC(2026, 0, 1) + 60_000 * nth).toISOString()
    const system = ['raft', 'etcd', 'redis-sentinel'][nth % 3]!
    const id = `${startedAt.replaceAll(/[-:]|\..*/g, '')}-${system}-register-${nth}-0000`
    const folder = join(store, id)
    mkdirSync(folder)
    writeFileSync(join(folder, files.run), JSON.stringify(runOf(id, startedAt, system, nth)))
    writeFileSync(join(folder, files.verdict), JSON.stringify(verdictOf(folder, nth)))
    writeFileSync(join(folder, files.history), '')
  }
}

const runOf = (id: string, startedAt: string, system: string, seed: number): object => ({
  ...{ version: 1, id, startedAt, command: `npx schism test ${system} --seed ${seed}`, seed },
  ...{ system, systemVersion: '1', systemOptions: { bug: 'none' }, workload: 'register' },
  ...{ workloadOptions: { values: 'unique' }, faults: ['partition', 'kill'], nodes: 5 },
  schedule: {
    episodes: Array.from({ length: 4 }, (_, n) => ({
      ...{ at: 5 + 10 * n, for: 5, fault: n % 2 === 0 ? 'partition' : 'kill' },
      plan: { shape: 'isolate', targets: 'primary' },
    })),
  },
  members: Array.from({ length: 5 }, (_, n) => ({ name: `n${n}`, role: 'server', serves: true })),
  ...{ concurrency: 10, rate: 200, timeLimitS: 60, operationTimeoutMs: 3000 },
  claim: { model: 'linearizable', says: 'as its makers say' },
  environment: { schism: '0.1.0', node: 'v20', kernel: '6', engine: 'docker 20' },
})

const verdictOf = (input: string, nth: number): object => {
  const isViolation = nth % 50 === 0
  const stats = Object.fromEntries(
    ['read', 'write', 'cas'].flatMap((f) => [
      [`ok.${f}`, 1000 + nth],
      [`latencyMs.${f}.p99`, 10 + (nth % 90)],
    ]),
  )
  const ops = Array.from({ length: 200 }, (_, n) => n)
  const summary = 'a read saw a value that had been overwritten'
  return {
    ...{ version: 1, input, valid: !isViolation, outcome: isViolation ? 'violation' : 'valid' },
    anomalies: isViolation ? [{ type: 'stale-read', summary, ops, checker: 'linearizable' }] : [],
    checkers: {
      linearizable: { valid: !isViolation },
      stats: { valid: true, stats: { ...stats, 'latencyMs.p99': 10 + (nth % 90) } },
    },
    ...{ problems: [], notes: [] },
  }
}

await main()
