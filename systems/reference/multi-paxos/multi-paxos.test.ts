import { describe, expect, test } from 'vitest'
import { SimDisk } from '../../../harness/cluster/sim/disk.ts'
import {
  complaints,
  drawRun,
  firstViolation,
  playRun,
  quarriesOf,
} from '../../../harness/testing/trials.ts'
import { Acceptor } from './acceptor.ts'
import { type Ballot, compare, NO_BALLOT } from './ballot.ts'
import type { Bug } from './bugs.ts'
import { Learner } from './learner.ts'
import type { Value } from './messages.ts'
import { Proposer } from './proposer.ts'

/** Long enough for a few faults, s. */
const TIME_LIMIT_S = 5

/** How many runs a mistake has to show itself. */
const SEEDS = 20

const quarry = quarriesOf('multi-paxos', TIME_LIMIT_S)

describe('multi-paxos', () => {
  test('the correct build keeps its promises', async () => {
    expect(await complaints(quarry({}), 20)).toEqual([])
  }, 30_000)

  test.for<
    readonly [bug: Bug, nodes: number, workload: string, faults: string, seed: number, by: string]
  >([
    ['MP2', 5, 'set', 'partition,kill', 1, 'lost'],
    ['MP3', 7, 'set', 'kill', 6, 'lost'],
    ['MP4', 5, 'set', 'loss', 32, 'lost'],
    ['MP5', 5, 'set', 'lose-unsynced', 1, 'lost'],
    ['MP6', 5, 'set', 'partition', 1, 'lost'],
  ])('%s is caught on %s nodes by %s under %s', async ([bug, nodes, workload, fault, from, by]) => {
    const hunted = quarry({ bug }, { nodes, workload, faults: fault.split(',') })
    const proof = await firstViolation(hunted, { from, seeds: SEEDS })
    expect(proof?.anomaly.type).toBe(by)
  })

  test('MP1 is caught when a deposed leader is heard again by those who have forgotten their promises', async () => {
    const episodes = [
      { at: 0.5, for: 1.5, fault: 'partition', plan: { shape: 'isolate', targets: ['n1'] } },
      { at: 1.4, for: 1, fault: 'kill', plan: { targets: ['n2', 'n3'] } },
    ]
    const played = async (bug: Bug | 'none') => {
      const hunted = quarry({ bug }, { workload: 'set', nodes: 3, timeLimitS: 4 })
      // With this seed n1 leads at first.
      return playRun({ ...drawRun(hunted, 5), schedule: { episodes } })
    }
    expect((await played('MP1')).proof?.anomaly.type).toBe('lost')
    expect((await played('none')).outcome).toBe('valid')
  })
})

const write = (number: number): Value => ({
  client: 'a',
  number,
  command: { f: 'write', key: 'x', value: number },
})
const ballot = (round: number, node = 'n1'): Ballot => ({ round, node })

describe('ballots', () => {
  test('are in order of their rounds, and in one round of their nodes', () => {
    const ordered = [NO_BALLOT, ballot(1, 'n1'), ballot(1, 'n2'), ballot(2, 'n1')]
    const shuffled = [ordered[2]!, ordered[0]!, ordered[3]!, ordered[1]!]
    expect(shuffled.toSorted(compare)).toEqual(ordered)
    expect(compare(ballot(3), ballot(3))).toBe(0)
  })
})

describe('an acceptor', () => {
  test('keeps its promises and what it accepted when it is killed', () => {
    const disk = new SimDisk().storage((then) => then())
    const acceptor = new Acceptor(disk, 'none')
    expect(acceptor.promise(ballot(5))).toBe(true)
    expect(acceptor.promise(ballot(4))).toBe(false)
    acceptor.accept(1, { ballot: ballot(5), value: write(1) })
    const restarted = new Acceptor(disk, 'none')
    expect(restarted.promise(ballot(4))).toBe(false)
    expect(restarted.promise(ballot(5))).toBe(true)
    expect(restarted.from(1)).toEqual([[1, ballot(5), write(1)]])
  })

  test('keeps what a snapshot does not stand for', () => {
    const disk = new SimDisk().storage((then) => then())
    const acceptor = new Acceptor(disk, 'none')
    for (const slot of [1, 2, 3]) acceptor.accept(slot, { ballot: ballot(1), value: write(slot) })
    acceptor.trim({ slot: 2, state: 'all of it' })
    const restarted = new Acceptor(disk, 'none')
    expect(restarted.snapshot).toEqual({ slot: 2, state: 'all of it' })
    expect(restarted.from(1)).toEqual([[3, ballot(1), write(3)]])
  })
})

test('a proposer takes over what has the highest ballot, and fills gaps with nothing', () => {
  const proposer = new Proposer(3, 'none')
  proposer.stand(ballot(7))
  const accepted = (round: number, slot: number) => [slot, ballot(round), write(round)] as const
  const old = { ballot: ballot(7), accepted: [accepted(2, 11), accepted(5, 13)] }
  expect(proposer.promised('n1', old)).toBe(false)
  const late = { ballot: ballot(7), accepted: [accepted(4, 11), accepted(3, 13)] }
  expect(proposer.promised('n2', late)).toBe(true)
  expect(proposer.lead(10)).toEqual([
    [11, write(4)],
    [12, null],
    [13, write(5)],
  ])
  expect(proposer.propose(write(9))).toBe(14)
  expect([proposer.accepted(14, 'n1'), proposer.accepted(14, 'n1')]).toEqual([false, false])
  expect(proposer.accepted(14, 'n3')).toBe(true)
  expect(proposer.close(14)).toEqual(write(9))
})

test('a learner carries out in the order of the slots', () => {
  const heard: number[] = []
  const learner = new Learner('none', (slot) => heard.push(slot))
  for (const slot of [2, 1, 4, 2, 3]) learner.learn(slot, write(slot))
  expect(heard).toEqual([1, 2, 3, 4])
  expect(learner.from(3, 10)).toEqual({ first: 3, values: [write(3), write(4)] })
})
