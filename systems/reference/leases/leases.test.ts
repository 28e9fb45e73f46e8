import { describe, expect, test } from 'vitest'
import { SimDisk } from '../../../harness/cluster/sim/disk.ts'
import type { Body, World } from '../../../harness/program.ts'
import {
  complaints,
  firstViolation,
  playSeed,
  quarriesOf,
} from '../../../harness/testing/trials.ts'
import type { Bug } from './bugs.ts'
import { Keeper } from './keeper.ts'
import { OwnLease } from './lease.ts'
import { StorageNode } from './storage.ts'

/** Long enough for a few faults, s. */
const TIME_LIMIT_S = 5

/** How many runs a mistake has to show itself. */
const SEEDS = 20

const quarry = quarriesOf('leases', TIME_LIMIT_S)

describe('leases', () => {
  test('the correct build keeps its promises', async () => {
    expect(await complaints(quarry({}), 20)).toEqual([])
  }, 30_000)

  test.for<readonly [bug: Bug, workload: string, faults: string, seed: number, by: string]>([
    ['LE1', 'set', 'pause', 8, 'lost'],
    ['LE2', 'lock', 'clock-jump', 17, 'two-holders'],
    ['LE3', 'lock', 'pause', 1, 'two-holders'],
    ['LE4', 'election', 'kill', 10, 'two-leaders'],
    ['LE4', 'lock', 'kill', 10, 'fencing-order'],
    ['LE5', 'lock', 'restart', 1, 'two-holders'],
    ['LE6', 'lock', 'slow', 1, 'two-holders'],
  ])('%s is caught by %s under %s', async ([bug, workload, faults, from, by]) => {
    const hunted = quarry({ bug }, { nodes: 5, workload, faults: faults.split(',') })
    const proof = await firstViolation(hunted, { from, seeds: SEEDS })
    expect(proof?.anomaly.type).toBe(by)
  })

  test('a leader that was paused between its read and its write is fenced off', async () => {
    const paused = { nodes: 5, workload: 'set', faults: ['pause'] }
    expect((await playSeed(quarry({}, paused), 8)).outcome).toBe('valid')
  })
})

/** A node's surroundings: time passes when it is told to, and its clock is set by hand. */
class Surroundings implements World {
  readonly self = 'k1'
  readonly nodes = ['k1', 's1', 'n1', 'n2']
  readonly storage = new SimDisk().storage((then) => then())
  readonly sent: Body[] = []
  clock = 0
  private time = 0
  private timers: { readonly at: number; readonly callback: () => void }[] = []

  send(_: string, body: Body): void {
    this.sent.push(body)
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.time + ms, callback }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((one) => one !== timer)
    }
  }

  pass(ms: number): void {
    const until = this.time + ms
    for (;;) {
      const next = this.timers.toSorted((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > until) break
      this.timers = this.timers.filter((one) => one !== next)
      this.time = next.at
      next.callback()
    }
    this.time = until
  }

  /** The node dies: its timers with it. */
  kill(): void {
    this.timers = []
  }

  now(): number {
    return this.time + this.clock
  }

  steady(): number {
    return this.time
  }

  random = (): number => 0.5
  log(): void {}

  /** What a node answers to a body. */
  ask(program: Keeper | StorageNode, body: Body): Body | undefined {
    this.sent.length = 0
    program.receive({ src: 'n1', dest: this.self, body })
    return this.sent[0]
  }
}

describe('the keeper', () => {
  const started = (world: Surroundings): Keeper => new Keeper(world, ['n1', 'n2'], 'none')
  const acquire = (world: Surroundings, keeper: Keeper, owner: string): Body => {
    const asker = { client: owner, id: 1 }
    const { answer } = world.ask(keeper, {
      type: 'acquire',
      ...{ asker, lock: 'a', owner, ttlMs: 1000 },
    })!
    return answer as Body
  }
  const release = (world: Surroundings, keeper: Keeper, token: number): Body =>
    world.ask(keeper, { type: 'release', asker: { client: 'c1', id: 2 }, lock: 'a', token })!
      .answer as Body

  test('gives a lock again when its lease is over, whatever the wall clock shows', () => {
    const world = new Surroundings()
    const keeper = started(world)
    expect(acquire(world, keeper, 'one')).toMatchObject({ type: 'acquire_ok', token: 1 })
    world.clock = 3_600_000
    world.pass(999)
    expect(acquire(world, keeper, 'two')).toMatchObject({ type: 'error', code: 11 })
    world.pass(1)
    expect(acquire(world, keeper, 'two')).toMatchObject({ type: 'acquire_ok', token: 2 })
  })

  test('lets leases run for their whole time again after a restart, and goes on with its tokens', () => {
    const world = new Surroundings()
    acquire(world, started(world), 'one')
    world.pass(900)
    world.kill()
    const restarted = started(world)
    world.pass(999)
    expect(acquire(world, restarted, 'two').type).toBe('error')
    world.pass(1)
    expect(acquire(world, restarted, 'two')).toMatchObject({ token: 2 })
  })

  test('takes a lock back from who has its token, and from nobody else', () => {
    const world = new Surroundings()
    const keeper = started(world)
    acquire(world, keeper, 'one')
    expect(release(world, keeper, 1).type).toBe('release_ok')
    acquire(world, keeper, 'two')
    expect(release(world, keeper, 1)).toMatchObject({ type: 'error', code: 22 })
    expect(acquire(world, keeper, 'three').type).toBe('error')
  })

  test('appoints another leader when the lease is over, and not before', () => {
    const world = new Surroundings()
    const keeper = started(world)
    const ping = (owner: string) => world.ask(keeper, { type: 'ping', number: 1, owner })
    ping('n1/1')
    world.pass(25)
    expect(ping('n1/1')).toMatchObject({ type: 'pong', term: 1, owner: 'n1/1' })
    world.pass(290)
    expect(ping('n1/2')).toMatchObject({ term: 1, owner: 'n1/1' })
    world.pass(50)
    expect(ping('n1/2')).toMatchObject({ term: 2, owner: 'n1/2' })
  })
})

describe('the storage', () => {
  const load = (token: number, number = 1): Body => ({ type: 'load', token, number })
  const save = (token: number, number: number, state: string): Body => ({
    type: 'save',
    ...{ token, number, state },
  })

  test('refuses whoever comes with an older token than it has seen, also in a read', () => {
    const world = new Surroundings()
    const storage = new StorageNode(world, 'none')
    expect(world.ask(storage, save(3, 1, 'a'))).toMatchObject({ type: 'saved' })
    expect(world.ask(storage, load(4))).toMatchObject({ type: 'loaded', state: 'a' })
    expect(world.ask(storage, save(3, 2, 'b'))).toMatchObject({ type: 'fenced' })
    expect(world.ask(new StorageNode(world, 'none'), load(3))).toMatchObject({ type: 'fenced' })
  })

  test('does not save again what comes late', () => {
    const world = new Surroundings()
    const storage = new StorageNode(world, 'none')
    for (const one of [save(3, 1, 'a'), save(3, 2, 'b'), save(3, 1, 'a')]) world.ask(storage, one)
    expect(world.ask(storage, load(3))).toMatchObject({ state: 'b' })
  })
})

test('a leader counts its lease from the sending of the ping that was answered', () => {
  const world = new Surroundings()
  let overs = 0
  const lease = new OwnLease(world, 100, () => overs++)
  const first = lease.ping()
  world.pass(50)
  const second = lease.ping()
  expect(lease.confirm(first)).toBe(true)
  world.pass(49)
  expect(lease.confirm(second)).toBe(true)
  world.pass(50)
  expect(overs).toBe(0)
  world.pass(1)
  expect(overs).toBe(1)
  expect(lease.confirm(second)).toBe(false)
})
