import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Grudge, LinkProbe } from '../../api.ts'
import { monotonicMs } from '../../clock.ts'
import type { RunningCluster } from '../cluster.ts'
import { dockerCluster } from './docker.ts'
import { answers, measured, toyRequest } from './fixture.ts'

const halves: Grudge = {
  n1: ['n3', 'n4', 'n5'],
  n2: ['n3', 'n4', 'n5'],
  n3: ['n1', 'n2'],
  n4: ['n1', 'n2'],
  n5: ['n1', 'n2'],
}

let cluster: RunningCluster
beforeAll(async () => {
  await dockerCluster.up(toyRequest({ nodes: 1 })).then((warm) => warm.down())
  cluster = await measured('up, 5 nodes', () => dockerCluster.up(toyRequest({ nodes: 5 })))
  await cluster.awaitReady(10_000, new AbortController().signal)
})
afterAll(() => measured('down, 5 nodes', () => cluster.down()))

const network = () => cluster.network!
const droppedLinks = (probes: readonly LinkProbe[]): readonly string[] =>
  probes.flatMap(({ from, to, outcome }) => (outcome === 'dropped' ? [`${from}→${to}`] : [])).sort()
const linksOf = (grudge: Grudge): readonly string[] =>
  Object.entries(grudge)
    .flatMap(([to, senders]) => senders.map((from) => `${from}→${to}`))
    .sort()

describe('the network of a docker cluster', () => {
  it('lets all packets pass at first', async () => {
    const probes = await measured('probe of a whole network', () => network().probe())
    expect(probes).toHaveLength(30)
    expect(droppedLinks(probes)).toEqual([])
  })

  it('cuts exactly the links of a grudge', async () => {
    await measured('set a grudge', () => network().setGrudge(halves))
    const probes = await measured('probe of halves', () => network().probe())
    expect(droppedLinks(probes)).toEqual(linksOf(halves))
  })

  it('cuts both IP families', async () => {
    await network().setGrudge(halves)
    for (const family of ['ipv4', 'ipv6'] as const) {
      expect(await answers(cluster, 'n1', 'n2', family), `${family} inside`).toBe(true)
      expect(await answers(cluster, 'n1', 'n3', family), `${family} across`).toBe(false)
      expect(await answers(cluster, 'n5', 'n2', family), `${family} across`).toBe(false)
    }
  })

  it('replaces the grudge before', async () => {
    await network().setGrudge(halves)
    await network().setGrudge({ n1: ['n2'], n2: ['n1'] })
    expect(droppedLinks(await network().probe())).toEqual(['n1→n2', 'n2→n1'])
  })

  it('cuts one direction only when asked to', async () => {
    await network().setGrudge({ n1: ['n2'] })
    expect(droppedLinks(await network().probe())).toEqual(['n2→n1'])
  })

  it('cuts clients off in the direction asked for, and nobody else', async () => {
    await network().setGrudge({ n1: ['clients'], clients: ['n2'] })
    expect(droppedLinks(await network().probe())).toEqual(['clients→n1', 'n2→clients'])
    expect(await answers(cluster, 'n1', 'n2', 'ipv6')).toBe(true)
    await network().clear()
  })

  it('sees the cuts of nodes that are dead or frozen', async () => {
    const processes = cluster.processes!
    await network().setGrudge(halves)
    await Promise.all([processes.kill(['n1']), processes.pause(['n3'])])
    expect(droppedLinks(await network().probe())).toEqual(linksOf(halves))
    await Promise.all([processes.start(['n1']), processes.resume(['n3'])])
  })

  it('heals, also twice, and leaves name resolution alone', async () => {
    await network().setGrudge(halves)
    await measured('clear', () => network().clear())
    await network().clear()
    expect(droppedLinks(await network().probe())).toEqual([])
    expect(await answers(cluster, 'n1', 'n5', 'ipv6')).toBe(true)
    expect(await cluster.exec('n1', ['getent', 'hosts', 'n5'])).toMatch(/(198\.1[89]|fd53)/)
  })

  it('installs a grudge on 5 nodes in tens of ms', async () => {
    const times: number[] = []
    for (let n = 0; n < 10; n++) {
      const start = monotonicMs()
      await network().setGrudge(halves)
      times.push(Math.round(monotonicMs() - start))
    }
    await network().clear()
    const sorted = times.toSorted((a, b) => a - b)
    process.stdout.write(`  set a grudge, 10 times: ${sorted.join(' ')} ms\n`)
    expect(sorted[4]).toBeLessThan(250)
  })

  it('refuses a grudge of an unknown node', async () => {
    await expect(network().setGrudge({ n1: ['n9'] })).rejects.toThrow('n9: no such node')
  })
})
