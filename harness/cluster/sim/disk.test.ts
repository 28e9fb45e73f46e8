import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Storage } from '../../program.ts'
import { random } from '../../random.ts'
import { SimDisk } from './disk.ts'

type Step = 'append' | 'sync'

/** Carries out steps: every append is a record with its number. @returns how many appends a sync covers */
const carryOut = (
  storage: Storage,
  steps: readonly Step[],
): { written: number; synced: number } => {
  let written = 0
  let synced = 0
  for (const step of steps) {
    if (step === 'append') storage.append('log', written++)
    else
      storage.sync(() => {
        synced = written
      })
  }
  return { written, synced }
}

test('a power failure leaves a beginning of what was written, and all that was synced', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom<Step>('append', 'append', 'sync')),
      fc.integer(),
      (steps, seed) => {
        const disk = new SimDisk()
        // Every sync is over at once.
        const { written, synced } = carryOut(
          disk.storage((then) => then()),
          steps,
        )
        disk.loseUnsynced(random(seed))
        const left = disk.storage(() => {}).entries('log')
        expect(left).toEqual(Array.from({ length: left.length }, (_, number) => number))
        expect(left.length).toBeGreaterThanOrEqual(synced)
        expect(left.length).toBeLessThanOrEqual(written)
      },
    ),
  )
})

test('a power failure does take what was not synced, and a kill does not', () => {
  const lost = new Set<number>()
  for (let seed = 0; seed < 50; seed++) {
    const disk = new SimDisk()
    carryOut(
      disk.storage(() => {}),
      ['append', 'append', 'append', 'sync'],
    )
    expect(disk.storage(() => {}).entries('log')).toHaveLength(3)
    lost.add(disk.loseUnsynced(random(seed)))
  }
  expect([...lost].toSorted()).toEqual([0, 1, 2, 3])
})

test('a sync that was under way when the power failed covers nothing', () => {
  const disk = new SimDisk()
  const ends: (() => void)[] = []
  const storage = disk.storage((then) => void ends.push(then))
  storage.put('name', 1)
  storage.sync(() => {})
  const before = random(3)
  const lost = disk.loseUnsynced(before)
  for (const end of ends) end()
  expect(disk.loseUnsynced(random(3))).toBe(0)
  expect(disk.storage(() => {}).get('name')).toBe(lost === 1 ? undefined : 1)
})

test('what was kept comes back whole', () => {
  const disk = new SimDisk()
  const storage = disk.storage((then) => then())
  storage.put('name', 'old')
  disk.snapshot()
  storage.put('name', 'new')
  disk.restore()
  expect(disk.storage(() => {}).get('name')).toBe('old')
  disk.wipe()
  expect(disk.isEmpty).toBe(true)
})
