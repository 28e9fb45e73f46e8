/** The same seed and the same code give the same run, byte for byte: here and in two other processes. */
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { digestsOf } from '../testing/digests.ts'

const SEEDS = 200
const file = join(import.meta.dirname, '../testing/digests.ts')

/** What another process makes of some of the seeds, which it plays after others than are played here. */
const elsewhere = async (...seeds: readonly [from: number, to: number, step: number]) => {
  const { stdout } = await execa('node', ['--import', 'tsx', file, ...seeds.map(String)])
  return JSON.parse(stdout) as Readonly<Record<number, string>>
}

test(`${SEEDS} seeds of all systems, and the same in two processes that share them`, async () => {
  const [odd, even] = await Promise.all([elsewhere(1, SEEDS, 2), elsewhere(2, SEEDS, 2)])
  const here = await digestsOf(1, SEEDS, 1)
  expect(Object.keys(here)).toHaveLength(SEEDS)
  expect(new Set(Object.values(here)).size).toBe(SEEDS)
  expect({ ...odd, ...even }).toEqual(here)
}, 300_000)
