/**
 * What each fault of the network does to a real etcd, and that its healing undoes it: one cluster of three
 * members for all of them.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Fault, Json } from '../harness/api.ts'
import type { RunningCluster } from '../harness/cluster/cluster.ts'
import { dockerCluster } from '../harness/cluster/docker/docker.ts'
import etcd from '../systems/etcd/index.ts'
import bandwidth from './bandwidth.ts'
import corrupt from './corrupt.ts'
import duplicate from './duplicate.ts'
import loss from './loss.ts'
import partition from './partition.ts'
import reorder from './reorder.ts'
import reset from './reset.ts'
import slow from './slow.ts'

const never = new AbortController().signal
const faults = { partition, slow, loss, duplicate, reorder, corrupt, bandwidth, reset }
let cluster: RunningCluster
beforeAll(async () => {
  cluster = await dockerCluster.up({
    runId: `link-faults-${process.pid}`,
    systemName: 'etcd',
    system: etcd,
    nodes: 3,
    options: { reads: 'linearizable', set: 'keys' },
    needs: Object.fromEntries(
      Object.entries(faults).map(([name, { needs }]) => [name, [...needs, 'hold' as const]]),
    ),
    progress: () => {},
    signal: never,
  })
  await cluster.awaitReady(60_000, never)
})
afterAll(() => cluster?.down())

const b64 = (text: string): string => Buffer.from(text).toString('base64')

/** How long a write takes at a member, ms; undefined when it is not done in this time. */
const writeMs = async (node: string, withinMs = 2000, bytes = 1): Promise<number | undefined> => {
  const { address } = cluster.nodes.find(({ name }) => name === node)!
  const start = performance.now()
  const request = fetch(`http://${address}:2379/v3/kv/put`, {
    method: 'POST',
    body: JSON.stringify({ key: b64('k'), value: b64('v'.repeat(bytes)) }),
    signal: AbortSignal.timeout(withinMs),
  })
  const isDone = await request.then(
    async (answer) => (await answer.text()) !== '' && answer.ok,
    () => false,
  )
  return isDone ? performance.now() - start : undefined
}

/** The times of writes one after another, sorted; one that is not done counts as `withinMs`. */
const writesMs = async (node: string, count: number, withinMs = 2000): Promise<number[]> => {
  const times: number[] = []
  for (let n = 0; n < count; n++) times.push((await writeMs(node, withinMs)) ?? withinMs)
  return times.toSorted((a, b) => a - b)
}

const leader = async (): Promise<string> => {
  let [found] = await cluster.primaries()
  await expect
    .poll(
      async () => {
        ;[found] = await cluster.primaries()
        return found
      },
      { timeout: 10_000 },
    )
    .toBeDefined()
  return found!
}

/** A counter of a member's kernel, from /proc/net/netstat. */
const kernelCounter = async (node: string, name: string): Promise<number> => {
  const lines = (await cluster.exec(node, ['cat', '/proc/net/netstat'])).split('\n')
  const at = lines.findIndex((line) => line.split(' ').includes(name))
  return Number(lines[at + 1]?.split(' ')[lines[at]!.split(' ').indexOf(name)])
}

/** Injects a fault, proves it, looks at what it does, heals it and proves that; whatever happened. */
const during = async <P extends Json, D extends Json>(
  fault: Fault<P, D>,
  plan: P,
  look: () => Promise<void>,
): Promise<void> => {
  const injection = await fault.inject(
    cluster,
    fault.schema.parse(JSON.parse(JSON.stringify(plan))),
  )
  const proven = async (ask: typeof fault.observe): Promise<string> => {
    const { held, summary } = await ask(cluster, injection)
    return held ? 'held' : summary
  }
  try {
    await expect.poll(() => proven(fault.observe), { timeout: 10_000 }).toBe('held')
    await look()
  } finally {
    await fault.heal(cluster)
  }
  await expect.poll(() => proven(fault.healed), { timeout: 10_000 }).toBe('held')
  await cluster.awaitReady(30_000, never)
}

describe('etcd', () => {
  it('is slow to agree over slow links, and fast again', async () => {
    const node = await leader()
    const before = (await writesMs(node, 5))[2]!
    const plan = { links: { of: [node] }, ms: 60, jitterMs: 6, distribution: 'normal' } as const
    await during(slow, plan, async () => {
      // There and back; a busy machine only adds to it.
      expect((await writesMs(node, 5))[2]).toBeGreaterThan(100)
    })
    expect((await writesMs(node, 5))[2]).toBeLessThan(before + 80)
  })

  it('is slow for its clients alone when only their links are', async () => {
    const node = await leader()
    const links = { of: [node], with: 'clients' } as const
    const plan = { links, ms: 60, jitterMs: 0, distribution: 'uniform' } as const
    await during(slow, plan, async () => {
      expect((await writesMs(node, 5))[2]).toBeGreaterThan(120)
      const other = cluster.nodes.find(({ name }) => name !== node)!.name
      expect((await writesMs(other, 5))[2]).toBeLessThan(110)
    })
  })

  it('waits for packets to be sent again over lossy links', async () => {
    const node = await leader()
    const sentAgain = () => kernelCounter(node, 'TCPLostRetransmit')
    const before = await sentAgain()
    await during(loss, { links: { of: [node], with: 'all' }, percent: 30 }, async () => {
      const times = await writesMs(node, 12)
      expect(times.at(-1)).toBeGreaterThan(150)
    })
    expect(await sentAgain()).toBeGreaterThan(before)
    expect((await writesMs(node, 5))[2]).toBeLessThan(150)
  })

  it('is unharmed by duplicates, which its kernel notices', async () => {
    const node = await leader()
    const before = await kernelCounter(node, 'TCPDSACKOldSent')
    await during(duplicate, { links: { of: [node] }, percent: 50 }, async () => {
      expect((await writesMs(node, 10))[5]).toBeLessThan(1000)
    })
    expect(await kernelCounter(node, 'TCPDSACKOldSent')).toBeGreaterThan(before)
  })

  it('gets its segments out of order over links that reorder', async () => {
    const node = await leader()
    const before = await kernelCounter(node, 'TCPOFOQueue')
    await during(
      reorder,
      { links: { of: [node], with: 'all' }, percent: 30, gapMs: 20 },
      async () => {
        await writesMs(node, 20)
      },
    )
    expect(await kernelCounter(node, 'TCPOFOQueue')).toBeGreaterThan(before)
  })

  it('waits for damaged packets to be sent again', async () => {
    const node = await leader()
    await during(corrupt, { links: { of: [node], with: 'all' }, percent: 20 }, async () => {
      expect((await writesMs(node, 12)).at(-1)).toBeGreaterThan(150)
    })
    expect((await writesMs(node, 5))[2]).toBeLessThan(150)
  })

  it('takes seconds for a large value over narrow links', async () => {
    const node = await leader()
    const large = 100_000
    await during(bandwidth, { links: { of: [node], way: 'out' }, kbitS: 512 }, async () => {
      expect((await writeMs(node, 15_000, large)) ?? 15_000).toBeGreaterThan(1000)
    })
    await cluster.awaitReady(30_000, never)
    expect(await writeMs(await leader(), 5000, large)).toBeLessThan(1000)
  })

  it('connects again when its connections are cut', async () => {
    await during(reset, { links: { of: 'all' } }, async () => {
      await expect.poll(async () => writeMs(await leader()), { timeout: 10_000 }).toBeDefined()
    })
  })

  it('agrees without the clients of a node, and they cannot write there', async () => {
    const node = await leader()
    await during(partition, { shape: 'clients', targets: [node] }, async () => {
      expect(await writeMs(node, 500)).toBeUndefined()
      const other = cluster.nodes.find(({ name }) => name !== node)!.name
      expect(await writeMs(other)).toBeDefined()
    })
  })

  it('survives packets of an old leader that were held and come all at once', async () => {
    const old = await leader()
    await during(partition, { shape: 'isolate', targets: [old], hold: true }, async () => {
      expect(await writeMs(old, 500)).toBeUndefined()
      await expect
        .poll(async () => (await cluster.primaries()).some((name) => name !== old), {
          timeout: 20_000,
        })
        .toBe(true)
    })
    expect(await writeMs(await leader(), 5000)).toBeDefined()
  })

  it('is cut as the last plan says, whatever the one before did with packets', async () => {
    const [one, other] = cluster.nodes.map(({ name }) => name) as [string, string]
    const held = { shape: 'isolate', targets: [one], hold: true } as const
    await during(partition, held, () =>
      during(partition, { shape: 'isolate', targets: [other] }, async () => {}),
    )
    await during(partition, { shape: 'isolate', targets: [other] }, () =>
      during(partition, held, async () => {}),
    )
  })

  it('keeps its leader, or finds one, when one link is cut in one direction', async () => {
    const from = await leader()
    const to = cluster.nodes.find(({ name }) => name !== from)!.name
    await during(partition, { shape: 'link', from, to, way: 'one' }, async () => {
      await expect.poll(async () => writeMs(await leader()), { timeout: 20_000 }).toBeDefined()
    })
  })

  it('is cut in drawn halves, and in a third and the rest', async () => {
    for (const shape of ['random-halves', 'minority-third'] as const)
      await during(partition, { shape }, async () => {})
  })
})
