import { describe, expect, test } from 'vitest'
import { complaints, firstViolation, quarriesOf } from '../../../harness/testing/trials.ts'
import { join, type Replicated } from './lattice.ts'

/** Long enough for a few faults, s. */
const TIME_LIMIT_S = 6

/** How many runs a mistake has to show itself. */
const SEEDS = 60

const quarry = quarriesOf('crdt', TIME_LIMIT_S)

describe('crdt', () => {
  test('the correct build keeps its promises', async () => {
    expect(await complaints(quarry({}), 20)).toEqual([])
  })

  test.for([
    ['CD1', ['duplicate'], 'g-counter'],
    ['CD2', ['partition'], 'pn-counter'],
    ['CD3', ['kill'], 'or-set'],
    ['CD4', ['partition'], 'or-set'],
    ['CD5', ['partition', 'kill'], 'or-set'],
    ['CD6', ['clock-jump'], 'lww-register'],
    ['CD7', ['partition'], 'mv-register'],
    ['CD8', ['kill', 'partition'], 'g-counter'],
  ] as const)('%s is caught', async ([bug, faults, type]) => {
    const hunted = quarry({ bug, type }, { faults })
    const proof = await firstViolation(hunted, { seeds: SEEDS })
    expect(proof?.checker).toBe(`strong-eventual ${type}`)
    expect(['divergence', 'undelivered', 'wrong-state']).toContain(proof?.anomaly.type)
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
