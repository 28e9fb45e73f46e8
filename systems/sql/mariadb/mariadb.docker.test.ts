/** What is particular to MariaDB: its settings, what its snapshots let through, its replicas. */
import { describe, expect, it } from 'vitest'
import { DefiniteError } from '../../../harness/api.ts'
import { sharedCluster } from '../../../harness/testing/cluster.ts'
import { lostUpdate, openAccounts, writeSkew } from '../testing/schedules.ts'
import { Connection } from './connection.ts'
import system from './index.ts'

const never = new AbortController().signal
describe('MariaDB with a replica', () => {
  const shared = sharedCluster({
    name: 'mariadb',
    system,
    nodes: 2,
    options: { reads: 'replica' },
  })
  const open = async (at: number, ...statements: readonly string[]): Promise<Connection> => {
    const connection = shared.closeLater(await Connection.open(shared.cluster.nodes[at]!))
    for (const text of statements) await connection.run({ name: '', text })
    return connection
  }

  it('has the settings that were asked for', async () => {
    const connection = await open(0)
    const text =
      'SELECT @@version, @@tx_isolation, @@innodb_snapshot_isolation, @@innodb_flush_log_at_trx_commit'
    const [row] = await connection.run({ name: '', text })
    expect(row?.map(String)).toEqual([
      expect.stringMatching(`^${system.version}.`),
      'REPEATABLE-READ',
      '0',
      '1',
    ])
  })

  it('lets one of two transactions write over what the other wrote since both read it', async () => {
    const [first, second] = [await open(0), await open(0)]
    await openAccounts(first, 'x', 'y')
    expect(await lostUpdate(first, second)).toBe('both')
  })

  it('refuses that where snapshots are isolated, definitely, and lets write skew through', async () => {
    const isolated = () => open(0, 'SET SESSION innodb_snapshot_isolation = ON')
    const refusal = await lostUpdate(await isolated(), await isolated())
    expect(refusal).toBeInstanceOf(DefiniteError)
    expect(String(refusal)).toContain('1020: Record has changed since last read')
    expect(await writeSkew(await isolated(), await isolated())).toBe('both')
  })

  it('lets nobody write at serializable what another one has read: the wait ends, definitely', async () => {
    const serializable = 'SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE'
    const first = await open(0, serializable, 'SET SESSION innodb_lock_wait_timeout = 0')
    const refusal = await lostUpdate(first, await open(0, serializable)).catch(
      (error: unknown) => error,
    )
    expect(first.settled(refusal)).toBeInstanceOf(DefiniteError)
  })

  it('has on its replica, a moment later, what its primary has, and the replica takes no writes', async () => {
    const { cluster, options } = shared
    const writer = await system.clients.set({ cluster, node: cluster.nodes[0]!, options })
    await writer.invoke({ f: 'add', value: 5 }, never)
    const read = () => writer.invoke({ f: 'read', value: null }, never)
    await expect.poll(read, { timeout: 10_000 }).toEqual([5])
    await writer.close()
    const replica = await open(1)
    const text = 'INSERT INTO elements (value) VALUES (6)'
    const refusal = await replica.run({ name: '', text }).catch((error: unknown) => error)
    expect(replica.settled(refusal)).toBeInstanceOf(DefiniteError)
  })
})
