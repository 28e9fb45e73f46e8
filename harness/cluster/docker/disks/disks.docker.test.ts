import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningCluster } from '../../cluster.ts'
import { dockerCluster } from '../docker.ts'
import { bytesOf, measured, toyRequest } from '../fixture.ts'

const signal = new AbortController().signal
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('data folders on file systems of their own', () => {
  const request = toyRequest({ nodes: 3, needs: { 'lose-unsynced': ['processes', 'volume'] } })
  let cluster: RunningCluster
  beforeAll(async () => {
    cluster = await measured('up, 3 nodes with volumes', () => dockerCluster.up(request))
    await cluster.awaitReady(10_000, signal)
  })
  afterAll(() => cluster.down())

  it('lose what was not synced, and nothing else', async () => {
    await cluster.exec('n1', ['sh', '-c', 'echo kept > /data/kept; sync -f /data'])
    const synced = await bytesOf(cluster, 'n1')
    await wait(300)
    const { processes, disks } = { processes: cluster.processes!, disks: cluster.disks! }
    const before = await bytesOf(cluster, 'n1')
    await processes.kill(['n1', 'n2'])
    const losses = await measured('power failure of two nodes', () =>
      disks.loseUnsynced(['n1', 'n2']),
    )
    expect(losses).toMatchObject([
      { node: 'n1', lostUnsynced: true, keptSynced: true },
      { node: 'n2', lostUnsynced: true, keptSynced: true },
    ])
    expect(losses[0]!.filesBack).toBe(1)
    expect(losses[0]!.bytesBack).toBeGreaterThan(10)
    await processes.start(['n1', 'n2'])
    const after = await bytesOf(cluster, 'n1')
    expect(before).toBeGreaterThan(synced + 10)
    expect(after).toBeLessThan(before)
    expect(await cluster.exec('n1', ['cat', '/data/kept'])).toBe('kept\n')
    expect((await disks.list('n1', '**/*')).map(({ path }) => path)).toEqual(['bytes', 'kept'])
  })
})
