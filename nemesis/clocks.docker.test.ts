/**
 * What the faults of clocks do to real systems, in C, Go and on the Java virtual machine, and that their
 * healing undoes it: seen with the systems' own words for the time, without the harness' evidence.
 */
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import type { Cluster, Evidence, Fault, Json, System } from '../harness/api.ts'
import type { RunningCluster } from '../harness/cluster/cluster.ts'
import { dockerCluster } from '../harness/cluster/docker/docker.ts'
import etcd from '../systems/etcd/index.ts'
import redisSentinel from '../systems/redis-sentinel/index.ts'
import zookeeper from '../systems/zookeeper/index.ts'
import clockDrift from './clock-drift.ts'
import clockJump from './clock-jump.ts'
import clockStrobe from './clock-strobe.ts'

const never = new AbortController().signal
const HOUR_MS = 3_600_000
/** What the issue asks for; on a busy machine the question itself may take longer, which counts as doubt. */
const WITHIN_MS = 5

const withSystem = async (
  systemName: string,
  system: System,
  nodes: number,
  use: (cluster: RunningCluster) => Promise<void>,
): Promise<void> => {
  const options = Object.fromEntries(
    Object.entries(system.options).map(([name, option]) => [name, option.default]),
  )
  const cluster = await dockerCluster.up({
    runId: `clocks-${systemName}-${process.pid}`,
    systemName,
    system,
    nodes,
    options,
    needs: { 'clock-jump': clockJump.needs },
    progress: () => {},
    signal: never,
  })
  try {
    await cluster.awaitReady(60_000, never)
    await use(cluster)
  } finally {
    await cluster.down()
  }
}

/** Asks until it is so, as the harness does. */
const convinced = async (ask: () => Promise<Evidence>): Promise<Evidence> => {
  const deadline = performance.now() + 5000
  for (;;) {
    const evidence = await ask()
    if (evidence.held || performance.now() > deadline) return evidence
    await wait(50)
  }
}

const episode = async <P extends Json, D extends Json>(
  name: string,
  fault: Fault<P, D>,
  { cluster, plan }: { cluster: Cluster; plan: P },
  during: (targets: readonly string[]) => Promise<void>,
): Promise<void> => {
  const begun = performance.now()
  const injection = await fault.inject(cluster, plan)
  const installed = performance.now()
  const evidence = await convinced(() => fault.observe(cluster, injection))
  console.log(`  ${name} (${(installed - begun).toFixed(1)} ms): ${evidence.summary}`)
  expect(evidence).toMatchObject({ held: true })
  await during(injection.targets)
  await fault.heal(cluster)
  const healed = await convinced(() => fault.healed(cluster, injection))
  console.log(`  ${name}, healed: ${healed.summary}`)
  expect(healed).toMatchObject({ held: true })
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/** How far a Redis server says that it is ahead: the answer that took the shortest time of several. */
const redisAheadMs = async (cluster: Cluster, name: string): Promise<number> => {
  const { address } = cluster.nodes.find((node) => node.name === name)!
  const redis = new Redis({ host: address, port: 6379, lazyConnect: true, retryStrategy: null })
  await redis.connect()
  const answers: { took: number; ahead: number }[] = []
  for (let n = 0; n < 10; n++) {
    const before = performance.timeOrigin + performance.now()
    const [s, us] = await redis.time()
    const after = performance.timeOrigin + performance.now()
    const ahead = Number(s) * 1000 + Number(us) / 1000 - (before + after) / 2
    answers.push({ took: after - before, ahead })
  }
  redis.disconnect()
  return answers.toSorted((a, b) => a.took - b.took)[0]!.ahead
}

/** How far the system says that a node is ahead, as its own interface tells it, asked to within some ms. */
const aheadMs = async (cluster: Cluster, name: string): Promise<number> => {
  let [from, to] = [-Infinity, Infinity]
  for (const deadline = performance.now() + 10_000; performance.now() < deadline; ) {
    const said = await cluster.clocks!.ask(name)
    if (said === undefined) continue
    from = Math.max(from, said.offsetMs - said.withinMs)
    to = Math.min(to, said.offsetMs + said.withinMs)
    if (to - from < WITHIN_MS) break
  }
  // On a busy machine the questions themselves take long.
  expect(to - from).toBeLessThan(20)
  return (from + to) / 2
}

describe('clocks', () => {
  it('of Redis jump, drift and strobe, by TIME; keys expire by the jump', () =>
    withSystem('redis-sentinel', redisSentinel, 3, async (cluster) => {
      const zero = await redisAheadMs(cluster, 'r1')
      expect(Math.abs(zero)).toBeLessThan(WITHIN_MS)
      await episode(
        'clock-jump',
        clockJump,
        { cluster, plan: { targets: ['r2', 's1'], ms: HOUR_MS } },
        async () => {
          expect(Math.abs((await redisAheadMs(cluster, 'r2')) - HOUR_MS)).toBeLessThan(WITHIN_MS)
          expect(Math.abs(await redisAheadMs(cluster, 'r1'))).toBeLessThan(WITHIN_MS)
          await cluster.processes!.kill(['r2'])
          await cluster.processes!.start(['r2'])
          await wait(300)
          expect(Math.abs((await redisAheadMs(cluster, 'r2')) - HOUR_MS)).toBeLessThan(WITHIN_MS)
        },
      )
      expect(Math.abs(await redisAheadMs(cluster, 'r2'))).toBeLessThan(WITHIN_MS)

      await episode(
        'clock-drift',
        clockDrift,
        { cluster, plan: { targets: ['r1'], ppm: -200_000 } },
        async () => {
          const early = [performance.now(), await redisAheadMs(cluster, 'r1')] as const
          await wait(500)
          const late = [performance.now(), await redisAheadMs(cluster, 'r1')] as const
          const rate = (late[1] - early[1]) / (late[0] - early[0])
          expect(rate).toBeGreaterThan(-0.22)
          expect(rate).toBeLessThan(-0.18)
        },
      )
      await episode(
        'clock-strobe',
        clockStrobe,
        { cluster, plan: { targets: ['r1'], ms: 5000, periodMs: 100 } },
        async () => {
          const seen = new Set<number>()
          for (let n = 0; n < 60; n++)
            seen.add(Math.round((await redisAheadMs(cluster, 'r1')) / 1000))
          expect(seen).toContain(0)
          expect(seen).toContain(5)
        },
      )
      expect(Math.abs(await redisAheadMs(cluster, 'r1'))).toBeLessThan(WITHIN_MS)

      const { address } = cluster.nodes.find(({ name }) => name === 'r1')!
      const redis = new Redis({ host: address, port: 6379 })
      await redis.set('lease', 'mine', 'PX', 60_000)
      await episode(
        'clock-jump',
        clockJump,
        { cluster, plan: { targets: ['r1'], ms: 60_000 } },
        async () => {
          expect(await redis.get('lease')).toBeNull()
        },
      )
      redis.disconnect()
    }))

  it('of etcd jump, by the dates of its answers; five of them within the limits of the issue', () =>
    withSystem('etcd', etcd, 5, async (cluster) => {
      await episode(
        'clock-jump',
        clockJump,
        { cluster, plan: { targets: ['n1'], ms: -HOUR_MS } },
        async () => {
          expect(Math.abs((await aheadMs(cluster, 'n1')) + HOUR_MS)).toBeLessThan(WITHIN_MS)
          await cluster.processes!.kill(['n1'])
          await cluster.processes!.start(['n1'])
          await cluster.awaitReady(30_000, never)
          expect(Math.abs((await aheadMs(cluster, 'n1')) + HOUR_MS)).toBeLessThan(WITHIN_MS)
        },
      )
      expect(Math.abs(await aheadMs(cluster, 'n1'))).toBeLessThan(WITHIN_MS)

      const all = cluster.nodes.map(({ name }) => name)
      const clocks = cluster.clocks!
      const [asked, first, changed, cleared] = [[], [], [], []] as [
        number[],
        number[],
        number[],
        number[],
      ]
      const timed = async (into: number[], work: () => Promise<unknown>): Promise<void> => {
        const begun = performance.now()
        await work()
        into.push(performance.now() - begun)
      }
      for (let n = 0; n < 20; n++) {
        await timed(asked, () => clocks.read(all))
        await timed(first, () => clocks.set(all, { kind: 'jump', ms: 1000 }))
        await timed(changed, () => clocks.set(all, { kind: 'jump', ms: 2000 + n }))
        await timed(cleared, () => clocks.clear('jump'))
      }
      console.log(
        `  5 nodes, median of 20: installed ${median(first).toFixed(1)} ms, ` +
          `changed ${median(changed).toFixed(1)} ms, removed ${median(cleared).toFixed(1)} ms; ` +
          `a mere question takes ${median(asked).toFixed(1)} ms`,
      )
      // A machine on which a mere question takes 5 ms is too busy for what the issue asks: 150 and 20 ms.
      const busy = Math.max(1, median(asked) / 5)
      expect(median(first)).toBeLessThan(150 * busy)
      expect(median(changed)).toBeLessThan(20 * busy)
    }))

  it('of ZooKeeper jump, by the stamps of its leader', () =>
    withSystem('zookeeper', zookeeper, 3, async (cluster) => {
      const all = cluster.nodes.map(({ name }) => name)
      const leads = async () => (await cluster.primaries())[0]!
      const plan = { targets: 'all', ms: 2 * HOUR_MS }
      await episode('clock-jump', clockJump, { cluster, plan }, async () => {
        expect(Math.abs((await aheadMs(cluster, await leads())) - plan.ms)).toBeLessThan(WITHIN_MS)
        await cluster.processes!.kill(all)
        await cluster.processes!.start(all)
        await cluster.awaitReady(60_000, never)
        expect(Math.abs((await aheadMs(cluster, await leads())) - plan.ms)).toBeLessThan(WITHIN_MS)
      })
      expect(Math.abs(await aheadMs(cluster, await leads()))).toBeLessThan(WITHIN_MS)
    }))
})
