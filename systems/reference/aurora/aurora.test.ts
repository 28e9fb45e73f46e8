import { describe, expect, test } from 'vitest'
import type { Schedule, Storage } from '../../../harness/api.ts'
import { SimDisk } from '../../../harness/cluster/sim/disk.ts'
import { complaints, drawRun, playRun, quarriesOf } from '../../../harness/testing/trials.ts'
import type { Bug } from './bugs.ts'
import { outcome } from './commands.ts'
import { Segment } from './segment.ts'
import { type LogRecord, reachedBy, standing } from './volume.ts'

/** Long enough for a few faults, s. */
const TIME_LIMIT_S = 5

/** How many runs a mistake has to show itself. */
const SEEDS = 15

const quarry = quarriesOf('aurora', TIME_LIMIT_S)

interface Focus {
  readonly workload?: string
  /** Instead of what is drawn. */
  readonly episodes?: Schedule['episodes']
}

const trial = (bug: Bug | 'none', seed: number, { workload, episodes }: Focus = {}) => {
  const drawn = drawRun(
    quarry({ bug }, { nodes: 9, ...(workload === undefined ? {} : { workload }) }),
    seed,
  )
  return playRun(episodes === undefined ? drawn : { ...drawn, schedule: { episodes } })
}

const killed = { at: 2, for: 0.5, fault: 'kill', plan: { targets: 'primary' } }
const lossy = { at: 1.5, for: 1, fault: 'loss', plan: { links: { of: 'all' }, percent: 30 } }
const cut = (left: readonly string[], right: readonly string[]) => ({
  ...{ at: 1, for: 1.5, fault: 'partition' },
  plan: { shape: 'halves', left, right },
})
const split = cut(['db-a', 'a1', 'a2', 'b1'], ['db-b', 'db-c', 'b2', 'c1', 'c2'])
/** They do not hear each other, while storage hears all of them. */
const deaf = cut(['db-a'], ['db-b', 'db-c'])

describe('aurora', () => {
  test('the correct build keeps its promises', { timeout: 60_000 }, async () => {
    expect(await complaints(quarry({}, { nodes: 9 }), 20)).toEqual([])
  })

  test('the correct build survives the loss of a zone, and later of a disk', async () => {
    const episodes = [
      { at: 0.5, for: 2, fault: 'kill', plan: { targets: ['db-a', 'a1', 'a2'] } },
      { at: 3, for: 1, fault: 'wipe', plan: { targets: ['b1'] } },
    ]
    const { outcome, simulated } = await trial('none', 1, { workload: 'set', episodes })
    expect(simulated.problems).toEqual([])
    expect(outcome).toBe('valid')
  })

  test.for<readonly [bug: Bug, workload: string, episodes: Schedule['episodes'], anomaly: string]>([
    ['AU1', 'register', [split], 'nonlinearizable'],
    ['AU2', 'set', [killed], 'duplicated'],
    ['AU3', 'set', [lossy, killed], 'lost'],
    ['AU4', 'multi-register', [], 'nonlinearizable'],
    ['AU5', 'register', [deaf], 'stale-read'],
  ])('%s is caught by %s', async ([bug, workload, episodes, anomaly]) => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      expect(
        (await trial('none', seed, { workload, episodes })).proof,
        `seed ${seed}`,
      ).toBeUndefined()
      const { proof } = await trial(bug, seed, { workload, episodes })
      if (proof !== undefined) return expect([proof.anomaly.type, seed]).toEqual([anomaly, seed])
    }
    expect.fail(`not caught in ${SEEDS} runs`)
  })
})

describe('a segment', () => {
  const disk = (): Storage => new SimDisk().storage((then) => then())

  /** Records by LSN, each after the one before. */
  const records = (...lsns: number[]): LogRecord[] =>
    lsns.map((lsn, place) => ({
      lsn,
      prev: lsns[place - 1] ?? 0,
      redo: { f: 'append', key: 'page', value: lsn },
      ends: lsn % 2 === 0,
    }))

  test('is complete up to the first gap, and further when it is filled', () => {
    const segment = new Segment(disk(), [])
    const [one, two, three] = records(1, 2, 3)
    segment.add([three!, one!])
    expect([segment.scl, segment.highest]).toEqual([1, 3])
    segment.add([two!])
    expect([segment.scl, segment.consistent]).toEqual([3, 2])
  })

  test('makes pages as of any record that it has', () => {
    const segment = new Segment(disk(), [])
    segment.add(records(1, 2, 3))
    expect(segment.page('page', 2)).toEqual([1, 2])
    expect(segment.page('page', 0)).toBeNull()
    expect(segment.page('page', 4)).toBeUndefined()
  })

  test('drops what a recovery has annulled, also from its disk', () => {
    const storage = disk()
    const segment = new Segment(storage, [])
    segment.add(records(1, 2, 3))
    const truncations = [{ after: 2, upTo: 10 }]
    segment.annul(truncations)
    segment.add([{ ...records(11)[0]!, prev: 2 }, ...records(1, 2, 3)])
    expect(segment.page('page', 11)).toEqual([1, 2, 11])
    expect(new Segment(storage, truncations).page('page', 11)).toEqual([1, 2, 11])
  })
})

test('what stands of an annulled LSN is where the recovery began, and so on back', () => {
  const truncations = [
    { after: 5, upTo: 10 },
    { after: 10, upTo: 20 },
  ]
  expect([4, 5, 7, 10, 15, 21].map((lsn) => standing(lsn, truncations))).toEqual([
    4, 5, 5, 5, 5, 21,
  ])
})

test('four of six have reached the fourth highest', () => {
  expect(reachedBy(4, [1, 9, 3, 7, 5])).toBe(3)
  expect(reachedBy(4, [1, 9, 3])).toBe(-1)
})

test('a transaction reads what it has written itself', () => {
  const accesses = [
    ['r', 'x', null],
    ['w', 'x', 2],
    ['r', 'x', null],
  ] as const
  const { result, redo } = outcome({ f: 'txn', accesses }, () => 1)
  expect(result.value).toEqual([
    ['r', 'x', 1],
    ['w', 'x', 2],
    ['r', 'x', 2],
  ])
  expect(redo).toEqual([{ f: 'write', key: 'x', value: 2 }])
})
