/**
 * What is particular to ZooKeeper: its two kinds of reads, set apart by an isolated follower, its races, and
 * that it syncs what it acknowledges.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, type ClusterNode, DefiniteError } from '../../harness/api.ts'
import type { RunningCluster } from '../../harness/cluster/cluster.ts'
import { dockerCluster } from '../../harness/cluster/docker/docker.ts'
import type { RegisterCall } from '../../workloads/register.ts'
import { openRegister } from './clients.ts'
import system from './index.ts'

const never = new AbortController().signal

describe('an ensemble of ZooKeeper', () => {
  let cluster: RunningCluster
  const open = (node: ClusterNode, reads = 'sync'): Promise<Client<RegisterCall>> =>
    openRegister({ cluster, node, options: { reads } })

  beforeAll(async () => {
    cluster = await dockerCluster.up({
      runId: `zookeeper-${process.pid}`,
      systemName: 'zookeeper',
      system,
      nodes: 3,
      // A follower that is cut off goes on answering for five ticks: ten seconds to look at it.
      options: { reads: 'sync', tickTimeMs: '2000' },
      needs: { 'lose-unsynced': ['processes', 'volume'] },
      progress: () => {},
      signal: never,
    })
    await cluster.awaitReady(60_000, never)
  })
  afterAll(() => cluster?.down())

  it('lets all of many writers of a new register through, and one of many compare-and-sets', async () => {
    const nodes = [...cluster.nodes, ...cluster.nodes]
    const clients = await Promise.all(nodes.map((node) => open(node)))
    for (let round = 0; round < 10; round++) {
      const key = `new-${round}`
      const write: RegisterCall = { f: 'write', key, value: 0 }
      await Promise.all(clients.map((client) => client.invoke(write, never)))
      const outcomes = await Promise.allSettled(
        clients.map((client, n) => client.invoke({ f: 'cas', key, value: [0, n + 1] }, never)),
      )
      const won = outcomes.flatMap(({ status }, n) => (status === 'fulfilled' ? [n + 1] : []))
      expect(won).toHaveLength(1)
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(DefiniteError)
      for (const client of clients)
        expect(await client.invoke({ f: 'read', key, value: null }, never)).toBe(won[0])
    }
    await Promise.all(clients.map((client) => client.close()))
  })

  it('answers plain reads with what is no longer true, and those after a sync not at all', async () => {
    const [leader] = await cluster.primaries()
    const follower = cluster.nodes.find(({ name }) => name !== leader)!
    const elsewhere = await open(cluster.nodes.find(({ name }) => name === leader)!)
    const plain = await open(follower, 'plain')
    const synced = await open(follower)
    const read: RegisterCall = { f: 'read', key: 'stale', value: null }
    await synced.invoke({ f: 'write', key: 'stale', value: 1 }, never)

    const rest = cluster.nodes.filter((node) => node !== follower).map(({ name }) => name)
    const cut = Object.fromEntries(rest.map((name) => [name, [follower.name]]))
    await cluster.network!.setGrudge({ ...cut, [follower.name]: rest })
    await elsewhere.invoke({ f: 'write', key: 'stale', value: 2 }, never)

    expect(await plain.invoke(read, never)).toBe(1)
    await expect(synced.invoke(read, AbortSignal.timeout(1000))).rejects.toThrow()

    await cluster.network!.clear()
    await cluster.awaitReady(60_000, never)
    const healed = await open(follower)
    expect(await healed.invoke(read, never)).toBe(2)
    await Promise.all([elsewhere, plain, synced, healed].map((client) => client.close()))
  })

  it('starts again and has lost nothing when all servers lost power right after their start', async () => {
    const names = cluster.nodes.map(({ name }) => name)
    const writer = await open(cluster.nodes[0]!)
    let last = 0
    const writing = (async () => {
      for (;;) {
        await writer.invoke({ f: 'write', key: 'power', value: last + 1 }, never)
        last++
      }
    })().catch(() => {})
    await expect.poll(() => last, { timeout: 20_000 }).toBeGreaterThan(20)
    await cluster.processes!.kill(names)
    await writing
    const losses = await cluster.disks!.loseUnsynced(names)
    expect(losses.map(({ lostUnsynced }) => lostUnsynced)).toEqual([true, true, true])
    await cluster.processes!.start(names)
    await cluster.awaitReady(60_000, never)

    const reader = await open(cluster.nodes[1]!)
    const kept = await reader.invoke({ f: 'read', key: 'power', value: null }, never)
    // The one that was under way may have been written, too.
    expect([last, last + 1]).toContain(kept)
    await Promise.all([writer, reader].map((client) => client.close()))
  })
})
