/**
 * What the controller costs on a real system: register operations a second through the controller (system
 * client, generator, history on disk) against a bare ioredis loop with the same commands, the same number
 * of connections and the same server, turn about in one run. The ratio is the median of the rounds'.
 *
 *   npm run bench -- redis
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Call } from '../checkers/history.ts'
import { loadCatalog } from '../harness/catalog.ts'
import { monotonicMs, realClock, seconds } from '../harness/clock.ts'
import type { RunningCluster } from '../harness/cluster/cluster.ts'
import { dockerCluster } from '../harness/cluster/docker/docker.ts'
import { iterate, timeLimit } from '../harness/generators/index.ts'
import { Interpreter } from '../harness/interpreter.ts'
import { Recorder } from '../harness/recorder.ts'
import { files, HistoryLog } from '../results/store.ts'
import { median, table } from './table.ts'

/** Many short rounds: on a busy machine the two sides of one round still see the same machine. */
const ROUNDS = 15
const ROUND_S = 1.5
/** Before that, on both sides and not counted, s: connections open and code gets warm. */
const WARM_S = 0.3
const THREADS = [1, 5, 64]

const catalog = await loadCatalog()
const system = catalog.systems.get('redis-sentinel')!
const options = Object.fromEntries(
  Object.entries(system.options).map(([name, option]) => [name, option.default]),
)

/** Half reads, half writes, over a hundred keys. */
const calls = iterate(0, (n): readonly [Call, number] => [
  n % 2 === 0 ? { f: 'read', key: n % 100, value: null } : { f: 'write', key: n % 100, value: n },
  n + 1,
])

const controller = async (cluster: RunningCluster, threads: number): Promise<number> => {
  const folder = mkdtempSync(join(tmpdir(), 'schism-bench-'))
  const clock = realClock()
  const counted = { ok: 0 }
  const recorder = new Recorder({
    clock,
    log: new HistoryLog(join(folder, files.history)),
    listen: ({ type }) => {
      if (type === 'ok') counted.ok++
    },
    failed: (error) => {
      throw error
    },
  })
  const serving = cluster.nodes.filter(({ serves }) => serves)
  const nodeOf = (thread: number) => serving[thread % serving.length]!
  const interpreter = new Interpreter<Call>({
    threads,
    clock,
    open: (thread) => system.clients.register!({ cluster, node: nodeOf(thread), options }),
    nodeOf: (thread) => nodeOf(thread).name,
    safe: new Set(['read']),
    timeoutMs: 5000,
    record: (event) => recorder.record(event),
  })
  const { signal } = new AbortController()
  await interpreter.run(timeLimit(seconds(WARM_S), calls), signal)
  counted.ok = 0
  const begun = monotonicMs()
  await interpreter.run(timeLimit(seconds(ROUND_S), calls), signal)
  const took = monotonicMs() - begun
  await interpreter.close()
  recorder.close()
  rmSync(folder, { recursive: true })
  return counted.ok / (took / 1000)
}

const bare = async (cluster: RunningCluster, threads: number): Promise<number> => {
  const [primary] = await cluster.primaries()
  const { host, port } = cluster.nodes.find(({ name }) => name === primary)!.endpoint(6379)
  const connections = await Promise.all(
    Array.from({ length: threads }, async () => {
      const redis = new Redis({ host, port, retryStrategy: null, lazyConnect: true })
      await redis.connect()
      return redis
    }),
  )
  const loops = async (forS: number): Promise<number> => {
    const until = monotonicMs() + forS * 1000
    let done = 0
    const loop = async (redis: Redis): Promise<void> => {
      for (let n = 0; monotonicMs() < until; n++, done++)
        await (n % 2 === 0 ? redis.get(`bare:${n % 100}`) : redis.set(`bare:${n % 100}`, n))
    }
    const begun = monotonicMs()
    await Promise.all(connections.map(loop))
    return done / ((monotonicMs() - begun) / 1000)
  }
  await loops(WARM_S)
  const rate = await loops(ROUND_S)
  for (const redis of connections) redis.disconnect()
  return rate
}

const cluster = await dockerCluster.up({
  runId: `bench-${process.pid}`,
  systemName: 'redis-sentinel',
  system,
  nodes: system.sizes.default,
  options,
  progress: (line) => console.error(line),
  signal: new AbortController().signal,
})
try {
  await cluster.awaitReady(60_000, new AbortController().signal)
  const rows = []
  for (const threads of THREADS) {
    const ours: number[] = []
    const theirs: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      // Each goes first as often as the other.
      if (round % 2 === 0) theirs.push(await bare(cluster, threads))
      ours.push(await controller(cluster, threads))
      if (round % 2 === 1) theirs.push(await bare(cluster, threads))
    }
    const ratios = ours.map((rate, round) => rate / theirs[round]!)
    rows.push([threads, median(ours), median(theirs), median(ratios)])
  }
  console.log(table(['clients', 'controller ops/s', 'bare ioredis ops/s', 'ratio'], rows))
} finally {
  await cluster.down()
}
