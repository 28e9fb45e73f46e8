/** The known answer of Redis with Sentinel: a primary that is cut off acknowledges what is then lost. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, DefiniteError, type OptionValues } from '../../harness/api.ts'
import type { RunningCluster } from '../../harness/cluster/cluster.ts'
import { dockerCluster } from '../../harness/cluster/docker/docker.ts'
import type { SetCall } from '../../workloads/set.ts'
import { openSet } from './clients.ts'
import system from './index.ts'

const never = new AbortController().signal

describe('a primary of Redis that is cut off', () => {
  let cluster: RunningCluster
  const defaults: OptionValues = Object.fromEntries(
    Object.entries(system.options).map(([name, option]) => [name, option.default]),
  )
  const open = (name: string, options: OptionValues = {}): Promise<Client<SetCall>> =>
    openSet({
      cluster,
      node: cluster.nodes.find((node) => node.name === name)!,
      options: { ...defaults, ...options },
    })

  beforeAll(async () => {
    cluster = await dockerCluster.up({
      runId: `redis-loss-${process.pid}`,
      systemName: 'redis-sentinel',
      system,
      nodes: 3,
      options: defaults,
      progress: () => {},
      signal: never,
    })
    await cluster.awaitReady(60_000, never)
  })
  afterAll(() => cluster?.down())

  it('acknowledges writes that the fail-over loses; those that WAIT for a replica it leaves open', async () => {
    const [primary] = await cluster.primaries()
    const plain = await open(primary!)
    const careful = await open(primary!, { wait: '1' })
    // A replica that has just synchronised rewrites its log, and on a busy disk that takes its time.
    const replicated = (): Promise<unknown> =>
      careful.invoke({ f: 'add', value: 1 }, never).catch((error: unknown) => error)
    await expect.poll(replicated, { timeout: 10_000 }).toBe(1)

    const rest = cluster.nodes.map(({ name }) => name).filter((name) => name !== primary)
    const cut = Object.fromEntries(rest.map((name) => [name, [primary!]]))
    await cluster.network!.setGrudge({ ...cut, [primary!]: rest })

    expect(await plain.invoke({ f: 'add', value: 2 }, never)).toBe(2)
    const unsure = await careful.invoke({ f: 'add', value: 3 }, never).catch((error) => error)
    expect(unsure).toBeInstanceOf(Error)
    expect(unsure).not.toBeInstanceOf(DefiniteError)

    await expect.poll(() => cluster.primaries(), { timeout: 30_000 }).toHaveLength(2)
    await cluster.network!.clear()
    await cluster.awaitReady(60_000, never)
    expect(await cluster.primaries()).not.toContain(primary)

    const after = await open(primary!)
    const kept = await after.invoke({ f: 'read', value: null }, never)
    expect(kept).toContain(1)
    expect(kept).not.toContain(2)
    await Promise.all([plain, careful, after].map((client) => client.close()))
  })
})
