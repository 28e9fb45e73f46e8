/** Spanner of our own: the correct build keeps its promises, each mistake is caught, and the parts that time rests on. */
import { describe, expect, test } from 'vitest'
import type { Body, World } from '../../../harness/api.ts'
import { SimDisk } from '../../../harness/cluster/sim/disk.ts'
import type { Quarry } from '../../../harness/hunt/trial.ts'
import { complaints, playSeed, quarriesOf } from '../../../harness/testing/trials.ts'
import { type Bug, bugs } from './bugs.ts'
import { LEASE_MS, Leases } from './leases.ts'
import { TimeDaemon } from './time-daemon.ts'
import { TrueTime } from './true-time.ts'
import { Versions } from './versions.ts'

const quarry = quarriesOf('spanner', 5)

test('the correct build keeps its promises and goes on', async () => {
  expect(await complaints(quarry({ bug: 'none' }), 10)).toEqual([])
}, 60_000)

test('the correct build keeps them whatever the clocks show', async () => {
  const faults = ['clock-jump', 'clock-drift', 'clock-strobe', 'kill', 'partition']
  expect(await complaints(quarry({ bug: 'none' }, { faults }), 8)).toEqual([])
}, 60_000)

const caught: Readonly<Record<Bug, readonly [focus: Partial<Quarry>, seed: number, string]>> = {
  SP1: [{ workload: 'causal-reverse', faults: ['clock-drift'] }, 17, 'causal-reverse'],
  SP2: [{ workload: 'causal-reverse', faults: ['clock-jump'] }, 23, 'causal-reverse'],
  SP3: [{ workload: 'register', faults: ['partition'] }, 5, 'stale-read'],
  SP4: [{ workload: 'bank', faults: ['partition'] }, 1, 'wrong-total'],
  SP5: [
    { workload: 'list-append', faults: ['clock-jump', 'clock-drift'] },
    16,
    'incompatible-order',
  ],
}

test.for(Object.keys(bugs) as Bug[])('%s is caught', async (bug) => {
  const [focus, seed, anomaly] = caught[bug]
  const { proof } = await playSeed(quarry({ bug }, { nodes: 3, ...focus }), seed)
  expect(proof?.anomaly.type).toBe(anomaly)
})

/** A server's surroundings: clocks are set by hand, and what it sends is kept. */
class Surroundings implements World {
  readonly nodes = ['n1', 'n2', 'n3']
  readonly disk = new SimDisk()
  readonly storage = this.disk.storage((then) => then())
  sent: (readonly [dest: string, body: Body])[] = []
  /** ms. */
  passed = 1000
  wrong = 0
  private timers: { readonly at: number; readonly callback: () => void }[] = []

  constructor(readonly self: string) {}

  send(dest: string, body: Body): void {
    this.sent.push([dest, body])
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.passed + ms, callback }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((one) => one !== timer)
    }
  }

  pass(ms: number): void {
    const until = this.passed + ms
    for (;;) {
      const next = this.timers.toSorted((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > until) break
      this.timers = this.timers.filter((one) => one !== next)
      this.passed = next.at
      next.callback()
    }
    this.passed = until
  }

  steady = (): number => this.passed
  now = (): number => this.passed + this.wrong
  random = (): number => 0.5
  log(): void {}
}

describe('TrueTime', () => {
  const founded = (): readonly [Surroundings, TrueTime] => {
    const world = new Surroundings('n1')
    const time = new TrueTime(world, { mostMs: 200 })
    time.found(world.passed)
    return [world, time]
  }

  test('contains the absolute time, and is as much wider as the machine’s clock is wrong', () => {
    const [world, time] = founded()
    for (const wrong of [0, 150, -150]) {
      world.pass(10)
      world.wrong = wrong
      const { earliest, latest } = time.now()!
      expect(earliest).toBeLessThanOrEqual(world.passed)
      expect(latest).toBeGreaterThanOrEqual(world.passed)
      expect(latest - earliest).toBeCloseTo(Math.abs(wrong), 0)
    }
  })

  test('is none where the machine’s clock is too wrong to wait it out', () => {
    const [world, time] = founded()
    world.wrong = 201
    expect([time.now(), time.after(0), time.before(1e9)]).toEqual([undefined, false, false])
  })

  test('is common to what two masters say; who contradicts them has no time', () => {
    const [, time] = founded()
    time.learn({ earliest: 900, latest: 1100 }, 5)
    expect(time.bounds()).toEqual({ earliest: 1000, latest: 1000 })
    time.learn({ earliest: 1100, latest: 1200 }, 5)
    expect(time.bounds()).toBeUndefined()
  })

  test('reads nothing beyond what is safe on the disk', () => {
    const [world, time] = founded()
    const { limit } = time
    expect(limit).toBeGreaterThan(time.now()!.latest)
    expect(new TrueTime(world, { mostMs: 200 }).limit).toBe(limit)
  })
})

describe('the time daemon', () => {
  /** @param limit what it had reserved in an earlier run */
  const server = (self: string, limit = 0) => {
    const world = new Surroundings(self)
    world.storage.put('time-limit', limit)
    const time = new TrueTime(world, { mostMs: 200 })
    return { world, time, daemon: new TimeDaemon(world, time) }
  }
  type Server = ReturnType<typeof server>

  /** Hands over all that was sent, until nothing is. */
  const deliver = (servers: readonly Server[]): void => {
    for (let moved = true; moved; ) {
      moved = false
      for (const { world } of servers) {
        const { sent } = world
        world.sent = []
        for (const [dest, body] of sent) {
          const to = servers.find((one) => one.world.self === dest)
          moved ||= to !== undefined
          to?.daemon.receive({ src: world.self, dest, body })
        }
      }
    }
  }
  const pass = (servers: readonly Server[], ms: number): void => {
    for (let passed = 0; passed < ms; passed += 10) {
      for (const { world } of servers) world.pass(10)
      deliver(servers)
    }
  }

  test('begins a time line when nobody has one, later than all times that were used', () => {
    const servers = [server('n1'), server('n2', 5000), server('n3')]
    pass(servers, 200)
    for (const { time } of servers) expect(time.bounds()!.earliest).toBeGreaterThanOrEqual(5000)
  })

  test('begins none as long as somebody may have one', () => {
    const [first, second] = [server('n1'), server('n2')]
    pass([first, second], 500)
    expect([first.time.bounds(), second.time.bounds()]).toEqual([undefined, undefined])
  })
})

describe('a lease', () => {
  const leased = (bug: Bug | 'none') => {
    const world = new Surroundings('n1')
    const time = new TrueTime(world, { mostMs: 200 })
    time.found(world.passed)
    return { world, leases: new Leases(world, time, bug, () => {}) }
  }

  test('ends for its leader before those who lent their votes are free', () => {
    const { world, leases } = leased('none')
    world.pass(1000)
    leases.asks(1)
    leases.lend(1)
    leases.granted(1)
    world.wrong = 100
    world.pass(LEASE_MS - 90)
    expect([leases.covers(0), leases.isFree(undefined)]).toEqual([false, false])
    world.pass(100)
    expect([leases.covers(0), leases.isFree(undefined)]).toEqual([false, true])
  })

  test('counts as lent just now after a start, and is given back by who abdicates', () => {
    const { world, leases } = leased('none')
    expect(leases.isFree(undefined)).toBe(false)
    leases.lend(7)
    expect([leases.isFree(6), leases.isFree(7)]).toEqual([false, true])
    world.pass(LEASE_MS + 10)
    expect(leases.isFree(undefined)).toBe(true)
  })
})

test('versions are found as of a timestamp, whatever the order in which they came', () => {
  const versions = new Versions()
  versions.write(20, [['t:b', 2]])
  versions.write(10, [
    ['t:a', 1],
    ['t:b', 1],
  ])
  expect(versions.find({ keys: ['t:a', 't:b', 'x'] }, 15)).toEqual({ values: [1, 1, null] })
  expect(versions.find({ partition: 't' })).toEqual({
    rows: [
      ['t:b', 2],
      ['t:a', 1],
    ],
  })
  const copy = new Versions()
  copy.restore(versions.snapshot())
  expect(copy.find({ keys: ['t:b'] }, 9)).toEqual({ values: [null] })
  expect(copy.latest).toBe(20)
})
