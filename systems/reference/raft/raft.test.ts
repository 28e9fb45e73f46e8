import { describe, expect, test } from 'vitest'
import { SimDisk } from '../../../harness/cluster/sim/disk.ts'
import type { Quarry, Trial } from '../../../harness/hunt/trial.ts'
import { playSeed } from '../../../harness/testing/trials.ts'
import { type Bug, bugs } from './bugs.ts'
import { type Entry, Log } from './log.ts'
import { type Configuration, changed, isMajority, isVoter, promoted } from './membership.ts'

type Focus = Pick<Quarry, 'nodes' | 'workload' | 'faults'> & { readonly snapshotAfter?: string }

const trial = (
  bug: Bug | 'none',
  seed: number,
  { snapshotAfter, ...focus }: Focus,
  timeLimitS = 5,
): Promise<Trial> => {
  const options = { bug, ...(snapshotAfter === undefined ? {} : { snapshotAfter }) }
  return playSeed({ system: 'raft', options, timeLimitS, ...focus }, seed)
}

test('the correct build keeps its promises and goes on', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const { outcome, proof, simulated } = await trial('none', seed, {})
    const says = `seed ${seed}: ${proof?.anomaly.summary ?? simulated.problems.join()}`
    expect(outcome, says).toBe('valid')
  }
}, 60_000)

test('the correct build keeps its promises while its members change', async () => {
  const faults = ['partition', 'shrink', 'replace', 'rival-changes', 'wipe']
  for (let seed = 1; seed <= 8; seed++)
    expect((await trial('none', seed, { nodes: 5, faults })).outcome, `seed ${seed}`).toBe('valid')
}, 60_000)

const caught: Readonly<Record<Bug, readonly [focus: Focus, seed: number, anomaly: string]>> = {
  RA1: [{ nodes: 3, workload: 'set', faults: ['partition', 'kill'] }, 12, 'lost'],
  RA2: [{ nodes: 3, workload: 'register', faults: ['wipe', 'kill'] }, 2, 'stale-read'],
  RA3: [{ nodes: 5, workload: 'register', faults: ['partition'] }, 5, 'stale-read'],
  RA4: [{ nodes: 3, workload: 'register', faults: ['partition'] }, 1, 'nonlinearizable'],
  RA5: [{ nodes: 5, workload: 'set', faults: ['partition', 'crash-loop', 'pause'] }, 39, 'lost'],
  RA6: [{ nodes: 3, workload: 'set', faults: ['slow', 'partition'] }, 2, 'lost'],
  RA7: [{ nodes: 5, workload: 'set', faults: ['partition'] }, 1, 'lost'],
  RA8: [{ nodes: 3, workload: 'set', faults: ['partition'] }, 17, 'lost'],
  RA9: [
    { nodes: 3, workload: 'set', faults: ['partition', 'kill'], snapshotAfter: '3' },
    12,
    'duplicated',
  ],
  RA10: [
    { nodes: 4, workload: 'register', faults: ['partition', 'rival-changes'] },
    23,
    'stale-read',
  ],
  RA11: [{ nodes: 3, workload: 'set', faults: ['partition'] }, 1, 'no-progress'],
  RA12: [{ nodes: 3, workload: 'set', faults: ['lose-unsynced'] }, 1, 'lost'],
}
/** These need several faults after each other, s. */
const LONG: Readonly<Partial<Record<Bug, number>>> = { RA1: 10, RA5: 10, RA9: 10 }

test.for(Object.keys(bugs) as Bug[])('%s is caught', async (bug) => {
  const [focus, seed, anomaly] = caught[bug]
  const { proof } = await trial(bug, seed, focus, LONG[bug])
  expect(proof?.anomaly.type).toBe(anomaly)
})

const three: Configuration = { voters: { n1: 'a', n2: 'b', n3: 'c' }, learners: [] }

describe('a configuration', () => {
  test('changes by one server, and not at all where it is so already', () => {
    const grown = changed(three, { add: 'n4' })
    expect(grown).toEqual({ ...three, learners: ['n4'] })
    expect(changed(grown, { add: 'n4' })).toBe(grown)
    expect(promoted(grown, 'n4', 'd')).toEqual({
      voters: { ...three.voters, n4: 'd' },
      learners: [],
    })
    expect(changed(three, { remove: 'n2' }).voters).toEqual({ n1: 'a', n3: 'c' })
    expect(changed(three, { remove: 'n9' })).toBe(three)
  })

  test('counts voters only, by name and identity', () => {
    const grown = changed(three, { add: 'n4' })
    expect(isMajority(grown, ['n1', 'n4'])).toBe(false)
    expect(isMajority(grown, ['n1', 'n3'])).toBe(true)
    expect(isVoter(three, 'n1', 'a')).toBe(true)
    expect(isVoter(three, 'n1', 'another')).toBe(false)
  })
})

describe('the log', () => {
  const entry = (term: number, configuration?: Configuration): Entry => ({
    term,
    request: null,
    ...(configuration === undefined ? {} : { configuration }),
  })
  const two = changed(three, { remove: 'n3' })
  const open = (disk: SimDisk): Log => new Log(disk.storage((then) => then()))

  test('follows the latest configuration, and the one before when that is cut off', () => {
    const log = open(new SimDisk())
    for (const one of [entry(1, three), entry(1), entry(2, two)]) log.append(one)
    expect([log.configuration, log.configuredAt]).toEqual([two, 3])
    log.truncate(2)
    expect([log.configuration, log.configuredAt]).toEqual([three, 1])
  })

  test('keeps it in a snapshot and through a restart', () => {
    const disk = new SimDisk()
    const log = open(disk)
    for (const one of [entry(1, three), entry(1), entry(2, two), entry(2)]) log.append(one)
    log.compact(2, null)
    for (const one of [log, open(disk)]) {
      expect(one.base.configuration).toEqual(three)
      expect([one.configuration, one.configuredAt, one.lastIndex]).toEqual([two, 3, 4])
    }
    log.compact(3, null)
    expect(open(disk).configuration).toEqual(two)
  })
})
