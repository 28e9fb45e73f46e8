import { describe, expect, test } from 'vitest'
import { SimDisk } from '../../../harness/cluster/sim/disk.ts'
import type { Body } from '../../../harness/program.ts'
import {
  complaints,
  drawRun,
  firstViolation,
  playRun,
  playSeed,
  quarriesOf,
} from '../../../harness/testing/trials.ts'
import type { PlannedEpisode } from '../../../results/schedule.ts'
import type { Bug } from './bugs.ts'
import { SharedStorage } from './shared-storage.ts'

/** Long enough for a few faults, s. */
const TIME_LIMIT_S = 5

const quarry = quarriesOf('fault-tolerant-pair', TIME_LIMIT_S)

describe('the correct build', () => {
  test('keeps its promises', async () => {
    expect(await complaints(quarry({}), 20)).toEqual([])
  }, 60_000)

  test('forgets nothing when a state takes the place of inputs', async () => {
    const faults = ['kill', 'lose-unsynced', 'partition', 'pause']
    for (let seed = 1; seed <= 10; seed++) {
      const { outcome } = await playSeed(
        quarry({ snapshotAfter: '10' }, { faults, workload: 'set' }),
        seed,
      )
      expect(outcome, `seed ${seed}`).toBe('valid')
    }
  }, 60_000)

  test('serves on alone while one host is away, and has a backup again when it is back', async () => {
    const episodes: readonly PlannedEpisode[] = ['n1', 'n2', 'n1'].map((target, nth) => {
      return { at: 1 + nth * 1.5, for: 1, fault: 'kill', plan: { targets: [target] } }
    })
    const run = drawRun(quarry({}, { workload: 'set' }), 1)
    const { outcome, simulated } = await playRun({
      ...run,
      rate: 100,
      schedule: { episodes: [...episodes] },
    })
    expect(outcome).toBe('valid')
    const added = [...simulated.history].filter(({ f, type }) => f === 'add' && type === 'ok')
    // Each host's end costs no more than it takes to notice.
    expect(added.length).toBeGreaterThan(300)
  })
})

describe('a mistake', () => {
  /** Which of them it is first depends on who asks when. */
  const disorder = ['nonlinearizable', 'stale-read']
  const bothHold = ['two-holders', 'fencing-order']
  test.for<readonly [bug: Bug, workload: string, faults: string, anomalies: readonly string[]]>([
    ['FT1', 'set', 'partition', ['lost']],
    ['FT1', 'register', 'partition', disorder],
    ['FT2', 'register', 'partition', disorder],
    ['FT2', 'lock', 'stop', bothHold],
    ['FT3', 'lock', 'kill', bothHold],
    ['FT4', 'set', 'kill', ['lost']],
  ])('%s is caught by %s under %s', async ([bug, workload, faults, anomalies]) => {
    const hunted = quarry({ bug }, { workload, faults: faults.split(',') })
    expect(anomalies).toContain((await firstViolation(hunted, { seeds: 100 }))?.anomaly.type)
  })

  test.for(['none', 'FT5'])(
    '%s: the shared storage starts anew while a host is away',
    async (bug) => {
      const kill = (target: string, at: number, seconds: number): PlannedEpisode => {
        return { at, for: seconds, fault: 'kill', plan: { targets: [target] } }
      }
      const run = drawRun(quarry({ bug }, { workload: 'register' }), 1)
      const episodes = [kill('n1', 1, 1), kill('s1', 1.6, 0.2)]
      const { proof } = await playRun({ ...run, rate: 100, schedule: { episodes } })
      if (bug === 'none') expect(proof?.anomaly.summary).toBeUndefined()
      else expect(disorder).toContain(proof?.anomaly.type)
    },
  )
})

describe('the shared storage', () => {
  test('lets the first that asks win each pair, also after a restart', () => {
    const disk = new SimDisk()
    const start = (bug: Bug | 'none') => {
      const sent: Body[] = []
      const world = {
        self: 's1',
        nodes: ['s1', 'n1', 'n2'],
        storage: disk.storage((then) => then()),
        send: (_: string, body: Body) => sent.push(body),
        after: () => () => {},
        now: () => 0,
        steady: () => 0,
        random: () => 0,
        log: () => {},
      }
      const storage = new SharedStorage(world, bug)
      return (src: string, pair: number) => {
        storage.receive({ src, dest: 's1', body: { type: 'test-and-set', pair } })
        return sent.at(-1)!.winner
      }
    }
    const ask = start('none')
    expect([ask('n2', 1), ask('n1', 1), ask('n2', 1)]).toEqual(['n2', 'n2', 'n2'])
    expect(start('none')('n1', 1)).toBe('n2')
    expect(start('FT5')('n1', 2)).toBe('n1')
    expect(start('FT5')('n2', 2)).toBe('n2')
  })
})
