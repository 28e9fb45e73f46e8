/** What is particular to a replicated PostgreSQL: commits that wait for a standby, and are cancelled while they do. */
import { describe, expect, it } from 'vitest'
import { type Client, DefiniteError, type OptionValues } from '../../../harness/api.ts'
import { sharedCluster } from '../../../harness/testing/cluster.ts'
import type { SetCall } from '../../../workloads/set.ts'
import system from './index.ts'

const never = new AbortController().signal

describe('a primary of PostgreSQL that is cut off from its standbys', () => {
  const shared = sharedCluster({
    name: 'postgres-replicated',
    system,
    nodes: 3,
    // The primary is cut off for longer on a busy machine than a short lease lasts.
    options: { replication: 'synchronous', cancelAfterMs: '200', leaseS: '30' },
  })
  const open = async (name: string, options: OptionValues = {}): Promise<Client<SetCall>> => {
    const { cluster } = shared
    const node = cluster.nodes.find((node) => node.name === name)!
    return shared.closeLater(
      await system.clients.set({ cluster, node, options: { ...shared.options, ...options } }),
    )
  }

  it('commits what it cannot replicate when the wait is cancelled, and warns; others see it', async () => {
    const { cluster } = shared
    let primary: string | undefined
    // A server that is slow to say that it leads is asked again.
    const ask = async () => {
      primary = (await cluster.primaries())[0]
      return primary
    }
    await expect.poll(ask, { timeout: 10_000 }).toBeDefined()
    const heeding = await open(primary!)
    const ignoring = await open(primary!, { warnings: 'ignored' })
    expect(await heeding.invoke({ f: 'add', value: 1 }, never)).toBe(1)

    const rest = cluster.nodes.map(({ name }) => name).filter((name) => name !== primary)
    const cut = Object.fromEntries(rest.map((name) => [name, [primary!]]))
    await cluster.network!.setGrudge({ ...cut, [primary!]: rest })

    const doubt = await heeding
      .invoke({ f: 'add', value: 2 }, never)
      .catch((error: unknown) => error)
    expect(String(doubt)).toContain('might not have been replicated')
    expect(doubt).not.toBeInstanceOf(DefiniteError)
    expect(await ignoring.invoke({ f: 'add', value: 3 }, never)).toBe(3)
    expect(await ignoring.invoke({ f: 'read', value: null }, never)).toEqual(
      expect.arrayContaining([1, 2, 3]),
    )
  })

  it('commits at once for those clients alone that do not wait for a standby', async () => {
    const add = async (name: string, value: number): Promise<unknown> =>
      (await open(name, { waits: 'some' })).invoke({ f: 'add', value }, never)
    expect(await add('p2', 4)).toBe(4)
    await expect(add('p1', 5)).rejects.toThrow('might not have been replicated')
  })
})
