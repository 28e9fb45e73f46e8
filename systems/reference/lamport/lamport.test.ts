import { describe, expect, test } from 'vitest'
import { SimDisk } from '../../../harness/cluster/sim/disk.ts'
import type { Body, World } from '../../../harness/program.ts'
import {
  complaints,
  drawRun,
  firstViolation,
  playRun,
  playSeed,
  quarriesOf,
} from '../../../harness/testing/trials.ts'
import type { PlannedEpisode } from '../../../results/schedule.ts'
import type { MachineRequest } from '../machine.ts'
import type { Bug } from './bugs.ts'
import { Channels } from './channels.ts'
import { isBefore, LamportClock } from './clock.ts'
import { Requests, type Stamped } from './requests.ts'

/** Long enough for a few faults, s. */
const TIME_LIMIT_S = 5

const quarry = quarriesOf('lamport', TIME_LIMIT_S)

describe('the correct build', () => {
  test('keeps its promises', async () => {
    expect(await complaints(quarry({}), 20)).toEqual([])
  }, 60_000)

  test('forgets nothing when a state takes the place of requests', async () => {
    const faults = ['kill', 'lose-unsynced', 'restart', 'crash-loop']
    for (let seed = 1; seed <= 10; seed++) {
      const { outcome } = await playSeed(
        quarry({ snapshotAfter: '20' }, { faults, workload: 'set' }),
        seed,
      )
      expect(outcome, `seed ${seed}`).toBe('valid')
    }
  }, 60_000)

  test.for(['kill', 'lose-unsynced'])('goes on after %s of all nodes at once', async (fault) => {
    const episodes: PlannedEpisode[] = [{ at: 2, for: 1, fault, plan: { targets: 'all' } }]
    for (let seed = 1; seed <= 4; seed++) {
      const run = drawRun(quarry({}, { workload: 'set', nodes: 3 }), seed)
      const busy = { ...run, rate: 300, schedule: { episodes } }
      expect((await playRun(busy)).outcome, `seed ${seed}`).toBe('valid')
    }
  })
})

describe('a mistake', () => {
  /** Which of them it is first depends on who asks when. */
  const disorder = ['nonlinearizable', 'stale-read']
  const bothHold = ['two-holders', 'fencing-order']
  test.for<readonly [bug: Bug, workload: string, fault: string, anomalies: readonly string[]]>([
    ['LC1', 'register', 'slow', disorder],
    ['LC1', 'lock', 'partition', bothHold],
    ['LC2', 'register', 'loss', disorder],
    ['LC3', 'register', 'loss', disorder],
    ['LC3', 'lock', 'loss', bothHold],
    ['LC4', 'register', 'reorder', disorder],
    ['LC4', 'lock', 'reorder', bothHold],
    ['LC5', 'register', 'crash-loop', disorder],
  ])('%s is caught by %s under %s', async ([bug, workload, fault, anomalies]) => {
    const hunted = quarry({ bug }, { workload, faults: [fault] })
    expect(anomalies).toContain((await firstViolation(hunted, { seeds: 40 }))?.anomaly.type)
  })
})

describe('a clock', () => {
  const clock = (disk: SimDisk, bug: Bug | 'none' = 'none') =>
    new LamportClock(
      disk.storage((then) => then()),
      bug,
    )

  test('is later than everything seen, also after a restart', () => {
    const disk = new SimDisk()
    const first = clock(disk)
    expect([first.tick(), first.tick()]).toEqual([1, 2])
    first.witness(9)
    first.witness(4)
    expect(first.tick()).toBe(10)
    expect(clock(disk).tick()).toBe(11)
    const forgetful = new SimDisk()
    clock(forgetful, 'LC5').witness(9)
    expect(clock(forgetful, 'LC5').tick()).toBe(1)
  })

  test('gives a total order', () => {
    expect(isBefore({ time: 1, node: 'n2' }, { time: 2, node: 'n1' })).toBe(true)
    expect(isBefore({ time: 2, node: 'n1' }, { time: 2, node: 'n2' })).toBe(true)
    expect(isBefore({ time: 2, node: 'n2' }, { time: 2, node: 'n1' })).toBe(false)
  })
})

describe('a channel', () => {
  const request: MachineRequest = { client: 'c', number: 1, command: { f: 'read', key: 'x' } }
  const stamped = (time: number, node: string): Stamped => ({ time, node, request })

  /** Node n1 of two, its timers under the test's hand. */
  const node = (bug: Bug | 'none' = 'none') => {
    const sent: Body[] = []
    const timers: (() => void)[] = []
    const nodes = ['n1', 'n2']
    const storage = new SimDisk().storage((then) => then())
    const world: World = {
      self: 'n1',
      nodes,
      storage,
      send: (_, body) => sent.push(body),
      after: (_, callback) => {
        timers.push(callback)
        return () => {}
      },
      now: () => 0,
      steady: () => 0,
      random: () => 0,
      log: () => {},
    }
    const requests = new Requests(storage, nodes, null)
    const channels = new Channels(world, requests, bug)
    const passTime = (): void => {
      for (const timer of timers.splice(0)) timer()
    }
    const take = (body: object) =>
      channels.receive({ src: 'n2', dest: 'n1', body: { type: 'requests', ...body } })
    return { requests, channels, sent, passTime, take }
  }

  test('takes requests once and in turn', () => {
    const { requests, take } = node()
    const body = { acknowledged: { n1: 0, n2: 2 }, made: 2 }
    const [first, second] = [stamped(1, 'n2'), stamped(2, 'n2')]
    expect(take({ ...body, after: 1, requests: [second] })).toEqual([])
    for (const fresh of take({ ...body, after: 0, requests: [first] })) requests.append(fresh)
    expect(take({ ...body, after: 0, requests: [first, second] })).toEqual([second])
  })

  test('counts an acknowledgement when the requests before it have come', () => {
    for (const bug of ['none', 'LC4'] as const) {
      const { requests, channels, take } = node(bug)
      requests.append(stamped(5, 'n1'))
      channels.secured(requests.counts())
      take({ after: 1, requests: [], acknowledged: { n1: 1, n2: 1 }, made: 1 })
      expect(channels.isAcknowledged('n1', 1), bug).toBe(bug === 'LC4')
    }
  })

  test('goes on from what has arrived, though requests from there have not come here', () => {
    const { requests, channels, sent, passTime, take } = node()
    for (let time = 1; time <= 100; time++) requests.append(stamped(time, 'n1'))
    channels.secured(requests.counts())
    take({ after: 9, requests: [], acknowledged: { n1: 99, n2: 9 }, made: 9 })
    sent.length = 0
    passTime()
    const rest = { after: 99, requests: [stamped(100, 'n1')] }
    expect(sent).toContainEqual(expect.objectContaining(rest))
  })

  test('sends again what has not arrived', () => {
    const { requests, channels, sent, passTime } = node()
    requests.append(stamped(1, 'n1'))
    channels.secured(requests.counts())
    sent.length = 0
    passTime()
    passTime()
    const times = sent.filter((body) => (body.requests as unknown[]).length === 1).length
    expect(times).toBeGreaterThan(1)
  })
})
