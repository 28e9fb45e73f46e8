import { describe, expect, test } from 'vitest'
import type { Message } from '../../program.ts'
import { random } from '../../random.ts'
import { SimNetwork } from './network.ts'
import { Scheduler } from './scheduler.ts'

/** Sends numbered messages from a to b, 1 ms apart, and says which arrived, in their order. */
const arrivals = async (prepare: (network: SimNetwork) => void, count = 2000) => {
  const scheduler = new Scheduler()
  const arrived: { readonly number: number; readonly ms: number }[] = []
  const network = new SimNetwork({
    scheduler,
    random: random(1),
    nodes: ['a', 'b', 'c'],
    deliver: ({ body }) =>
      arrived.push({ number: body.msg_id!, ms: scheduler.now() / 1e6 - body.msg_id! }),
  })
  prepare(network)
  for (let number = 0; number < count; number++)
    scheduler.at(number * 1e6, () => {
      const message: Message = { src: 'a', dest: 'b', body: { type: 'n', msg_id: number } }
      network.send(message)
    })
  await scheduler.run(new Promise<void>((resolve) => scheduler.after(count * 1e6 + 60e9, resolve)))
  return { arrived, network }
}
const link = [{ from: 'a', to: 'b' }]
const other = [{ from: 'b', to: 'a' }]

describe('messages', () => {
  test('arrive once, a little late, where nothing is set, or only for another link', async () => {
    for (const prepare of [
      () => {},
      (network: SimNetwork) => network.shape(other, { kind: 'loss', percent: 100 }),
      (network: SimNetwork) => network.setGrudge({ a: ['b'] }),
    ]) {
      const { arrived } = await arrivals(prepare)
      expect(new Set(arrived.map(({ number }) => number)).size).toBe(2000)
      expect(arrived).toHaveLength(2000)
      expect(Math.max(...arrived.map(({ ms }) => ms))).toBeLessThan(20)
    }
  })

  test('do not arrive over a cut link', async () => {
    const { arrived } = await arrivals((network) => network.setGrudge({ b: ['a'] }))
    expect(arrived).toEqual([])
  })

  test('are lost, doubled, damaged and late as often and as long as was set', async () => {
    const lossy = await arrivals((one) => one.shape(link, { kind: 'loss', percent: 30, burst: 4 }))
    expect(lossy.arrived.length / 2000).toBeCloseTo(0.7, 1)
    const twice = await arrivals((one) => one.shape(link, { kind: 'duplicate', percent: 20 }))
    expect(twice.arrived.length / 2000).toBeCloseTo(1.2, 1)
    const wrong = await arrivals((one) => one.shape(link, { kind: 'corrupt', percent: 10 }))
    expect(wrong.arrived).toHaveLength(2000 - wrong.network.refused.get('b')!)
    expect(wrong.network.refused.get('b')! / 2000).toBeCloseTo(0.1, 1)
    const late = await arrivals((one) =>
      one.shape(link, { kind: 'delay', ms: 100, jitterMs: 20, distribution: 'uniform' }),
    )
    const ms = late.arrived.map((one) => one.ms)
    expect(Math.min(...ms)).toBeGreaterThan(80)
    expect(ms.reduce((sum, one) => sum + one, 0) / ms.length).toBeCloseTo(101, -1)
  })

  test('that are held arrive when they are let go, in their order', async () => {
    const { arrived, network } = await arrivals((one) => one.shape(link, { kind: 'hold' }), 50)
    expect(arrived).toEqual([])
    network.clear('hold')
    expect(arrived).toHaveLength(50)
    network.clear('hold')
    expect(arrived).toHaveLength(50)
  })

  test('of which one copy is refused may have been carried out by the other', async () => {
    const scheduler = new Scheduler()
    const network = new SimNetwork({
      ...{ scheduler, random: random(1), nodes: ['a'] },
      deliver: () => {},
    })
    const message: Message = { src: 'c1', dest: 'a', body: { type: 'request', msg_id: 1 } }
    network.send(message)
    expect(network.isDoubled(message)).toBe(false)
    network.shape([{ from: 'clients', to: 'a' }], { kind: 'duplicate', percent: 100 })
    network.send(message)
    expect(network.isDoubled(message)).toBe(true)
  })
})
