import { describe, expect, test } from 'vitest'
import type { World } from '../../harness/api.ts'
import { SimDisk } from '../../harness/cluster/sim/disk.ts'
import { LockLeases } from './lock-leases.ts'
import { Locks } from './locks.ts'
import { Machine, type MachineRequest } from './machine.ts'

const key = 'l'

/** Locks, with what clients ask of one of them. */
const setUp = () => {
  const locks = new Locks()
  let place = 0
  const how = (lot = 0) => ({ place: ++place, lot })
  const acquire = (client: string, bid = 1) =>
    locks.apply(client, { f: 'acquire', key, bid, ttlMs: 10 }, how()).value
  const release = (client: string, bid = 1, lot = 0) =>
    locks.apply(client, { f: 'release', key, bid }, how(lot))
  const expire = (client: string, told: number) =>
    locks.apply(client, { f: 'expire', key, bid: 1, told }, how())
  const holder = () => locks.holders()[0]?.client
  return { locks, acquire, release, expire, holder }
}

describe('a replicated lock', () => {
  test('is held by one, in the order of bids, with rising tokens', () => {
    const { acquire, release } = setUp()
    expect([acquire('a'), acquire('b'), acquire('c'), acquire('a')]).toEqual([1, null, null, 1])
    release('a')
    expect([acquire('c'), acquire('b')]).toEqual([null, 5])
    release('b')
    expect(acquire('c')).toBe(8)
  })

  test('goes to whom the lot falls on', () => {
    const { acquire, release, holder } = setUp()
    for (const client of ['a', 'b', 'c', 'd']) acquire(client)
    release('a', 1, 0.99)
    expect(holder()).toBe('d')
    release('d', 1, 0)
    expect(holder()).toBe('b')
  })

  test('is not given to a bid that is over', () => {
    const { acquire, release, holder } = setUp()
    acquire('a')
    acquire('b')
    release('b')
    expect(acquire('b')).toBeNull()
    release('a')
    expect(holder()).toBeUndefined()
    expect(acquire('a')).toBeNull()
    expect(acquire('a', 2)).toBe(7)
  })

  test('a later bid of a client ends its earlier one, and no late release ends the later', () => {
    const { acquire, release, holder } = setUp()
    acquire('a', 1)
    expect(acquire('a', 2)).toBe(2)
    release('a', 1)
    expect(holder()).toBe('a')
  })

  test('passes over who has not heard of its turn, and never over who has since', () => {
    const { locks, acquire, release, expire, holder } = setUp()
    for (const client of ['a', 'b', 'c', 'd', 'e']) acquire(client)
    release('a')
    for (const client of ['c', 'd']) acquire(client)
    expire('b', 0)
    expect(holder()).toBe('c')
    acquire('c')
    expire('c', 0)
    expect(holder()).toBe('c')
    const { told } = locks.holders()[0]!
    acquire('c')
    expire('c', told)
    expect(holder()).toBe('c')
    expire('c', locks.holders()[0]!.told)
    expect(holder()).toBe('d')
    // Nor was anything heard of e, while b was waited for.
    release('d')
    expect(holder()).toBeUndefined()
  })

  test('is the same after a snapshot', () => {
    const { locks, acquire } = setUp()
    acquire('a')
    acquire('b')
    const other = new Locks()
    other.restore(locks.snapshot())
    expect(other.snapshot()).toEqual(locks.snapshot())
    expect(
      other.apply('b', { f: 'acquire', key, bid: 1, ttlMs: 10 }, { place: 3, lot: 0 }).value,
    ).toBeNull()
  })
})

describe('the lease of a replicated lock', () => {
  /** A node that watches a lock, its timers under the test's hand. */
  const watch = () => {
    const machine = new Machine()
    const timers: { readonly ms: number; readonly callback: () => void }[] = []
    const world: World = {
      self: 'n1',
      nodes: ['n1'],
      storage: new SimDisk().storage((then) => then()),
      send: () => {},
      after: (ms, callback) => {
        timers.push({ ms, callback })
        return () => {}
      },
      now: () => 0,
      steady: () => 0,
      random: () => 0,
      log: () => {},
    }
    const carryOut = (request: MachineRequest): void => {
      machine.apply(request)
      leases.look()
    }
    const leases = new LockLeases(world, machine, carryOut)
    const acquire = (client: string): void =>
      carryOut({ client, number: 1, command: { f: 'acquire', key, bid: 1, ttlMs: 2000 } })
    return { machine, timers, acquire, holder: () => machine.holders()[0]?.client }
  }

  test('is over when its time is, and the next has little time to hear of it', () => {
    const { timers, acquire, holder } = watch()
    for (const client of ['a', 'b', 'c']) acquire(client)
    expect(timers.map(({ ms }) => ms)).toEqual([2000])
    timers[0]!.callback()
    expect(holder()).toBe('b')
    expect(timers[1]!.ms).toBeLessThan(2000)
    acquire('c')
    timers[1]!.callback()
    expect(holder()).toBe('c')
  })

  test('begins anew for a holder that asks again', () => {
    const { timers, acquire, holder } = watch()
    for (const client of ['a', 'a']) acquire(client)
    timers[0]!.callback()
    expect(holder()).toBe('a')
    timers[1]!.callback()
    expect(holder()).toBeUndefined()
  })

  test('is not over sooner for who has heard of it', () => {
    const { timers, acquire, holder } = watch()
    for (const client of ['a', 'b']) acquire(client)
    timers[0]!.callback()
    acquire('b')
    timers[1]!.callback()
    expect(holder()).toBe('b')
    expect(timers[2]!.ms).toBe(2000)
  })
})
