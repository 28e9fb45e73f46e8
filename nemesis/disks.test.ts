import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Fault, Topology } from '../harness/api.ts'
import { random } from '../harness/random.ts'
import bitflip from './bitflip.ts'
import copyChunk from './copy-chunk.ts'
import diskError from './disk-error.ts'
import diskFull from './disk-full.ts'
import diskSlow from './disk-slow.ts'
import diskStall from './disk-stall.ts'
import loseUnsynced from './lose-unsynced.ts'
import snapshotRestore from './snapshot-restore.ts'
import truncate from './truncate.ts'

const faults = {
  bitflip,
  'copy-chunk': copyChunk,
  'disk-error': diskError,
  'disk-full': diskFull,
  'disk-slow': diskSlow,
  'disk-stall': diskStall,
  'lose-unsynced': loseUnsynced,
  'snapshot-restore': snapshotRestore,
  truncate,
} as unknown as Readonly<Record<string, Fault>>

const topology = (size: number): Topology => ({
  members: Array.from({ length: size }, (_, place) => ({
    name: `n${place + 1}`,
    role: 'server',
    serves: true,
  })),
  hasPrimaries: size % 2 === 1,
})

describe.each(Object.entries(faults))('plans of %s', (_, fault) => {
  test('are valid, repeatable, name only members and are not refused', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer(),
        (size, nth, seed) => {
          const plan = fault.plan(topology(size), random(seed), nth)
          expect(fault.schema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan)
          expect(fault.unknownNodes(plan, topology(size))).toEqual([])
          expect(fault.refuses?.(plan, topology(size))).toBeUndefined()
          expect(fault.plan(topology(size), random(seed), nth)).toEqual(plan)
        },
      ),
    )
  })
})

test('a power failure first takes all nodes at once', () => {
  expect(loseUnsynced.plan(topology(3), random(1), 0)).toEqual({ targets: 'all' })
})

test('a plan by hand may leave out the glob, and may not leave out the rest', () => {
  const plan = { targets: ['n1'], seed: 1, flips: 3 }
  expect(bitflip.schema.parse(plan)).toEqual({ ...plan, glob: '**/*' })
  expect(bitflip.schema.safeParse({ ...plan, flips: 0 }).success).toBe(false)
  expect(bitflip.schema.safeParse({ targets: ['n1'], flips: 3 }).success).toBe(false)
  expect(diskSlow.schema.safeParse({ targets: 'all', bytesPerSecond: 1 }).success).toBe(false)
})
