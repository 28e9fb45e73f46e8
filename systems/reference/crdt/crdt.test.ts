import { beforeAll, describe, expect, test } from 'vitest'
import { type Catalog, loadCatalog } from '../../../harness/catalog.ts'
import { draw, play } from '../../../harness/hunt/trial.ts'
import type { Bug } from './bugs.ts'
import { join, type Replicated } from './lattice.ts'

/** Long enough for a few faults, s. */
const TIME_LIMIT_S = 6

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

const trial = (bug: Bug | 'none', seed: number) =>
  play(draw({ system: 'crdt', options: { bug }, timeLimitS: TIME_LIMIT_S }, seed, catalog), catalog)

describe('crdt', () => {
  test('the correct build keeps its promises', async () => {
    for (let seed = 1; seed <= 20; seed++)
      expect((await trial('none', seed)).proof?.anomaly.summary, `seed ${seed}`).toBeUndefined()
  })

  test.for([['CD1', 1, 'wrong-state']] as const)('%s is caught', async ([bug, seed, anomaly]) => {
    expect((await trial(bug, seed)).proof?.anomaly.type).toBe(anomaly)
  })
})

describe('a join', () => {
  const added = (update: number, dot: string): Replicated => ({
    updates: [update],
    state: { kind: 'dots', adds: { [dot]: { id: update, value: 1 } }, removed: {}, purges: {} },
  })
  const removed: Replicated = {
    updates: [3],
    state: { kind: 'dots', adds: {}, removed: { 'a/1': true }, purges: {} },
  }

  test('comes to the same in any order and any number of times', () => {
    const parts = [added(1, 'a/1'), added(2, 'b/1'), removed]
    const all = (order: readonly Replicated[]) =>
      order.reduce<Replicated | undefined>((sum, part) => join(sum, part, 'none'), undefined)
    const once = all(parts)
    expect(all([...parts].reverse())).toEqual(once)
    expect(all([...parts, ...parts])).toEqual(once)
    expect(once!.updates).toEqual([1, 2, 3])
  })

  test('with CD1 a counter that comes twice counts twice', () => {
    const counter: Replicated = { updates: [1], state: { kind: 'counts', up: { a: 2 }, down: {} } }
    expect(join(counter, counter, 'none')).toEqual(counter)
    expect(join(counter, counter, 'CD1').state).toMatchObject({ up: { a: 4 } })
  })
})
