import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Cluster, Topology } from './api.ts'
import {
  isLikely,
  links,
  lostShare,
  medianMs,
  overWays,
  planLinks,
  refusedLinks,
  resolveLinks,
  unknownInLinks,
} from './links.ts'
import { random } from './random.ts'

const topology = (size: number, hasPrimaries = true): Topology => ({
  members: Array.from({ length: size }, (_, n) => ({
    name: `n${n + 1}`,
    role: 'server',
    serves: true,
  })),
  hasPrimaries,
  hasMembership: false,
})
const cluster = (size: number): Cluster => ({
  nodes: topology(size).members.map((member) => ({
    ...member,
    address: '',
    endpoint: () => ({ host: '', port: 0 }),
  })),
  exec: async () => '',
  uptimeMs: () => 0,
  sleep: async () => {},
  primaries: async () => ['n1'],
})
const told = async (wanted: Parameters<typeof resolveLinks>[1], size = 3) =>
  (await resolveLinks(cluster(size), wanted)).links
    .map(({ from, to }) => `${from}>${to}`)
    .toSorted()

describe('links', () => {
  test('of a node are those with all other nodes, both ways', async () => {
    expect(await told({ of: 'primary' })).toEqual(['n1>n2', 'n1>n3', 'n2>n1', 'n3>n1'])
  })
  test('may be those with clients, and one way', async () => {
    expect(await told({ of: ['n1'], with: 'clients' })).toEqual(['clients>n1', 'n1>clients'])
    expect(await told({ of: ['n1'], way: 'in' })).toEqual(['n2>n1', 'n3>n1'])
    expect(await told({ of: ['n1'], with: 'all', way: 'out' })).toEqual([
      'n1>clients',
      'n1>n2',
      'n1>n3',
    ])
  })
  test('of several nodes count once', async () => {
    expect(await told({ of: 'all' })).toHaveLength(6)
    expect(
      await told([
        { from: 'n1', to: 'n2' },
        { from: 'n1', to: 'n2' },
      ]),
    ).toEqual(['n1>n2'])
  })
  test('of unknown ends, and from a node to itself, are refused', () => {
    expect(unknownInLinks([{ from: 'n1', to: 'n9' }], topology(3))).toEqual(['n9'])
    expect(unknownInLinks([{ from: 'clients', to: 'n1' }], topology(3))).toEqual([])
    expect(unknownInLinks({ of: 'primary' }, topology(3, false))).toEqual(['primary'])
    expect(refusedLinks([{ from: 'n1', to: 'n1' }], topology(3))).toContain('to itself')
    expect(refusedLinks({ of: 'all' }, topology(1))).toContain('clients')
    expect(refusedLinks({ of: 'all', with: 'clients' }, topology(1))).toBeUndefined()
  })
  test('planned from a seed are valid, known, and the same again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.integer(), (size, nth, seed) => {
        const plan = planLinks(topology(size), random(seed), nth)
        expect(links.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan)
        expect(unknownInLinks(plan, topology(size))).toEqual([])
        expect(refusedLinks(plan, topology(size))).toBeUndefined()
        expect(planLinks(topology(size), random(seed), nth)).toEqual(plan)
      }),
    )
  })
})

describe('what round trips show', () => {
  const echo = (...sequences: number[]) => ({
    link: { from: 'n1', to: 'n2' },
    sent: 4,
    replies: sequences.map((sequence) => ({ sequence, ms: sequence, atMs: 0 })),
  })
  test('the median, and the share without an answer', () => {
    expect(medianMs(echo(3, 1, 2))).toBe(2)
    expect(medianMs(echo())).toBeNaN()
    expect(lostShare(echo(0, 1, 1))).toBe(0.5)
  })
  test('a count is likely near its share only, and less surely in runs', () => {
    expect(isLikely(20, 100, 20)).toBe(true)
    expect(isLikely(60, 100, 20)).toBe(false)
    expect(isLikely(0, 400, 20)).toBe(false)
    expect(isLikely(60, 100, 20, 9)).toBe(true)
    expect(isLikely(100, 100, 100)).toBe(true)
    expect(isLikely(90, 100, 100)).toBe(false)
  })
  test('two ways touch more than one, and less than twice as much', () => {
    expect(overWays(20, 1)).toBeCloseTo(20)
    expect(overWays(20, 2)).toBeCloseTo(36)
  })
})
