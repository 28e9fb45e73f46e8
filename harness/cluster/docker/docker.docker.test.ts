import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { dockerCluster } from './docker.ts'
import { leftOf, measured, toyRequest, toySystem, withCluster } from './fixture.ts'

const signal = new AbortController().signal

describe('a docker cluster', () => {
  it('comes up, serves, and leaves nothing', async () => {
    const request = toyRequest({ nodes: 5 })
    const cluster = await measured('up, 5 nodes', () => dockerCluster.up(request))
    await measured('ready', () => cluster.awaitReady(10_000, signal))
    expect((await leftOf(request.runId)).length).toBe(17)
    expect(cluster.nodes.map(({ name }) => name)).toEqual(['n1', 'n2', 'n3', 'n4', 'n5'])
    expect(cluster.facts.subnet).toMatch(/^198\.1[89]\.\d+\.0\/24$/)
    await cluster.processes!.pause(['n1'])
    await measured('down, 5 nodes', () => cluster.down())
    expect(await leftOf(request.runId)).toEqual([])
    await cluster.down()
  })

  it('has no way out, in neither IP family', async () => {
    await withCluster({ nodes: 1 }, async (cluster) => {
      expect(await cluster.exec('n1', ['cat', '/proc/net/route'])).not.toMatch(/^\w+\t0{8}\t/m)
      const routes = await cluster.exec('n1', ['cat', '/proc/net/ipv6_route'])
      const defaults = routes.split('\n').filter((line) => /^0{32} 00 .* eth0$/.test(line))
      expect(defaults).toEqual([])
      await expect(cluster.exec('n1', ['ping', '-c1', '-W1', '203.0.113.1'])).rejects.toThrow(
        'Network is unreachable',
      )
    })
  })

  it('stands beside another one', async () => {
    await withCluster({ nodes: 2 }, async (first) => {
      await withCluster({ nodes: 2 }, async (second) => {
        await first.network!.setGrudge({ n1: ['n2'], n2: ['n1'] })
        expect(second.facts.subnet).not.toBe(first.facts.subnet)
        const probes = await second.network!.probe()
        expect(new Set(probes.map(({ outcome }) => outcome))).toEqual(new Set(['delivered']))
      })
      expect((await first.network!.probe()).map(({ outcome }) => outcome)).toContain('dropped')
    })
  })

  it('writes the files of a node before its first start', async () => {
    const files = { '/etc/toy/toy.conf': 'a = 1\n', '/data/given': 'x' }
    const spec = () => ({
      argv: ['sh', '-c', 'cat /etc/toy/toy.conf; sleep 60'],
      files,
      dataFolder: '/data',
    })
    await withCluster({ nodes: 1, system: toySystem({ spec }) }, async (cluster) => {
      expect(await cluster.exec('n1', ['cat', '/etc/toy/toy.conf'])).toBe('a = 1\n')
      expect(await cluster.exec('n1', ['cat', '/data/given'])).toBe('x')
    })
  })

  it('that never serves says why and quotes the log', async () => {
    const ready = () => Promise.reject(new Error('n2 does not lead'))
    await withCluster({ nodes: 2, system: toySystem({ ready }) }, async (cluster) => {
      const waiting = cluster.awaitReady(1000, signal)
      await expect(waiting).rejects.toThrow(
        'toy is not ready after 1 s: n2 does not lead\n  n2: start',
      )
    })
  })

  it('whose node ends at once says so without waiting', async () => {
    const spec = () => ({ argv: ['sh', '-c', 'echo bad config; exit 7'], dataFolder: '/data' })
    await withCluster({ nodes: 1, system: toySystem({ spec }) }, async (cluster) => {
      const waiting = cluster.awaitReady(30_000, signal)
      await expect(waiting).rejects.toThrow(
        'toy is not ready: n1 (exit code 7) ended\n  n1: bad config',
      )
    })
  })

  it('that cannot start leaves nothing', async () => {
    const spec = () => ({ argv: ['/no/such/program'], dataFolder: '/data' })
    const request = toyRequest({ system: toySystem({ spec }) })
    await expect(dockerCluster.up(request)).rejects.toThrow(/^cannot start n\d: .*no such file/)
    expect(await leftOf(request.runId)).toEqual([])
  })

  it('whose image does not build says why', async () => {
    const system = toySystem({ image: { packages: ['no-such-package-at-all'] } })
    const up = dockerCluster.up(toyRequest({ system }))
    await expect(up).rejects.toThrow(
      /does not build:[\s\S]*Unable to locate package no-such-package/,
    )
  })

  it('whose image cannot be pulled says why', async () => {
    const up = dockerCluster.up(toyRequest({ image: 'schism/none:none' }))
    await expect(up).rejects.toThrow(/^cannot pull schism\/none:none: /)
  })

  it('runs an image that is named, as it is', async () => {
    await withCluster({ nodes: 1, image: 'schism/base:bookworm' }, async (cluster) => {
      expect(cluster.facts.image).toBe('schism/base:bookworm')
    })
  })

  it('that is interrupted while it comes up leaves nothing', async () => {
    const interrupt = new AbortController()
    const request = toyRequest({ signal: interrupt.signal })
    setTimeout(() => interrupt.abort(new Error('interrupted')), 600)
    await expect(dockerCluster.up(request)).rejects.toThrow('interrupted')
    expect(await leftOf(request.runId)).toEqual([])
  })

  it('is supported here', async () => {
    const found = await measured('support', () => dockerCluster.support())
    expect(found.filter(({ state }) => state === 'missing')).toEqual([])
    expect(found.map(({ name }) => name)).toContain('partition')
  })
})

// Another run on this machine may clean up in the same moment: what counts is what is left.
describe('clean', () => {
  it('removes what a killed controller left, also frozen, and nothing of a live one', async () => {
    await withCluster({ nodes: 1 }, async (_, liveRun) => {
      const { runId } = toyRequest()
      expect(await killController(runId, 3)).toBe(11)
      await measured('clean, 3 nodes', () => dockerCluster.clean({ all: false }))
      expect(await leftOf(runId)).toEqual([])
      expect((await leftOf(liveRun)).length).toBe(5)
      const again = await dockerCluster.clean({ all: false })
      expect(again.containers.filter((name) => name.includes(runId))).toEqual([])
    })
  })

  it('is done by the next run', async () => {
    const { runId } = toyRequest()
    expect(await killController(runId, 1)).toBe(5)
    await withCluster({ nodes: 1 }, async () => {
      expect(await leftOf(runId)).toEqual([])
    })
  })
})

/**
 * A process of its own brings a cluster up, freezes a node, says what it has, and dies of SIGKILL.
 */
const killController = async (runId: string, nodes: number): Promise<number> => {
  const script = `
    const { dockerCluster } = await import(${JSON.stringify(`${import.meta.dirname}/docker.ts`)})
    const fixture = await import(${JSON.stringify(`${import.meta.dirname}/fixture.ts`)})
    const request = fixture.toyRequest({ runId: '${runId}', nodes: ${nodes} })
    const cluster = await dockerCluster.up(request)
    await cluster.processes.pause(['n1'])
    console.log((await fixture.leftOf('${runId}')).length)
    setInterval(() => {}, 1000)
  `
  const argv = ['--import', 'tsx', '--input-type=module', '-e', script]
  const child = execa(process.execPath, argv, { reject: false, stderr: 'inherit' })
  const said = await new Promise((resolve) => child.stdout.once('data', resolve))
  child.kill('SIGKILL')
  await child
  return Number(said)
}
