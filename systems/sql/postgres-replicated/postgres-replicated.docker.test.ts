/** What is particular to a replicated PostgreSQL: commits that wait for a standby, and are cancelled while they do. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, DefiniteError, type OptionValues } from '../../../harness/api.ts'
import type { RunningCluster } from '../../../harness/cluster/cluster.ts'
import { dockerCluster } from '../../../harness/cluster/docker/docker.ts'
import type { SetCall } from '../../../workloads/set.ts'
import system from './index.ts'

const never = new AbortController().signal

describe('a primary of PostgreSQL that is cut off from its standbys', () => {
  let cluster: RunningCluster
  const options: OptionValues = {
    ...Object.fromEntries(
      Object.entries(system.options).map(([name, { default: value }]) => [name, value]),
    ),
    replication: 'synchronous',
    cancelAfterMs: '200',
  }
  const open = (name: string, warnings: string): Promise<Client<SetCall>> =>
    system.clients.set({
      cluster,
      node: cluster.nodes.find((node) => node.name === name)!,
      options: { ...options, warnings },
    })

  beforeAll(async () => {
    cluster = await dockerCluster.up({
      runId: `postgres-replicated-${process.pid}`,
      systemName: 'postgres-replicated',
      system,
      nodes: 3,
      options,
      progress: () => {},
      signal: never,
    })
    await cluster.awaitReady(60_000, never)
  })
  afterAll(() => cluster?.down())

  it('commits what it cannot replicate when the wait is cancelled, and warns; others see it', async () => {
    const [primary] = await cluster.primaries()
    const heeding = await open(primary!, 'heeded')
    const ignoring = await open(primary!, 'ignored')
    expect(await heeding.invoke({ f: 'add', value: 1 }, never)).toBe(1)

    const rest = cluster.nodes.map(({ name }) => name).filter((name) => name !== primary)
    const cut = Object.fromEntries(rest.map((name) => [name, [primary!]]))
    await cluster.network!.setGrudge({ ...cut, [primary!]: rest })

    const doubt = await heeding
      .invoke({ f: 'add', value: 2 }, never)
      .catch((error: unknown) => error)
    expect(String(doubt)).toContain('might not have been replicated')
    expect(doubt).not.toBeInstanceOf(DefiniteError)
    expect(await ignoring.invoke({ f: 'add', value: 3 }, never)).toBe(3)
    expect(await ignoring.invoke({ f: 'read', value: null }, never)).toEqual(
      expect.arrayContaining([1, 2, 3]),
    )

    await Promise.all([heeding, ignoring].map((client) => client.close()))
  })
})
