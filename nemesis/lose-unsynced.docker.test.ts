/**
 * The known answers of a power failure of all nodes at once: who acknowledges before it has synced loses
 * what it acknowledged, who syncs first loses nothing.
 */
import { describe, expect, it } from 'vitest'
import type { OptionValues, System } from '../harness/api.ts'
import type { RunningCluster } from '../harness/cluster/cluster.ts'
import { withCluster } from '../harness/cluster/docker/fixture.ts'
import nats from '../systems/nats/index.ts'
import postgres from '../systems/sql/postgres/index.ts'
import loseUnsynced from './lose-unsynced.ts'

const ADDS = 200
const signal = () => AbortSignal.timeout(10_000)

const open = (system: System, cluster: RunningCluster, options: OptionValues) =>
  system.clients.set!({ cluster, node: cluster.nodes.find(({ serves }) => serves)!, options })

/** How many of the acknowledged adds are still there after all nodes have lost their power. */
const survive = async (
  systemName: string,
  system: System,
  options: OptionValues,
): Promise<{ acknowledged: number; kept: number }> => {
  const needs = { 'lose-unsynced': loseUnsynced.needs }
  const nodes = system.sizes.default
  const counts = { acknowledged: 0, kept: 0 }
  await withCluster({ systemName, system, options, nodes, needs }, async (cluster) => {
    await cluster.awaitReady(30_000, signal())
    const added: unknown[] = []
    const writer = await open(system, cluster, options)
    for (let value = 0; value < ADDS; value++)
      added.push(await writer.invoke({ f: 'add', value }, signal()))

    const injection = await loseUnsynced.inject(cluster, { targets: 'all' })
    const evidence = await loseUnsynced.observe(cluster, injection)
    expect(evidence, evidence.summary).toMatchObject({ held: true })
    await loseUnsynced.heal(cluster)
    await writer.close()
    await cluster.awaitReady(30_000, AbortSignal.timeout(40_000))

    const reader = await open(system, cluster, options)
    const found = (await reader.invoke({ f: 'read', value: null }, signal())) as unknown[]
    await reader.close()
    counts.acknowledged = added.length
    counts.kept = added.filter((value) => found.includes(value)).length
    process.stdout.write(
      `  ${systemName} ${JSON.stringify(options)}: ${counts.kept} of ${ADDS} acknowledged adds kept; ${evidence.summary}\n`,
    )
  })
  return counts
}

const defaults = (system: System): OptionValues =>
  Object.fromEntries(Object.entries(system.options).map(([name, option]) => [name, option.default]))

describe('after a power failure of all nodes', () => {
  it('PostgreSQL with fsync=off has lost acknowledged rows', async () => {
    const { acknowledged, kept } = await survive('postgres', postgres, { fsync: 'off' })
    expect(kept).toBeLessThan(acknowledged)
  })

  it('PostgreSQL with fsync=on has all of them', async () => {
    const { acknowledged, kept } = await survive('postgres', postgres, { fsync: 'on' })
    expect(kept).toBe(acknowledged)
  })

  it('NATS JetStream with three replicas has lost acknowledged messages', async () => {
    const { acknowledged, kept } = await survive('nats', nats, defaults(nats))
    expect(kept).toBeLessThan(acknowledged)
  })
})
