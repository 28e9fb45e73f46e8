/** What is particular to PostgreSQL: its settings, its compare-and-set under contention, its restarts. */
import { describe, expect, it } from 'vitest'
import { type Client, DefiniteError, Refused } from '../../../harness/api.ts'
import { sharedCluster } from '../../../harness/testing/cluster.ts'
import type { RegisterCall } from '../../../workloads/register.ts'
import { lostUpdate, openAccounts, writeSkew } from '../testing/schedules.ts'
import { Connection } from './connection.ts'
import system from './index.ts'
import { clients } from './sessions.ts'

const never = new AbortController().signal
describe('a PostgreSQL server', () => {
  const shared = sharedCluster({
    name: 'postgres',
    system,
    nodes: 1,
    options: { fsync: 'off' },
  })
  const open = (): Promise<Client<RegisterCall>> => {
    const { cluster, options } = shared
    return clients.register({ cluster, node: cluster.nodes[0]!, options })
  }

  it('has the settings that were asked for', async () => {
    const connection = await Connection.open(shared.cluster.nodes[0]!)
    const shown = async (name: string): Promise<unknown> =>
      (await connection.run({ name, text: `SHOW ${name}` }))[0]![0]
    expect(await shown('fsync')).toBe('off')
    expect(await shown('synchronous_commit')).toBe('on')
    expect(await shown('full_page_writes')).toBe('on')
    expect(await shown('server_version')).toMatch(`${system.version}.`)
    connection.close()
  })

  it('lets through at each isolation level what the level allows, and refuses the rest definitely', async () => {
    const open = (isolation: string) => Connection.open(shared.cluster.nodes[0]!, { isolation })
    const outcome = async (schedule: typeof lostUpdate, isolation: string): Promise<unknown> => {
      const [first, second] = [await open(isolation), await open(isolation)]
      await openAccounts(first, 'x', 'y')
      return schedule(first, second).finally(() => first.close())
    }
    expect(await outcome(lostUpdate, 'read committed')).toBe('both')
    expect(await outcome(lostUpdate, 'repeatable read')).toBeInstanceOf(DefiniteError)
    expect(await outcome(writeSkew, 'repeatable read')).toBe('both')
    expect(await outcome(writeSkew, 'serializable')).toBeInstanceOf(DefiniteError)
  })

  it('lets one of many compare-and-sets win, and tells each of the others what it saw', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, open))
    await clients[0]!.invoke({ f: 'write', key: 'contended', value: 0 }, never)
    for (let round = 0; round < 50; round++) {
      const from = round * clients.length
      const outcomes = await Promise.allSettled(
        clients.map((client, n) =>
          client.invoke({ f: 'cas', key: 'contended', value: [from, winner(round, n)] }, never),
        ),
      )
      const won = outcomes.flatMap((outcome, n) => (outcome.status === 'fulfilled' ? [n] : []))
      expect(won).toHaveLength(1)
      const now = winner(round, won[0]!)
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') continue
        expect(outcome.reason).toBeInstanceOf(Refused)
        expect((outcome.reason as Refused).value).toEqual([from, expect.any(Number), now])
      }
      const next = (round + 1) * clients.length
      await clients[0]!.invoke({ f: 'write', key: 'contended', value: next }, never)
    }
    await Promise.all(clients.map((client) => client.close()))
  })

  it('ends by itself when it is asked to, whoever is connected', async () => {
    const client = await open()
    const [ending] = await shared.cluster.processes!.terminate(['p1'], 10_000)
    expect(ending).toMatchObject({ by: 'itself' })
    await client.close()
    await shared.cluster.processes!.start(['p1'])
    await shared.cluster.awaitReady(60_000, never)
  })

  it('starts again beside the lock file and the half-made data folder of a kill', async () => {
    const before = await open()
    await before.invoke({ f: 'write', key: 'kept', value: 7 }, never)
    await shared.cluster.exec('p1', ['sh', '-c', 'test -s /data/postgres/postmaster.pid'])
    await shared.cluster.exec('p1', ['mkdir', '/data/postgres.new'])
    await shared.cluster.processes!.kill(['p1'])
    await expect(open()).rejects.toThrow()
    await shared.cluster.processes!.start(['p1'])
    await shared.cluster.awaitReady(60_000, never)
    const after = await open()
    expect(await after.invoke({ f: 'read', key: 'kept', value: null }, never)).toBe(7)
    await Promise.all([before, after].map((client) => client.close()))
  })
})

/** What a client writes in a round: nobody else ever writes it. */
const winner = (round: number, client: number): number => 1_000_000 + round * 100 + client
