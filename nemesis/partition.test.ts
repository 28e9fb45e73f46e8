import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Topology } from '../harness/api.ts'
import { random } from '../harness/random.ts'
import partition, { grudgeOf, type PartitionPlan } from './partition.ts'

const topology = (size: number, hasPrimaries = true): Topology => ({
  members: Array.from({ length: size }, (_, place) => ({
    name: `n${place + 1}`,
    role: 'server',
    serves: true,
  })),
  hasPrimaries,
})
const names = (size: number) => topology(size).members.map(({ name }) => name)

describe('shapes', () => {
  test('isolating a node cuts it off in both directions and nobody else', () => {
    expect(grudgeOf({ shape: 'isolate', targets: ['n1'] }, names(3))).toEqual({
      n1: ['n2', 'n3'],
      n2: ['n1'],
      n3: ['n1'],
    })
  })

  test('nodes apart are cut off from each other too', () => {
    expect(grudgeOf({ shape: 'apart', targets: ['n1', 'n2'] }, names(4))).toEqual({
      n1: ['n2', 'n3', 'n4'],
      n2: ['n1', 'n3', 'n4'],
      n3: ['n1', 'n2'],
      n4: ['n1', 'n2'],
    })
  })

  test('a deaf node hears nobody but is heard', () => {
    expect(grudgeOf({ shape: 'deaf', targets: ['n1'] }, names(3))).toEqual({ n1: ['n2', 'n3'] })
  })

  test('a mute node hears everybody but is not heard', () => {
    expect(grudgeOf({ shape: 'mute', targets: ['n1'] }, names(3))).toEqual({
      n2: ['n1'],
      n3: ['n1'],
    })
  })

  test('a bridge keeps one node between two sides', () => {
    const plan: PartitionPlan = { shape: 'bridge', left: ['n1'], middle: 'n2', right: ['n3'] }
    expect(grudgeOf(plan, names(3))).toEqual({ n1: ['n3'], n3: ['n1'] })
  })

  test('clients lose their targets, and nodes keep each other', () => {
    expect(grudgeOf({ shape: 'clients', targets: ['n1'] }, names(3))).toEqual({
      n1: ['clients'],
      clients: ['n1'],
    })
  })

  test('one link is cut in both directions, or in one', () => {
    const link = { shape: 'link', from: 'n1', to: 'n2' } as const
    expect(grudgeOf(link, names(3))).toEqual({ n1: ['n2'], n2: ['n1'] })
    expect(grudgeOf({ ...link, way: 'one' }, names(3))).toEqual({ n2: ['n1'] })
  })

  test('a plan without links is refused', () => {
    const refuses = partition.refuses
    expect(refuses({ shape: 'link', from: 'n1', to: 'n1' }, topology(3))).toContain('to itself')
    expect(refuses({ shape: 'isolate', targets: ['n1'] }, topology(1))).toContain('clients')
    expect(refuses({ shape: 'clients', targets: ['n1'] }, topology(1))).toBeUndefined()
  })

  test('only what is held needs a queue', () => {
    expect(partition.needsFor({ shape: 'isolate', targets: ['n1'], hold: true })).toEqual(['hold'])
    expect(partition.needsFor({ shape: 'isolate', targets: ['n1'] })).toEqual([])
  })

  test('in a majorities ring everybody sees a majority, and no two the same', () => {
    for (const size of [4, 5, 6, 7, 9]) {
      const grudge = grudgeOf({ shape: 'majorities-ring', order: names(size) }, names(size))
      const seen = names(size).map((node) =>
        names(size).filter((other) => !grudge[node]!.includes(other)),
      )
      for (const group of seen) {
        expect(group.length).toBeGreaterThan(size / 2)
        expect(group.length).toBeLessThan(size)
      }
      expect(new Set(seen.map((group) => group.join())).size).toBe(size)
    }
  })
})

describe('plans', () => {
  test('the first one isolates the primary, where there is one', () => {
    expect(partition.plan(topology(5), random(1), 0)).toEqual({
      shape: 'isolate',
      targets: 'primary',
    })
    expect(partition.plan(topology(5, false), random(1), 0)).not.toMatchObject({
      targets: 'primary',
    })
  })

  test('every plan is valid, names only members, and cuts some link but not every one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 9 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer(),
        fc.boolean(),
        (size, nth, seed, hasPrimaries) => {
          const plan = partition.plan(topology(size, hasPrimaries), random(seed), nth)
          expect(partition.schema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan)
          expect(partition.unknownNodes(plan, topology(size))).toEqual([])
          const resolved =
            'targets' in plan && plan.targets === 'primary' ? { ...plan, targets: ['n1'] } : plan
          const cut = Object.values(grudgeOf(resolved, names(size))).flat().length
          expect(cut).toBeGreaterThan(0)
          expect(cut).toBeLessThanOrEqual(size * (size - 1))
        },
      ),
    )
  })

  test('the same seed gives the same plan', () => {
    expect(partition.plan(topology(5), random(7), 3)).toEqual(
      partition.plan(topology(5), random(7), 3),
    )
  })
})
