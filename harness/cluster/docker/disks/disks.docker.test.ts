/** Data folders on file systems of their own, on nodes that do nothing but count. */
import { existsSync, readFileSync } from 'node:fs'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NodeSpec, Peer, System } from '../../../api.ts'
import type { RunningCluster } from '../../cluster.ts'
import { startAgent } from '../agent.ts'
import { imageId } from '../base-image.ts'
import { dockerCluster } from '../docker.ts'
import { baseImage } from '../dockerfile.ts'
import { openEngine } from '../engine.ts'
import { bytesOf, leftOf, measured, toyRequest, toySystem, withCluster } from '../fixture.ts'
import { findAgentImage } from '../images.ts'
import { labelsOfRun } from '../labels.ts'
import { removeLabelled } from '../remove.ts'
import { agentStorage } from './storage.ts'
import { tryVolume } from './trial.ts'

const signal = new AbortController().signal
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const needs = { 'lose-unsynced': ['processes', 'volume'] } as const

describe('data folders on file systems of their own', () => {
  const request = toyRequest({ nodes: 3, needs })
  let cluster: RunningCluster
  const processes = () => cluster.processes!
  const disks = () => cluster.disks!
  beforeAll(async () => {
    cluster = await measured('up, 3 nodes with volumes', () => dockerCluster.up(request))
    await cluster.awaitReady(10_000, signal)
  })
  afterAll(() => cluster.down())

  it('lose what was not synced, and nothing else', async () => {
    await cluster.exec('n1', ['sh', '-c', 'echo kept > /data/kept; sync -f /data'])
    const synced = await bytesOf(cluster, 'n1')
    await wait(300)
    const before = await bytesOf(cluster, 'n1')
    await processes().kill(['n1', 'n2'])
    const losses = await measured('power failure of two nodes', () =>
      disks().loseUnsynced(['n1', 'n2']),
    )
    expect(losses).toMatchObject([
      { node: 'n1', lostUnsynced: true, keptSynced: true },
      { node: 'n2', lostUnsynced: true, keptSynced: true },
    ])
    expect(losses[0]!.filesBack).toBe(1)
    expect(losses[0]!.bytesBack).toBeGreaterThan(10)
    await processes().start(['n1', 'n2'])
    const after = await bytesOf(cluster, 'n1')
    expect(before).toBeGreaterThan(synced + 10)
    expect(after).toBeLessThan(before)
    expect(await cluster.exec('n1', ['cat', '/data/kept'])).toBe('kept\n')
    expect((await disks().list('n1', '**/*')).map(({ path }) => path)).toEqual(['bytes', 'kept'])
  })

  it('keep what a kill alone leaves', async () => {
    const before = await bytesOf(cluster, 'n3')
    await processes().kill(['n3'])
    await processes().start(['n3'])
    expect(await bytesOf(cluster, 'n3')).toBeGreaterThanOrEqual(before)
  })

  it('answer as they are', async () => {
    expect(await disks().probe('n1')).toBe('written')
    await disks().fill(['n1'])
    expect(await disks().probe('n1')).toBe('ENOSPC')
    await disks().stall(['n2'])
    expect(await disks().probe('n2')).toBe('waits')
    await disks().fail(['n3'])
    expect(await disks().probe('n3')).toBe('EIO')
    await processes().kill(['n3'])
    await Promise.all([disks().empty(), disks().release(), disks().repair(['n3'])])
    await processes().start(['n3'])
    await disks().release()
    const answers = await Promise.all(['n1', 'n2', 'n3'].map((name) => disks().probe(name)))
    expect(answers).toEqual(['written', 'written', 'written'])
  })

  it('that a running node holds cannot be repaired, and that is said', async () => {
    await disks().fail(['n2'])
    const repair = disks().repair(['n2'])
    await expect(repair).rejects.toThrow(
      'cannot repair the disk of n2: /disks/n2: the file system is still in use',
    )
    await processes().kill(['n2'])
    await disks().repair(['n2'])
    await processes().start(['n2'])
    expect(await disks().probe('n2')).toBe('written')
  })
})

describe('a data folder of its own', () => {
  /** One node as another user in a folder with rights of its own, one in a folder with content. */
  const system: System = {
    ...toySystem(),
    spec: ({ name }: Peer): NodeSpec =>
      name === 'n1'
        ? { argv: ['sleep', '99'], user: 'mail:mail', dataFolder: '/var/mail' }
        : { argv: ['sleep', '99'], files: { '/etc/given': 'x' }, dataFolder: '/etc' },
  }

  it('has the content and the rights that a plain volume has', async () => {
    const seen: string[] = []
    for (const wanted of [{}, needs])
      await withCluster({ system, nodes: 2, needs: wanted }, async (cluster) => {
        await cluster.exec('n1', ['touch', '/var/mail/mine'])
        const rights = await cluster.exec('n1', ['stat', '-c', '%U:%G %a', '/var/mail'])
        const listing = 'cd /etc && find . -not -name "host*" -printf "%p %U:%G %m\\n" | sort'
        seen.push(rights + (await cluster.exec('n2', ['sh', '-c', listing])))
      })
    expect(seen[0]).toMatch(/^root:mail 2775\n/)
    expect(seen[0]).toContain('./given ')
    expect(seen[1]).toBe(seen[0])
  })

  it('is refused in words where the engine gives no loop devices', async () => {
    const engine = openEngine()
    const { runId } = toyRequest()
    const image = (await findAgentImage(engine, (await imageId(engine, baseImage))!))!
    const labels = labelsOfRun(runId)
    const name = `schism-${runId}-agent`
    const storage = agentStorage('plain', new Map(), labels)
    const agent = await startAgent(engine, { name, image, labels, storage })
    try {
      expect(await tryVolume(agent)).toMatch(/^no ext4 on a loop device .*loop-control/)
    } finally {
      agent.close()
      await removeLabelled(engine, (found) => found['schism.run'] === runId)
    }
  })
})

describe('a killed controller', () => {
  it('leaves no frozen or mounted file system once it is cleaned up', async () => {
    const { runId } = toyRequest()
    await killController(runId)
    const devices = devicesOf(runId)
    expect(devices).toHaveLength(2)
    await measured('clean with frozen disks', () => dockerCluster.clean({ all: false }))
    expect(await leftOf(runId)).toEqual([])
    expect(devicesOf(runId)).toEqual([])
    await expect.poll(() => devices.filter(isStillThere), { timeout: 3000 }).toEqual([])
  })

  it('does so also when its agent was killed first', async () => {
    const { runId } = toyRequest()
    await killController(runId)
    await openEngine().getContainer(`schism-${runId}-agent`).kill()
    await measured('clean without the agent', () => dockerCluster.clean({ all: false }))
    expect(await leftOf(runId)).toEqual([])
    expect(devicesOf(runId)).toEqual([])
  })
})

interface Device {
  readonly name: string
  /** The kernel counts every new disk: the same name may soon be another run's. */
  readonly sequence: string
}

/** The loop devices of a run's volumes, as this machine has them mounted. */
const devicesOf = (runId: string): readonly Device[] =>
  readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes(`schism-${runId}-`))
    .map((line) => /^\/dev\/(loop\d+) /.exec(line)![1]!)
    .map((name) => ({ name, sequence: sequenceOf(name) }))

const sequenceOf = (name: string): string => readFileSync(`/sys/block/${name}/diskseq`, 'utf8')

const isStillThere = ({ name, sequence }: Device): boolean =>
  existsSync(`/sys/block/${name}/loop/backing_file`) && sequenceOf(name) === sequence

/** A process of its own brings a cluster up, freezes its disks under writing nodes, and dies of SIGKILL. */
const killController = async (runId: string): Promise<void> => {
  const script = `
    const { dockerCluster } = await import(${JSON.stringify(`${import.meta.dirname}/../docker.ts`)})
    const fixture = await import(${JSON.stringify(`${import.meta.dirname}/../fixture.ts`)})
    const needs = { stall: ['volume'] }
    const cluster = await dockerCluster.up(fixture.toyRequest({ runId: '${runId}', nodes: 2, needs }))
    await cluster.awaitReady(10_000, new AbortController().signal)
    await cluster.disks.stall(['n1', 'n2'])
    console.log(await cluster.disks.probe('n1'))
    setInterval(() => {}, 1000)
  `
  const argv = ['--import', 'tsx', '--input-type=module', '-e', script]
  const child = execa(process.execPath, argv, { reject: false, stderr: 'inherit' })
  const said = await new Promise((resolve) => child.stdout.once('data', resolve))
  expect(String(said)).toBe('waits\n')
  child.kill('SIGKILL')
  await child
}
