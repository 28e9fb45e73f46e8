import { describe, expect, test } from 'vitest'
import type { Cluster, Topology } from './api.ts'
import { random } from './random.ts'
import { resolveTargets, strangerMessage, type Targets, unknownTargets } from './targets.ts'
import { testCluster } from './testing/faults.ts'

/** Five servers, of which n2 leads, and two sentinels. */
const base = testCluster(5)
const sentinel = (name: string) => ({ ...base.nodes[0]!, name, role: 'sentinel', serves: false })
const cluster: Cluster = {
  ...base,
  nodes: [...base.nodes, sentinel('s1'), sentinel('s2')],
  primaries: async () => ['n2'],
  random: random(3),
}
const topology: Topology = { members: cluster.nodes, hasPrimaries: true }
const resolve = (wanted: Targets, seed = 3) =>
  resolveTargets({ ...cluster, random: random(seed) }, wanted)

describe('targets', () => {
  test.each<[Targets, readonly string[]]>([
    ['primary', ['n2']],
    ['leader', ['n2']],
    ['followers', ['n1', 'n3', 'n4', 'n5']],
    ['all', ['n1', 'n2', 'n3', 'n4', 'n5', 's1', 's2']],
    ['sentinel', ['s1', 's2']],
    [{ role: 'sentinel' }, ['s1', 's2']],
    [{ role: 'primary', pick: 'one' }, ['n2']],
    [
      ['n4', 's1'],
      ['n4', 's1'],
    ],
  ])('%j', async (wanted, names) => {
    expect(await resolve(wanted)).toEqual(names)
  })

  test.each<[Targets, number]>([
    ['one', 1],
    ['minority', 3],
    ['majority', 4],
    [{ role: 'server', pick: 'minority' }, 2],
    [{ role: 'server', pick: 'majority' }, 3],
    [{ role: 'followers', pick: 'one' }, 1],
  ])(
    '%j is drawn: so many, the same from the same seed, others from others',
    async (wanted, size) => {
      const drawn = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => resolve(wanted, seed)))
      for (const names of drawn) expect(new Set(names).size).toBe(size)
      expect(await resolve(wanted, 1)).toEqual(drawn[0])
      expect(new Set(drawn.map(String)).size).toBeGreaterThan(1)
      if (typeof wanted === 'object') expect(drawn.flat().join()).not.toMatch(/s1|s2/)
      if (JSON.stringify(wanted).includes('followers')) expect(drawn.flat()).not.toContain('n2')
    },
  )

  test('what a cluster has not is named before the run, with what it has', () => {
    expect(unknownTargets(['n1', 'n9'], topology)).toEqual(['n9'])
    expect(unknownTargets('arbiter', topology)).toEqual(['arbiter'])
    expect(unknownTargets({ role: 'arbiter' }, topology)).toEqual(['arbiter'])
    expect(unknownTargets({ role: 'all' }, topology)).toEqual(['all'])
    for (const known of ['primary', 'followers', 'one', 'sentinel', { role: 'followers' }] as const)
      expect(unknownTargets(known, topology)).toEqual([])
    expect(unknownTargets({ role: 'followers' }, { ...topology, hasPrimaries: false })).toEqual([
      'followers',
    ])
    expect(strangerMessage('arbiter', topology)).toMatch(
      /^no node or role is called "arbiter"; nodes: n1, .*; roles: server, sentinel; also primary, /,
    )
  })

  test('a role that nobody has by then is an error', async () => {
    await expect(resolve('arbiter')).rejects.toThrow(/no node has the role arbiter/)
    await expect(resolve(['n9'])).rejects.toThrow(/no node is called n9/)
  })
})
