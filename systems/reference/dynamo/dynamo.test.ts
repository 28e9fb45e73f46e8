import { beforeAll, describe, expect, test } from 'vitest'
import { type Catalog, loadCatalog } from '../../../harness/catalog.ts'
import { draw, play } from '../../../harness/hunt/trial.ts'
import type { Bug } from './bugs.ts'
import { Ring } from './ring.ts'
import { dominates, merge, type Stored } from './versions.ts'

/** Long enough for a few faults, s. */
const TIME_LIMIT_S = 6

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

const trial = (bug: Bug | 'none', seed: number) =>
  play(
    draw({ system: 'dynamo', options: { bug }, timeLimitS: TIME_LIMIT_S }, seed, catalog),
    catalog,
  )

describe('dynamo', () => {
  test('the correct build keeps its promises', async () => {
    for (let seed = 1; seed <= 20; seed++)
      expect((await trial('none', seed)).proof?.anomaly.summary, `seed ${seed}`).toBeUndefined()
  })

  test.for([['DY1', 0, 'stale-read']] as const)('%s is caught', async ([bug, seed, anomaly]) => {
    expect((await trial(bug, seed)).proof?.anomaly.type).toBe(anomaly)
  })
})

describe('versions', () => {
  const cart = (clock: Readonly<Record<string, number>>, ...value: number[]): Stored => ({
    kind: 'siblings',
    siblings: [{ clock, value }],
  })

  test('concurrent versions are both kept, a superseded one is not', () => {
    const both = merge(cart({ a: 1 }, 1), cart({ b: 1 }, 2), dominates)
    expect(both).toMatchObject({ siblings: [{ value: [1] }, { value: [2] }] })
    const later = merge(both, cart({ a: 1, b: 1, c: 1 }, 1, 2, 3), dominates)
    expect(later).toEqual(cart({ a: 1, b: 1, c: 1 }, 1, 2, 3))
  })

  test('the latest stamp wins whichever comes first, ties by actor', () => {
    const one: Stored = { kind: 'latest', stamp: [1, 'a'], value: 1 }
    const two: Stored = { kind: 'latest', stamp: [1, 'b'], value: 2 }
    expect(merge(one, two, dominates)).toBe(two)
    expect(merge(two, one, dominates)).toBe(two)
  })
})

test('a partition has three homes, and its keys the same', () => {
  const ring = new Ring(['n1', 'n2', 'n3', 'n4', 'n5'])
  expect(ring.homes('cells/0/17')).toHaveLength(3)
  expect(ring.homes('cells/0/17')).toEqual(ring.homes('cells/0'))
  expect([...ring.homes('cart/1'), ...ring.fallbacks('cart/1')].toSorted()).toEqual([
    ...['n1', 'n2', 'n3', 'n4', 'n5'],
  ])
})
