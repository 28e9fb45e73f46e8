/** What is particular to Galera: transactions that meet on different nodes, and a node that is alone. */
import { describe, expect, it } from 'vitest'
import { DefiniteError } from '../../../harness/api.ts'
import { sharedCluster } from '../../../harness/testing/cluster.ts'
import { Connection } from '../mariadb/connection.ts'
import { balance, lostUpdate, openAccounts } from '../testing/schedules.ts'
import system from './index.ts'

describe('Galera', () => {
  const shared = sharedCluster({ name: 'galera', system, nodes: 3 })
  const open = async (at: number): Promise<Connection> =>
    shared.closeLater(await Connection.open(shared.cluster.nodes[at]!))

  it('lets a transaction on one node write over what another node has committed since it read', async () => {
    const [first, second, witness] = [await open(0), await open(1), await open(1)]
    await openAccounts(first, 'x', 'y')
    const isThere = (value: number) => () =>
      expect.poll(() => balance(witness, 'x'), { timeout: 10_000, interval: 10 }).toBe(value)
    await isThere(1)()
    expect(await lostUpdate(first, second, isThere(2))).toBe('both')
    await isThere(3)()
  })

  it('lets one of two writers on different nodes commit; the refusal of the other is definite', async () => {
    const [first, second] = [await open(0), await open(1)]
    const write = { name: 'write', text: "UPDATE accounts SET balance = ? WHERE id = 'x'" }
    for (const [at, connection] of [first, second].entries()) {
      await connection.begin()
      await connection.run(write, [10 + at])
    }
    await first.commit()
    const refusal = await second.commit().catch((error: unknown) => error)
    expect(second.settled(refusal)).toBeInstanceOf(DefiniteError)
    expect(await balance(first, 'x')).toBe(10)
  })

  it('refuses, definitely, what is asked of a node that is alone', async () => {
    const alone = await open(2)
    await shared.cluster.network!.setGrudge({ g3: ['g1', 'g2'], g1: ['g3'], g2: ['g3'] })
    const text = 'SELECT value FROM elements'
    const ask = () => alone.run({ name: '', text }).catch((error: unknown) => alone.settled(error))
    await expect.poll(ask, { timeout: 30_000, interval: 100 }).toBeInstanceOf(DefiniteError)
  })
})
