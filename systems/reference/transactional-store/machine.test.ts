/** What a shard keeps: versions, promises, decisions, and its log. */
import { describe, expect, test } from 'vitest'
import { SimDisk } from '../../../harness/cluster/sim/disk.ts'
import type { Bug } from './bugs.ts'
import type { Command, Outcome, Part, Result, Write } from './commands.ts'
import { isFirst } from './controls/multiversion.ts'
import { isSerial } from './controls/optimistic.ts'
import { Footprint } from './footprint.ts'
import { Machine, type Validate } from './machine.ts'
import { Memory } from './memory.ts'
import { shardOf } from './placement.ts'
import { Unreplicated } from './replica.ts'
import { Versions } from './versions.ts'

const part = (number: number, writes: readonly Write[], rest: Partial<Part> = {}): Part => ({
  ...{ transaction: `n1/a/${number}`, began: 0, tenure: 0, reads: [], scans: [], writes },
  ...rest,
})
const commit = (at = 0): Outcome => ({ kind: 'commit', at })
const machineOf = (validate: Validate = () => true, bug?: Bug): Machine =>
  new Machine({ has: (one) => one === bug, validate, versions: 3 })

const prepare = (machine: Machine, one: Part, open = 1): Result =>
  machine.apply({ f: 'prepare', part: one, open })
const finish = (machine: Machine, { transaction }: Part, outcome: Outcome): Result =>
  machine.apply({ f: 'finish', transaction, outcome })
const promised = { f: 'prepare', promised: true }
const refused = { f: 'prepare', promised: false }

describe('a transaction at a participant', () => {
  const one = part(1, [['x', 7]])

  test('is seen when it is committed, and not before', () => {
    const machine = machineOf()
    expect(prepare(machine, one)).toEqual(promised)
    expect(machine.versions.latest('x')).toBeUndefined()
    finish(machine, one, commit())
    expect(machine.versions.latest('x')).toMatchObject({ value: 7, writer: 'n1/a/1' })
  })

  test('is not opened again by a prepare that comes late, whatever became of it', () => {
    for (const outcome of [commit(), { kind: 'abort' } as const]) {
      const machine = machineOf()
      prepare(machine, one)
      finish(machine, one, outcome)
      expect(prepare(machine, one)).toEqual(refused)
      // Also when nothing is remembered of it but that it must be over.
      prepare(machine, part(2, []), 2)
      expect(prepare(machine, one)).toEqual(refused)
    }
    const wrong = machineOf(() => true, 'TX4')
    prepare(wrong, one)
    finish(wrong, one, commit())
    expect(prepare(wrong, one)).toEqual(promised)
  })

  test('is promised through a restart', () => {
    const machine = machineOf()
    prepare(machine, one)
    const restarted = machineOf()
    restarted.restore(machine.snapshot())
    expect(restarted.hasPromised('n1/a/1')).toBe(true)
    finish(restarted, one, commit())
    expect(restarted.versions.latest('x')?.value).toBe(7)
  })
})

test('of what becomes of a transaction, the first decision stands', () => {
  const decide = (machine: Machine, number: number, outcome: Outcome, open = 1): Outcome => {
    const transaction = `n1/a/${number}`
    const result = machine.apply({ f: 'decide', transaction, outcome, open })
    return result.f === 'decide' ? result.outcome : { kind: 'forgotten' }
  }
  const machine = machineOf()
  expect(decide(machine, 1, { kind: 'abort' })).toEqual({ kind: 'abort' })
  expect(decide(machine, 1, commit(3))).toEqual({ kind: 'abort' })
  expect(decide(machine, 2, commit(4))).toEqual(commit(4))
  expect(decide(machine, 103, commit(5), 103)).toEqual(commit(5))
  expect(decide(machine, 2, { kind: 'abort' })).toEqual({ kind: 'forgotten' })
})

describe('validation', () => {
  const written = (machine: Machine, one: Part, at = 0): void => {
    prepare(machine, one)
    finish(machine, one, commit(at))
  }

  test('refuses what has read something else than what is there, and rows that have come', () => {
    const machine = machineOf(isSerial)
    written(machine, part(1, [['p:1', 1]]))
    const scanned = (rows: Part['scans'][number][1]): Part => part(2, [], { scans: [['p', rows]] })
    expect(isSerial(part(2, [], { reads: [['p:1', null]] }), machine)).toBe(false)
    expect(isSerial(part(2, [], { reads: [['p:1', 'n1/a/1']] }), machine)).toBe(true)
    expect(isSerial(scanned([]), machine)).toBe(false)
    expect(isSerial(scanned([['p:1', 'n1/a/1']]), machine)).toBe(true)
  })

  test('refuses who writes what another one read that is committing', () => {
    const machine = machineOf(isSerial)
    prepare(machine, part(1, [], { reads: [['x', null]], scans: [['p', []]] }))
    expect(isSerial(part(2, [['x', 1]]), machine)).toBe(false)
    expect(isSerial(part(2, [['p:1', 1]]), machine)).toBe(false)
    expect(isSerial(part(2, [['y', 1]]), machine)).toBe(true)
  })

  test('lets the first committer win', () => {
    const machine = machineOf(isFirst)
    written(machine, part(1, [['x', 1]]), 5)
    expect(isFirst(part(2, [['x', 2]], { began: 4 }), machine)).toBe(false)
    expect(isFirst(part(2, [['x', 2]], { began: 5 }), machine)).toBe(true)
    prepare(machine, part(3, [['x', 3]], { began: 6 }))
    expect(isFirst(part(2, [['x', 2]], { began: 7 }), machine)).toBe(false)
  })
})

test('versions are found as of a time, and those that are not kept are known to be missing', () => {
  const versions = new Versions(2)
  for (const at of [3, 1, 7]) versions.install('p:1', { value: at, writer: `w${at}`, at })
  expect(versions.asOf('p:1', 6)).toMatchObject({ value: 3 })
  expect(versions.asOf('p:1', 2)).toBe('cut')
  const restored = new Versions(2)
  restored.restore(versions.snapshot())
  expect([restored.rowsOf('p'), restored.newest]).toEqual([['p:1'], 7])
  expect(restored.asOf('p:2', 9)).toBeUndefined()
})

test('what is over for everybody is not remembered one by one', () => {
  const memory = new Memory<number>()
  memory.set('n1/a/1', 1)
  memory.set('n1/a/2', 2)
  memory.set('n2/a/1', 3)
  memory.advance('n1/a/9', 2)
  expect(['n1/a/1', 'n1/a/2', 'n1/a/3', 'n2/a/1'].map((name) => memory.get(name))).toEqual([
    ...['forgotten', 2, undefined, 3],
  ])
})

test('a transaction whose locks were lost meanwhile must not go on', () => {
  const footprint = new Footprint()
  const fetched = (tenure: number) => ({ type: 'fetched', tenure, values: [], seen: [] }) as const
  expect(footprint.saw('n1', { keys: ['x'] }, fetched(4))).toBe(true)
  expect(footprint.saw('n2', { keys: ['y'] }, fetched(5))).toBe(true)
  expect(footprint.saw('n1', { keys: ['z'] }, fetched(6))).toBe(false)
})

test('the rows of a partition are together, and partitions spread', () => {
  const shards = ['n1', 'n2', 'n3']
  expect(shardOf(shards, 'p:1')).toBe(shardOf(shards, 'p:2'))
  const spread = new Set(Array.from({ length: 20 }, (_, n) => shardOf(shards, `list/${n}`)))
  expect(spread.size).toBe(3)
})

describe('a log on one disk', () => {
  const timestamp: Command = { f: 'timestamp' }

  test('carries commands out in their order, though their syncs end in another', () => {
    const syncs: (() => void)[] = []
    const disk = new SimDisk()
    const log = new Unreplicated(
      disk.storage((then) => void syncs.push(then)),
      machineOf(),
      100,
    )
    const times: number[] = []
    const done = (result: Result): void => {
      if (result.f === 'timestamp') times.push(result.time)
    }
    for (let n = 0; n < 3; n++) log.propose(timestamp, { done, lost: () => {} })
    expect(times).toEqual([])
    syncs[1]!()
    expect(times).toEqual([1, 2])
    for (const sync of syncs) sync()
    expect(times).toEqual([1, 2, 3])
  })

  test('goes on where it was, behind a snapshot or not', () => {
    const disk = new SimDisk()
    const open = (machine: Machine) =>
      new Unreplicated(
        disk.storage((then) => then()),
        machine,
        4,
      )
    const first = open(machineOf())
    for (let n = 0; n < 6; n++) first.propose(timestamp, { done: () => {}, lost: () => {} })
    const times: number[] = []
    const done = (result: Result): void => {
      if (result.f === 'timestamp') times.push(result.time)
    }
    open(machineOf()).propose(timestamp, { done, lost: () => {} })
    expect(times).toEqual([7])
  })
})
