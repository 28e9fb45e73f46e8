/** What sets etcd's two kinds of reads apart, shown by one isolated leader. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client, ClusterNode } from '../../harness/api.ts'
import type { RunningCluster } from '../../harness/cluster/cluster.ts'
import { dockerCluster } from '../../harness/cluster/docker/docker.ts'
import type { RegisterCall } from '../../workloads/register.ts'
import { openRegister } from './clients.ts'
import system from './index.ts'

const never = new AbortController().signal
const read: RegisterCall = { f: 'read', key: 1, value: null }

describe('an isolated leader of etcd', () => {
  let cluster: RunningCluster
  let leader: ClusterNode
  let other: ClusterNode
  const open = (node: ClusterNode, reads: string): Promise<Client<RegisterCall>> =>
    openRegister({ cluster, node, options: { reads } })

  beforeAll(async () => {
    cluster = await dockerCluster.up({
      runId: `etcd-reads-${process.pid}`,
      systemName: 'etcd',
      system,
      nodes: 3,
      options: { reads: 'linearizable' },
      progress: () => {},
      signal: never,
    })
    await cluster.awaitReady(60_000, never)
    const [name] = await cluster.primaries()
    leader = cluster.nodes.find((node) => node.name === name)!
    other = cluster.nodes.find((node) => node.name !== name)!
  })
  afterAll(() => cluster?.down())

  it('answers serializable reads with what is no longer true, and linearizable ones not at all', async () => {
    const strict = await open(leader, 'linearizable')
    const relaxed = await open(leader, 'serializable')
    const elsewhere = await open(other, 'linearizable')
    await strict.invoke({ f: 'write', key: 1, value: 1 }, never)

    const rest = cluster.nodes.filter((node) => node !== leader).map(({ name }) => name)
    const cut = Object.fromEntries(rest.map((name) => [name, [leader.name]]))
    await cluster.network!.setGrudge({ ...cut, [leader.name]: rest })
    await expect.poll(() => cluster.primaries(), { timeout: 30_000 }).not.toEqual([leader.name])
    await expect.poll(() => cluster.primaries(), { timeout: 30_000 }).not.toContain(leader.name)
    await elsewhere.invoke({ f: 'write', key: 1, value: 2 }, never)

    expect(await relaxed.invoke(read, never)).toBe(1)
    await expect(strict.invoke(read, AbortSignal.timeout(1000))).rejects.toThrow()

    await cluster.network!.clear()
    await cluster.awaitReady(60_000, never)
    const healed = await open(leader, 'linearizable')
    expect(await healed.invoke(read, never)).toBe(2)
    await Promise.all([strict, relaxed, elsewhere, healed].map((client) => client.close()))
  })
})
