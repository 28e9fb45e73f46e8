/** Programs as processes in containers: what becomes of their data, clocks and messages there. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Body, Conversation } from '../api.ts'
import { monotonicMs, wallTime } from '../clock.ts'
import type { RunningCluster } from '../cluster/cluster.ts'
import { dockerCluster } from '../cluster/docker/docker.ts'
import { toyRequest, toySystem } from '../cluster/docker/fixture.ts'
import { DefiniteError } from '../errors.ts'
import { programSpec } from './spec.ts'

const never = new AbortController().signal
const keeper = join(import.meta.dirname, '../testing/keeper.ts')

describe('a program in a container', () => {
  let cluster: RunningCluster
  const open: Conversation[] = []

  const ask = async (node: string, body: Body): Promise<Body> => {
    const conversation = await cluster.messages!.open(node)
    open.push(conversation)
    return conversation.request(body, never, 2000)
  }
  /** Until it has started. */
  const value = (node: string) =>
    expect.poll(() => ask(node, { type: 'get' }).then(({ value }) => value, String), {
      timeout: 10_000,
    })

  beforeAll(async () => {
    const base = toySystem({
      image: { packages: ['nodejs'] },
      ready: async (cluster) => {
        for (const { name } of cluster.nodes) {
          const conversation = await cluster.messages!.open(name)
          await conversation.request({ type: 'get' }, never, 1000)
          await conversation.close()
        }
      },
    })
    cluster = await dockerCluster.up(
      toyRequest({
        system: { ...base, spec: programSpec(keeper) },
        needs: { 'lose-unsynced': ['volume'], 'clock-jump': ['clock'] },
      }),
    )
    await cluster.awaitReady(60_000, never)
  })
  afterAll(async () => {
    await Promise.all(open.map((conversation) => conversation.close()))
    await cluster?.down()
  })

  it('keeps after a kill what it wrote, and after a power failure what it synced', async () => {
    await ask('n1', { type: 'put', value: 'written' })
    await cluster.processes!.kill(['n1'])
    await cluster.processes!.start(['n1'])
    await value('n1').toBe('written')

    await ask('n1', { type: 'save', value: 'synced' })
    await ask('n1', { type: 'put', value: 'lost' })
    await cluster.processes!.kill(['n1'])
    const [loss] = await cluster.disks!.loseUnsynced(['n1'])
    expect(loss).toMatchObject({ filesBack: 1 })
    await cluster.processes!.start(['n1'])
    await value('n1').toBe('synced')
  })

  it('reads a wall clock that faults move', async () => {
    const aheadMs = async (): Promise<number> => {
      const { now } = await ask('n2', { type: 'get' })
      return (now as number) - wallTime().getTime()
    }
    expect(Math.abs(await aheadMs())).toBeLessThan(2000)
    await cluster.clocks!.set(['n2'], { kind: 'jump', ms: 60_000 })
    await expect.poll(aheadMs).toBeGreaterThan(55_000)
    await cluster.clocks!.clear('jump')
    await expect.poll(aheadMs).toBeLessThan(2000)
  })

  it('is not told what was refused or had no way there, which clients know for certain', async () => {
    await cluster.network!.setGrudge({ n3: ['clients'] })
    await expect(ask('n3', { type: 'put', value: 1 })).rejects.toThrow(DefiniteError)
    await cluster.network!.clear()
    await cluster.processes!.pause(['n3'])
    const unknown = await ask('n3', { type: 'put', value: 2 }).catch((error: unknown) => error)
    expect(unknown).toBeInstanceOf(Error)
    expect(unknown).not.toBeInstanceOf(DefiniteError)
    await cluster.processes!.resume(['n3'])
    await value('n3').toBe(2)
  })

  it('ends when it is asked to, and with its stack in the log when it throws', async () => {
    const [ending] = await cluster.processes!.terminate(['n3'], 5000)
    expect(ending).toMatchObject({ node: 'n3', by: 'itself' })
    await expect(ask('n3', { type: 'get' })).rejects.toThrow(DefiniteError)
    const before = monotonicMs()
    await expect(ask('n2', { type: 'fall' })).rejects.toThrow('the connection ended')
    expect(monotonicMs() - before).toBeLessThan(1500)
    await expect.poll(() => cluster.processes!.state('n2')).toMatchObject({ state: 'gone' })
    expect(await logOf(cluster, 'n2')).toMatch(/Error: fell\n.* +at /)
  })
})

/** All that a node has printed. */
const logOf = async (cluster: RunningCluster, node: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'schism-logs-'))
  try {
    await cluster.saveLogs(folder)
    return await readFile(join(folder, `${node}.log`), 'utf8')
  } finally {
    await rm(folder, { recursive: true })
  }
}
