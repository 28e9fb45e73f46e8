/**
 * What each fault of processes, resources and membership does to a real etcd, and that its healing undoes
 * it: one cluster of three members and a spare node for all of them.
 */
import { Agent, get } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Fault, Json } from '../harness/api.ts'
import type { RunningCluster } from '../harness/cluster/cluster.ts'
import { dockerCluster } from '../harness/cluster/docker/docker.ts'
import etcd from '../systems/etcd/index.ts'
import cpu from './cpu.ts'
import crashLoop from './crash-loop.ts'
import fds from './fds.ts'
import grow from './grow.ts'
import kill from './kill.ts'
import memory from './memory.ts'
import pause from './pause.ts'
import replace from './replace.ts'
import restart from './restart.ts'
import shrink from './shrink.ts'
import stop from './stop.ts'
import wipe from './wipe.ts'

const never = new AbortController().signal
let cluster: RunningCluster
beforeAll(async () => {
  cluster = await dockerCluster.up({
    runId: `proc-faults-${process.pid}`,
    systemName: 'etcd',
    system: etcd,
    nodes: 3,
    options: { reads: 'linearizable', set: 'keys' },
    needs: { grow: ['membership', 'spare'], cpu: ['cpu'], memory: ['memory'], fds: ['fds'] },
    progress: () => {},
    signal: never,
  })
  await cluster.awaitReady(60_000, never)
})
afterAll(() => cluster?.down())

const addressOf = (name: string) => cluster.nodes.find((node) => node.name === name)!.address
const b64 = (text: string) => Buffer.from(text).toString('base64')

/** Whether a member answers a linearizable write, on a new connection, in this time. */
const writes = async (name: string, withinMs = 1000): Promise<boolean> => {
  const url = `http://${addressOf(name)}:2379/v3/kv/put`
  const body = JSON.stringify({ key: b64('k'), value: b64('v') })
  const headers = { connection: 'close' }
  const request = fetch(url, {
    method: 'POST',
    body,
    headers,
    signal: AbortSignal.timeout(withinMs),
  })
  return request.then(
    (answer) => answer.ok,
    () => false,
  )
}

/** How many of so many connections that are kept open at the same time get an answer. */
const connections = async (name: string, count: number): Promise<number> => {
  const agents = Array.from({ length: count }, () => new Agent({ keepAlive: true }))
  const answers = agents.map(
    (agent) =>
      new Promise<boolean>((resolve) => {
        const options = {
          agent,
          host: addressOf(name),
          port: 2379,
          path: '/version',
          timeout: 1000,
        }
        const request = get(options, (answer) => answer.resume().on('end', () => resolve(true)))
        request.on('timeout', () => request.destroy()).on('error', () => resolve(false))
      }),
  )
  const answered = (await Promise.all(answers)).filter(Boolean).length
  for (const agent of agents) agent.destroy()
  return answered
}

/** Injects, waits for evidence, looks at the effect, heals, waits for evidence, and for the cluster. */
const episode = async <P extends Json, D extends Json>(
  name: string,
  fault: Fault<P, D>,
  plan: P,
  effect: (targets: readonly string[], done: D) => Promise<void>,
): Promise<void> => {
  expect(fault.schema.safeParse(plan).success).toBe(true)
  const begun = performance.now()
  // As the injector does: what an injection draws from is its own.
  const injection = await fault.inject({ ...cluster }, plan)
  const installed = performance.now()
  await expect.poll(() => fault.observe(cluster, injection), patience).toMatchObject({ held: true })
  const said = (await fault.observe(cluster, injection)).summary
  try {
    await effect(injection.targets, injection.done)
  } catch (error) {
    await fault.heal(cluster)
    throw error
  }
  const healing = performance.now()
  await fault.heal(cluster)
  const healed = performance.now()
  await expect.poll(() => fault.healed(cluster, injection), patience).toMatchObject({ held: true })
  await fault.heal(cluster)
  await cluster.awaitReady(20_000, never)
  const [install, heal] = [installed - begun, healed - healing].map(Math.round)
  const ready = Math.round(performance.now() - healing)
  process.stdout.write(`  ${name}: ${install} ms, healed ${heal} ms, serves ${ready} ms: ${said}\n`)
}
const patience = { timeout: 5_000, interval: 50 }

describe('processes of etcd', () => {
  it('stop by themselves when asked', () =>
    episode('stop', stop, { targets: ['n1'], graceMs: 10_000 }, async (_, done) => {
      expect(done.endings.map(({ by }) => by)).toEqual(['itself'])
      expect(await writes('n1', 300)).toBe(false)
      await expect.poll(() => writes('n2'), patience).toBe(true)
    }))

  it('are stopped one by one by their command line', () =>
    episode('SIGSTOP', pause, { targets: ['n1'], process: '^etcd --name=n1' }, async () => {
      expect(await writes('n1', 300)).toBe(false)
    }))

  it('are not stopped where none matches, and that is said', async () => {
    const plan = { targets: ['n1'], process: 'no such thing' }
    await expect(pause.inject(cluster, plan)).rejects.toThrow('no process of n1 matches')
  })

  it('restart one after the other while the system serves', () =>
    episode('restart', restart, { targets: 'all', order: 'rolling', by: 'stop' }, async (_, done) =>
      expect(done.served).toEqual([true, true, true]),
    ))

  it('crash again and again, until healed', () =>
    episode('crash-loop', crashLoop, { targets: ['n2'], periodMs: 300 }, async (_, done) => {
      const pids = new Set<number | null>(done.before)
      await expect
        .poll(async () => pids.add((await cluster.processes!.state('n2')).pid ?? null).size)
        .toBeGreaterThan(4)
      expect(await writes('n1')).toBe(true)
    }))

  it('come back without their data, as new members', async () => {
    const before = await cluster.membership!.view()
    await episode('wipe', wipe, { targets: ['n3'] }, async () => {
      expect(await writes('n1')).toBe(true)
      expect(await writes('n3', 300)).toBe(false)
    })
    const after = await cluster.membership!.view()
    expect(after.members).toEqual(before.members)
    expect(after.identities.n3).not.toBe(before.identities.n3)
    expect(after.identities.n1).toBe(before.identities.n1)
  })
})

describe('resources of etcd', () => {
  it('are short of processor time', () =>
    episode('cpu', cpu, { targets: ['n1', 'n2', 'n3'], share: 0.5 }, async (_, { limits }) => {
      const before = (await cluster.resources!.cpu('n1'))!
      expect(before.limitCores).toBeCloseTo(limits[0]!, 4)
      expect(before.limitCores).toBeLessThan(0.2)
      await Promise.all(Array.from({ length: 40 }, () => writes('n1')))
      expect((await cluster.resources!.cpu('n1'))!.throttled).toBeGreaterThan(before.throttled)
    }))

  it('have more processor time than they want, and that is no fault', async () => {
    const injection = await cpu.inject(cluster, { targets: ['n1'], cores: 2 })
    expect(await cpu.observe(cluster, injection)).toMatchObject({ held: false })
    await cpu.heal(cluster)
  })

  it('are short of memory: what the kernel kept of their files is dropped', async () => {
    const fill = 'dd if=/dev/zero of=/data/ballast bs=1M count=64 conv=fsync 2>/dev/null'
    await cluster.exec('n2', ['sh', '-c', fill])
    const { used, needed } = (await cluster.resources!.memory('n2'))!
    expect(used).toBeGreaterThan(needed + 50e6)
    const plan = { kind: 'pressure', targets: ['n2'], spareMb: 16 } as const
    await episode('memory pressure', memory, plan, async () => {
      expect((await cluster.resources!.memory('n2'))!.used).toBeLessThan(needed + 20e6)
      expect(await writes('n2')).toBe(true)
    })
    await cluster.exec('n2', ['rm', '/data/ballast'])
  })

  it('are out of memory: the kernel kills a member', () =>
    episode('memory oom', memory, { kind: 'oom', targets: ['n2'] }, async () => {
      expect((await cluster.processes!.state('n2')).state).toBe('gone')
      expect(await writes('n1')).toBe(true)
    }))

  it('are short of open files: no connection is taken any more', () =>
    episode('fds', fds, { targets: ['n1'], spare: 3 }, async () => {
      // Earlier connections that it has closed since have left some room.
      expect(await connections('n1', 200)).toBeLessThan(150)
      expect(await connections('n2', 200)).toBe(200)
    }))
})

describe('members of etcd', () => {
  it('are removed and added again', () =>
    episode('shrink', shrink, { targets: 'primary' }, async ([removed]) => {
      expect((await cluster.processes!.state(removed!)).state).toBe('gone')
      await kill.heal(cluster)
      expect((await cluster.processes!.state(removed!)).state).toBe('gone')
      const rest = cluster.nodes.map(({ name }) => name).filter((name) => name !== removed)
      expect((await cluster.membership!.view()).members).toEqual(rest)
      expect(await cluster.membership!.outside()).toEqual([removed, 'n4'])
      await expect.poll(() => writes(rest[0]!), patience).toBe(true)
      const more = shrink.inject(cluster, { targets: [rest[0]!] })
      await expect(more).rejects.toThrow(`without ${rest[0]} no majority`)
    }))

  it('are replaced by new ones', () =>
    episode('replace', replace, { targets: ['n2'] }, async () =>
      expect(await writes('n2')).toBe(true),
    ))

  it('become more', () =>
    episode('grow', grow, { count: 1 }, async (targets) => {
      expect(targets).toEqual(['n4'])
      const keys = await cluster.exec('n4', ['ls', '/data/etcd/member'])
      expect(keys).toContain('wal')
      await expect(grow.inject(cluster, { count: 1 })).rejects.toThrow('0 nodes are outside')
    }))
})
