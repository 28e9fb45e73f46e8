/** What is particular to NATS: its two kinds of reads, long sets, and a compare-and-set that lets two win. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client, ClusterNode } from '../../harness/api.ts'
import type { RunningCluster } from '../../harness/cluster/cluster.ts'
import { dockerCluster } from '../../harness/cluster/docker/docker.ts'
import type { RegisterCall } from '../../workloads/register.ts'
import { openRegister, openSet } from './clients.ts'
import system from './index.ts'

const never = new AbortController().signal
const soon = (): AbortSignal => AbortSignal.timeout(3000)

/** A server drops what it cannot pass on yet, an answer too, when a client has just come: it asks again. */
const answered = async <T>(ask: () => Promise<T>): Promise<T> => {
  for (let left = 5; ; left--)
    try {
      return await ask()
    } catch (error) {
      if (left === 0) throw error
    }
}

describe('a cluster of NATS servers', () => {
  let cluster: RunningCluster
  const open = (node: ClusterNode, reads = 'leader'): Promise<Client<RegisterCall>> =>
    openRegister({ cluster, node, options: { reads } })

  beforeAll(async () => {
    cluster = await dockerCluster.up({
      runId: `nats-${process.pid}`,
      systemName: 'nats',
      system,
      // The stream is on three of the five: clients of the others are passed on.
      nodes: 5,
      options: { reads: 'leader' },
      progress: () => {},
      signal: never,
    })
    await cluster.awaitReady(60_000, never)
  })
  afterAll(() => cluster?.down())

  it('is of the version that the catalog names', async () => {
    expect(await cluster.exec('n1', ['nats-server', '--version'])).toContain(`v${system.version}`)
  })

  it('tells every node what a register holds, at once through its leader, soon from any replica', async () => {
    const writer = await open(cluster.nodes[0]!)
    await answered(() => writer.invoke({ f: 'write', key: 'reads', value: 1 }, soon()))
    for (const node of cluster.nodes) {
      const [leader, direct] = await Promise.all([open(node), open(node, 'direct')])
      const read: RegisterCall = { f: 'read', key: 'reads', value: null }
      expect(await answered(() => leader.invoke(read, soon()))).toBe(1)
      await expect.poll(() => direct.invoke(read, soon()), { timeout: 20_000 }).toBe(1)
      const unwritten: RegisterCall = { ...read, key: 'never-written' }
      expect(await answered(() => direct.invoke(unwritten, soon()))).toBeNull()
      await Promise.all([leader.close(), direct.close()])
    }
    await writer.close()
  })

  it('reads a long set as a whole', async () => {
    const clients = await Promise.all(
      cluster.nodes.map((node) => openSet({ cluster, node, options: {} })),
    )
    const elements = Array.from({ length: 2000 }, (_, element) => element)
    await Promise.all(
      clients.map(async (client, n) => {
        await answered(() => client.invoke({ f: 'read', value: null }, soon()))
        for (const value of elements.filter((element) => element % clients.length === n))
          await client.invoke({ f: 'add', value }, soon())
      }),
    )
    for (const client of clients) {
      // A consumer may be made at a replica that is a moment behind.
      const read = async (): Promise<number[]> => {
        const all = await client.invoke({ f: 'read', value: null }, soon())
        return (all as number[]).toSorted((a, b) => a - b)
      }
      await expect.poll(read, { timeout: 20_000 }).toEqual(elements)
      await client.close()
    }
  })

  // github.com/nats-io/nats-server/issues/4320, mended in 2.9.21: the leader compares before it proposes.
  it('lets several concurrent compare-and-sets win, as this version is known to', async () => {
    const clients = await Promise.all(cluster.nodes.map((node) => open(node)))
    let broken = 0
    for (let round = 0; round < 100; round++) {
      await answered(() => clients[0]!.invoke({ f: 'write', key: round, value: 0 }, soon()))
      const outcomes = await Promise.allSettled(
        clients.map((client, n) =>
          client.invoke({ f: 'cas', key: round, value: [0, n + 1] }, soon()),
        ),
      )
      const won = outcomes.filter(({ status }) => status === 'fulfilled')
      expect(won.length).toBeGreaterThan(0)
      if (won.length > 1) broken++
    }
    expect(broken).toBeGreaterThan(0)
    await Promise.all(clients.map((client) => client.close()))
  })
})
