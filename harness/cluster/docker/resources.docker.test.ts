import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningCluster } from '../cluster.ts'
import { dockerCluster } from './docker.ts'
import { measured, toyRequest, toySystem } from './fixture.ts'

/** Uses as much processor time as it gets, opens a file for each line it is sent, and runs as nobody. */
const greedy = [
  '$| = 1; print "start\\n"; my @open;',
  'while (1) {',
  '  for (1 .. 200_000) { $x++ }',
  '  next unless -e "/tmp/open";',
  '  unlink "/tmp/open"; open(my $f, "<", "/dev/null") or print "refused\\n"; push @open, $f;',
  '}',
].join(' ')

const system = toySystem({
  spec: () => ({ argv: ['perl', '-e', greedy], dataFolder: '/data', user: 'nobody' }),
  ready: async () => {},
})

let cluster: RunningCluster
beforeAll(async () => {
  cluster = await dockerCluster.up(toyRequest({ nodes: 2, system }))
})
afterAll(() => cluster.down())

const resources = () => cluster.resources!
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const MB = 2 ** 20

/** Share of a core that a node gets. */
const share = async (node: string): Promise<number> => {
  const before = (await cluster.processes!.state(node)).cpuNs!
  const begun = performance.now()
  await wait(500)
  const after = (await cluster.processes!.state(node)).cpuNs!
  return (after - before) / 1e6 / (performance.now() - begun)
}

describe('processor time', () => {
  it('is limited to a share, counted by the kernel, over a restart, and lifted', async () => {
    expect(await resources().cpu('n1')).toEqual({ throttled: 0 })
    expect(await share('n1')).toBeGreaterThan(0.11)
    await measured('limit cpu', () => resources().limitCpu({ n1: 0.05 }))
    expect(await share('n1')).toBeLessThan(0.1)
    const use = await resources().cpu('n1')
    expect(use!.limitCores).toBe(0.05)
    expect(use!.throttled).toBeGreaterThan(2)
    await cluster.processes!.kill(['n1'])
    expect(await resources().cpu('n1')).toBeUndefined()
    await cluster.processes!.start(['n1'])
    expect((await resources().cpu('n1'))!.limitCores).toBe(0.05)
    await resources().limitCpu({ n1: 0.002 })
    expect((await resources().cpu('n1'))!.limitCores).toBe(0.002)
    await resources().liftCpu()
    await resources().liftCpu()
    expect((await resources().cpu('n1'))!.limitCores).toBeUndefined()
    expect(await share('n1')).toBeGreaterThan(0.11)
  })
})

describe('memory', () => {
  it('is limited, and a limit below what is needed is refused', async () => {
    const before = await resources().memory('n1')
    expect(before!.limit).toBeUndefined()
    expect(before!.needed).toBeLessThanOrEqual(before!.used)
    await measured('limit memory', () => resources().limitMemory({ n1: 32 * MB }))
    expect((await resources().memory('n1'))!.limit).toBe(32 * MB)
    await cluster.exec('n1', ['dd', 'if=/dev/zero', 'of=/dev/shm/x', 'bs=1M', 'count=16'])
    expect((await resources().memory('n1'))!.needed).toBeGreaterThan(16 * MB)
    await cluster.exec('n1', ['rm', '/dev/shm/x'])
    await resources().liftMemory()
    await resources().liftMemory()
    expect((await resources().memory('n1'))!.limit).toBeUndefined()
  })

  it('that is exhausted brings the kernel to kill the node, which starts again without a limit', async () => {
    const { pid } = await cluster.processes!.state('n2')
    await resources().limitMemory({ n2: (await resources().memory('n2'))!.needed + 2 * MB })
    expect(await resources().wasOutOfMemory('n2')).toBe(false)
    await measured('exhaust memory', () => resources().exhaustMemory(['n2']))
    // The engine hears of it a moment after the process has ended.
    await expect.poll(() => resources().wasOutOfMemory('n2'), { timeout: 5000 }).toBe(true)
    expect((await cluster.processes!.state('n2')).state).toBe('gone')
    expect(await resources().memory('n2')).toBeUndefined()
    await resources().liftMemory()
    await cluster.processes!.start(['n2'])
    const now = await cluster.processes!.state('n2')
    expect(now).toMatchObject({ state: 'running' })
    expect(now.pid).not.toBe(pid)
    expect(await resources().wasOutOfMemory('n2')).toBe(false)
    expect((await resources().memory('n2'))!.limit).toBeUndefined()
  })
})

describe('open files', () => {
  /** Tells the node to open a file, and says how many it has open then. */
  const opened = async (): Promise<number> => {
    await cluster.exec('n1', ['touch', '/tmp/open'])
    const look = ['sh', '-c', 'ls /tmp/open 2>/dev/null || echo done']
    await expect.poll(() => cluster.exec('n1', look)).toBe('done\n')
    return (await resources().fds('n1'))!.open
  }

  it('of another user’s process are limited to what it has and a few more, and lifted', async () => {
    const before = (await resources().fds('n1'))!
    expect(before.limit).toBeGreaterThan(before.open + 100)
    const open = await opened()
    expect(open).toBe(before.open + 1)
    await measured('limit files', () => resources().limitFds(['n1'], 1))
    expect(await resources().fds('n1')).toEqual({ open, limit: open + 1 })
    expect(await opened()).toBe(open + 1)
    expect(await opened()).toBe(open + 1)
    await resources().liftFds()
    await resources().liftFds()
    expect((await resources().fds('n1'))!.limit).toBe(before.limit)
    expect(await opened()).toBe(open + 2)
  })
})
