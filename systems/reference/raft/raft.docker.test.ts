/** Raft of our own as processes in containers: what it must keep when it is killed and cut. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client, ClusterNode } from '../../../harness/api.ts'
import type { RunningCluster } from '../../../harness/cluster/cluster.ts'
import { dockerCluster } from '../../../harness/cluster/docker/docker.ts'
import type { RegisterCall } from '../../../workloads/register.ts'
import system from './index.ts'

const never = new AbortController().signal
const READY_MS = 60_000
const read: RegisterCall = { f: 'read', key: 1, value: null }

describe('raft on three nodes', () => {
  let cluster: RunningCluster
  let client: Client<RegisterCall>
  const options = { bug: 'none', snapshotAfter: '10', electionMs: '500' }
  const opened = (node: ClusterNode): Promise<Client<RegisterCall>> =>
    system.clients.register({ cluster, node, options })

  beforeAll(async () => {
    cluster = await dockerCluster.up({
      runId: `raft-${process.pid}`,
      systemName: 'raft',
      system,
      nodes: 3,
      options,
      needs: { 'lose-unsynced': ['volume'] },
      progress: () => {},
      signal: never,
    })
    await cluster.awaitReady(READY_MS, never)
    client = await opened(cluster.nodes[0]!)
  })
  afterAll(async () => {
    await client?.close()
    await cluster?.down()
  })

  it('keeps its writes when all are killed, and when all lose power', async () => {
    const names = cluster.nodes.map(({ name }) => name)
    const losses = [async () => [], () => cluster.disks!.loseUnsynced(names)]
    for (const [nth, lose] of losses.entries()) {
      // More than a snapshot holds, so that there is one and entries behind it.
      for (let n = 1; n <= 25; n++)
        await client.invoke({ f: 'write', key: 1, value: 100 * nth + n }, never)
      await cluster.processes!.kill(names)
      await lose()
      await cluster.processes!.start(names)
      await cluster.awaitReady(READY_MS, never)
      expect(await client.invoke(read, never)).toBe(100 * nth + 25)
    }
  })

  it('is led by another when its leader is cut off, which follows when it is back', async () => {
    const [leader] = (await cluster.primaries()) as [string]
    const rest = cluster.nodes.map(({ name }) => name).filter((name) => name !== leader)
    const cut = Object.fromEntries(rest.map((name) => [name, [leader]]))
    await cluster.network!.setGrudge({ ...cut, [leader]: rest })
    const others = async () => (await cluster.primaries()).filter((name) => name !== leader)
    await expect.poll(others, { timeout: 10_000, interval: 50 }).toHaveLength(1)
    await client.invoke({ f: 'write', key: 1, value: 7 }, never)

    await cluster.network!.clear()
    await cluster.awaitReady(READY_MS, never)
    const back = await opened(cluster.nodes.find(({ name }) => name === leader)!)
    expect(await back.invoke(read, never)).toBe(7)
    await back.close()
  })
})
