/**
 * What a shifted clock costs: commands a second of one Redis server, asked by redis-benchmark on another node,
 * with its clock shifted and without, turn about in one run; the ratio is the median of the rounds'. Then
 * what it costs the controller to look for new processes.
 *
 *   npm run bench -- clocks
 */
import { setTimeout } from 'node:timers/promises'
import { loadCatalog } from '../harness/catalog.ts'
import type { RunningCluster } from '../harness/cluster/cluster.ts'
import { dockerCluster } from '../harness/cluster/docker/docker.ts'
import { median, table } from './table.ts'

const ROUNDS = 15
const WATCHED_MS = 5000

const catalog = await loadCatalog()
const system = catalog.systems.get('redis-sentinel')!
const options = Object.fromEntries(
  Object.entries(system.options).map(([name, option]) => [name, option.default]),
)

/** GETs a second, over 50 connections; `pipeline` commands are sent at a time. */
const throughput = async (cluster: RunningCluster, pipeline: number): Promise<number> => {
  const { address } = cluster.nodes.find(({ name }) => name === 'r1')!
  const count = 20_000 * (pipeline === 1 ? 1 : 10)
  const printed = await cluster.exec('r2', [
    'redis-benchmark',
    ...['-h', address, '-t', 'get', '-c', '50', '-n', String(count)],
    ...['-P', String(pipeline), '--csv'],
  ])
  const rate = /^"GET","([\d.]+)"/m.exec(printed)?.[1]
  if (rate === undefined) throw new Error(`redis-benchmark says ${printed}`)
  return Number(rate)
}

/** Processor time of this process for each second that passes, in percent of a core. */
const busyPercent = async (): Promise<number> => {
  const before = process.cpuUsage()
  await setTimeout(WATCHED_MS)
  const { user, system: kernel } = process.cpuUsage(before)
  return ((user + kernel) / 1000 / WATCHED_MS) * 100
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
  const clocks = cluster.clocks!
  const rows = []
  for (const pipeline of [1, 16]) {
    const right: number[] = []
    const shifted: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      right.push(await throughput(cluster, pipeline))
      await clocks.set(['r1'], { kind: 'jump', ms: 3_600_000 })
      shifted.push(await throughput(cluster, pipeline))
      await clocks.clear('jump')
    }
    const ratios = shifted.map((rate, round) => rate / right[round]!)
    rows.push([pipeline, median(shifted), median(right), median(ratios)])
  }
  console.log(table(['pipelined', 'shifted GET/s', 'right GET/s', 'ratio'], rows))
  const idle = await busyPercent()
  await clocks.set(
    cluster.nodes.map(({ name }) => name),
    { kind: 'jump', ms: 3_600_000 },
  )
  const watching = await busyPercent()
  console.log(
    `watching ${cluster.nodes.length} nodes takes ${(watching - idle).toFixed(1)} % of a core`,
  )
} finally {
  await cluster.down()
}
