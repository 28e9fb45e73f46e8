import { describe, expect, test } from 'vitest'
import type { Json, World } from '../../../harness/api.ts'
import {
  complaints,
  drawRun,
  firstViolation,
  playRun,
  quarriesOf,
} from '../../../harness/testing/trials.ts'
import type { Bug } from './bugs.ts'
import { Replica } from './replica.ts'
import { Ring } from './ring.ts'
import { dominates, merge, type Stored } from './versions.ts'

/** Long enough for a few faults, s. */
const TIME_LIMIT_S = 6

/** How many runs a mistake has to show itself. */
const SEEDS = 60

const quarry = quarriesOf('dynamo', TIME_LIMIT_S)

describe('dynamo', () => {
  test('the correct build keeps its promises', async () => {
    expect(await complaints(quarry({}), 20)).toEqual([])
  })

  test.for([
    ['DY1', 'read-write', ['loss', 'partition'], ['stale-read', 'nonlinearizable']],
    ['DY2', 'read-write', ['disk-stall'], ['stale-read', 'nonlinearizable']],
    ['DY3', 'set', ['partition', 'kill'], ['lost']],
    ['DY4', 'read-write', ['clock-jump'], ['stale-read', 'nonlinearizable']],
    ['DY5', 'set', ['partition'], ['lost']],
    ['DY6', 'removable-set', ['kill', 'partition'], ['resurrected']],
  ] as const)('%s is caught', async ([bug, workload, faults, anomalies]) => {
    const hunted = quarry({ bug }, { workload, faults })
    const proof = await firstViolation(hunted, { seeds: SEEDS })
    expect(anomalies).toContain(proof?.anomaly.type)
  })

  test('DY3 is caught when those who stood in restart before they hand over', async () => {
    const halves = { shape: 'halves', left: ['n1', 'n2'], right: ['n3', 'n4', 'n5'] }
    const episodes = [
      { at: 0.5, for: 2, fault: 'partition', plan: halves },
      { at: 2.6, for: 0.5, fault: 'kill', plan: { targets: 'all' } },
    ]
    const played = async (bug: Bug | 'none') => {
      const hunted = quarry({ bug }, { workload: 'set', nodes: 5, timeLimitS: 4 })
      return playRun({ ...drawRun(hunted, 1), schedule: { episodes } })
    }
    expect((await played('DY3')).proof?.anomaly.type).toBe('lost')
    expect((await played('none')).outcome).toBe('valid')
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

test('a replica that starts again answers no read before what it has is safe', () => {
  const stored: Stored = { kind: 'latest', stamp: [1, 'a'], value: 7 }
  const syncs: (() => void)[] = []
  const storage = {
    get: (name: string) => (name === 'object/k' ? (stored as unknown as Json) : undefined),
    put: () => {},
    entries: (log: string) => (log === 'object' ? ['k'] : []),
    append: () => {},
    truncate: () => {},
    sync: (then: () => void) => void syncs.push(then),
  }
  const replica = new Replica({ storage } as unknown as World, 'none')
  const answers: unknown[] = []
  replica.loaded(() => answers.push(replica.read('k')))
  expect(answers).toEqual([])
  for (const then of syncs) then()
  expect(answers).toEqual([{ k: stored }])
})
