import { describe, expect, test } from 'vitest'
import {
  complaints,
  drawRun,
  firstViolation,
  playRun,
  quarriesOf,
} from '../../../harness/testing/trials.ts'
import type { Bug } from './bugs.ts'
import { CausalOrder } from './causal.ts'
import { FifoOrder } from './fifo.ts'
import type { Item } from './item.ts'
import { TotalOrder } from './total.ts'

/** Long enough for a few faults, s. */
const TIME_LIMIT_S = 6

/** How many runs a mistake has to show itself. */
const SEEDS = 40

const quarry = quarriesOf('broadcast', TIME_LIMIT_S)

describe('broadcast', () => {
  test.for([
    ['eager', 20],
    ['lazy', 10],
    ['gossip', 10],
  ] as const)('the correct build, %s, keeps its promises in %i runs', async ([spread, seeds]) => {
    expect(await complaints(quarry({ spread }), seeds)).toEqual([])
  })

  const playWith = async (seed: number, faults: readonly string[]) => {
    const episodes = faults.map((fault, nth) => ({
      ...{ at: 0.5 + nth, for: 0.3, fault, plan: { targets: ['n1'] } },
    }))
    const run = drawRun(quarry({}, { nodes: 3 }), seed)
    return playRun({ ...run, rate: 300, schedule: { episodes } })
  }

  test.for([1, 2, 3])(
    'a sequencer that loses its disk, and then restarts, breaks no promise and goes on, seed %i',
    async (seed) => {
      const { proof, verdicts } = await playWith(seed, ['wipe', 'kill', 'wipe', 'kill'])
      expect(proof?.anomaly).toBeUndefined()
      const total = verdicts['broadcast total']!
      expect(total.valid).toBe(true)
      const { acknowledged, broadcasts } = total.stats!
      expect(Number(acknowledged)).toBeGreaterThan(0.5 * Number(broadcasts))
    },
  )

  // It took twice what came while it read its log.
  test('a node that restarts again and again delivers nothing twice', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const { proof } = await playWith(seed, ['kill', 'kill', 'kill', 'kill', 'kill'])
      expect(proof?.anomaly, `seed ${seed}`).toBeUndefined()
    }
  })

  test.for([
    ['GO1', 'eager', ['partition'], ['disagreement']],
    ['GO1', 'gossip', ['partition', 'loss'], ['disagreement', 'lost']],
    ['GO2', 'eager', ['kill'], ['disagreement']],
    ['GO3', 'eager', ['slow', 'partition'], ['causal-order']],
    ['GO4', 'eager', ['reorder', 'partition'], ['fifo-order', 'causal-order', 'disagreement']],
    ['GO5', 'lazy', ['duplicate'], ['duplicated']],
    ['GO6', 'eager', ['partition', 'pause'], ['total-order']],
    ['VC1', 'eager', ['partition'], ['fifo-order', 'causal-order', 'disagreement']],
  ] as const)('%s, %s, is caught', async ([bug, spread, faults, types]) => {
    const hunted = quarry({ bug, spread }, { faults })
    const proof = await firstViolation(hunted, { seeds: SEEDS })
    expect(types).toContain(proof?.anomaly.type)
  })
})

/** An item of a life with the counts of its stamp. */
const item = (life: string, stamp: Readonly<Record<string, number>>, message: number): Item => ({
  ...{ life, number: message, stamp, message },
})

describe('orders', () => {
  // Birman, Schiper and Stephenson 1991, figure 4: a reply overtakes what it replies to.
  test('a reply that overtakes what it replies to waits for it', () => {
    const ordered = (bug: Bug | 'none'): readonly unknown[] => {
      const delivered: unknown[] = []
      const deliver = ({ message }: Item): void => void delivered.push(message)
      const order = new CausalOrder({ life: 'c.1', bug, deliver })
      order.take(item('b.1', { 'a.1': 1, 'b.1': 1 }, 2))
      order.take(item('a.1', { 'a.1': 1 }, 1))
      return delivered
    }
    expect(ordered('none')).toEqual([1, 2])
    expect(ordered('GO3')).toEqual([2, 1])
  })

  test('of one sender a later message waits for the earlier ones, also for those of a life that is over', () => {
    const delivered: unknown[] = []
    const order = new FifoOrder('c.1', ({ message }) => void delivered.push(message))
    order.take(item('a.2', { 'a.1': 2, 'a.2': 1 }, 3))
    order.take(item('a.1', { 'a.1': 2 }, 2))
    expect(delivered).toEqual([])
    order.take(item('a.1', { 'a.1': 1 }, 1))
    expect(delivered).toEqual([1, 2, 3])
  })

  test('a stamp tells what its node had delivered since it last broadcast', () => {
    const order = new CausalOrder({ life: 'c.1', bug: 'none', deliver: () => {} })
    order.take(item('a.1', { 'a.1': 1 }, 1))
    expect(order.stamp(7)).toEqual({ stamp: { 'a.1': 1, 'c.1': 1 }, after: [1] })
    order.take(item('b.1', { 'b.1': 1 }, 2))
    const { stamp, after } = order.stamp(8)
    expect(stamp).toEqual({ 'a.1': 1, 'b.1': 1, 'c.1': 2 })
    expect(after).toEqual([7, 2])
  })

  /** A node's total order, what it has delivered, and what it waits for to be stable. */
  const totalOrder = (self: string) => {
    const delivered: unknown[] = []
    const unstable: (() => void)[] = []
    const order: TotalOrder = new TotalOrder({
      world: { self, nodes: ['a', 'b', 'c'], after: () => () => {} },
      life: `${self}.1`,
      bug: 'none',
      deliver: ({ message }) => void delivered.push(message),
      say: (stamp) => order.take({ life: `${self}.1`, number: 100, stamp, message: null }),
      whenStable: (_, then) => void unstable.push(then),
      finish: () => {},
    })
    return { order, delivered, unstable }
  }
  const word = (life: string, stamp: Item['stamp']): Item => ({
    ...{ life, number: 1, stamp, message: null },
  })
  const place = (life: string, nth: number, of: string): Item =>
    word(life, { kind: 'place', place: nth, of })

  test('of a sequencer that has lost its disk only those places count that its next life knows', () => {
    const { order, delivered } = totalOrder('b')
    for (const message of [1, 2, 3]) order.take(item(`c.${message}`, {}, message))
    order.take(word('a.1', { kind: 'epoch', past: [] }))
    order.take(place('a.1', 1, 'c.1/1'))
    order.reborn('a.2')
    order.take(place('a.1', 2, 'c.2/2'))
    expect(delivered).toEqual([1])
    order.take(word('a.2', { kind: 'epoch', past: [['a.1', 1]] }))
    order.take(place('a.2', 1, 'c.3/3'))
    expect(delivered).toEqual([1, 3])
  })

  test('the lives of a sequencer may become known in any order', () => {
    const { order, delivered } = totalOrder('b')
    order.take(item('c.1', {}, 1))
    for (const life of ['a.3', 'a.1', 'a.2']) order.reborn(life)
    order.take(word('a.1', { kind: 'epoch', past: [] }))
    order.take(place('a.3', 1, 'c.1/1'))
    expect(delivered).toEqual([])
    const past = [
      ['a.1', 0],
      ['a.2', 0],
    ] as const
    order.take(word('a.3', { kind: 'epoch', past }))
    expect(delivered).toEqual([1])
  })

  test('a sequencer delivers what it has given a place when a majority knows the place', () => {
    const { order, delivered, unstable } = totalOrder('a')
    order.begin()
    order.take(item('b.1', {}, 1))
    expect(delivered).toEqual([])
    for (const stable of unstable) stable()
    expect(delivered).toEqual([1])
  })
})
