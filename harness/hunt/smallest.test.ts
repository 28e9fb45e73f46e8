import { expect, test } from 'vitest'
import { loadCatalog } from '../catalog.ts'
import { withCalls } from './reductions.ts'
import { smallestOf } from './smallest.ts'
import { draw, play, type Quarry, type Trial } from './trial.ts'

const catalog = await loadCatalog()
const quarry: Quarry = {
  system: 'raft',
  options: { bug: 'RA3' },
  workload: 'register',
  timeLimitS: 3,
}
const playSeed = (seed: number): Promise<Trial> => play(draw(quarry, seed, catalog), catalog)

const firstFind = async (): Promise<Trial> => {
  for (let seed = 1; ; seed++) {
    const trial = await playSeed(seed)
    if (trial.proof !== undefined) return trial
  }
}

/** As if it had been made small: with so many of its calls, and no faults. */
const cut = async (trial: Trial, operations: number): Promise<Trial> => {
  const calls = Array.from({ length: operations }, (_, at) => ({
    ...{ at: at / 10, thread: 0, f: 'read', key: 1, value: null },
  }))
  const { run } = trial
  const small = withCalls({ ...run, schedule: { ...run.schedule, episodes: [] } }, calls)
  return { ...(await play(small, catalog)), proof: trial.proof! }
}

test('where one run stays large, the next ones that break the promise are made small; the smallest counts', async () => {
  const found = await firstFind()
  const sizes = [40, 15, 30, 8, 1]
  const tried: Trial[] = []
  const { first, smallest } = await smallestOf(found, {
    now: () => 0,
    limitMs: 1000,
    shrink: (trial) => cut(trial, sizes[tried.length - 1]!),
    playSeed,
    progress: (trial) => tried.push(trial),
  })
  expect(smallest.run.schedule.calls).toHaveLength(8)
  expect(tried).toHaveLength(4)
  expect(first).toBe(tried[3])
  expect(tried[0]).toBe(found)
  for (const { proof } of tried) expect(proof!.anomaly.type).toBe(found.proof!.anomaly.type)
  expect(new Set(tried.map(({ run }) => run.seed)).size).toBe(4)
})

test('each gets a part of the time, and when it is over the smallest of those tried counts', async () => {
  const found = await firstFind()
  let now = 0
  const untils: number[] = []
  const { smallest } = await smallestOf(found, {
    now: () => now,
    limitMs: 1000,
    shrink: (trial, until) => {
      untils.push(until)
      now = until
      return cut(trial, 20 + untils.length)
    },
    playSeed,
    progress: () => {},
  })
  expect(untils).toEqual([250, 500, 750, 1000])
  expect(smallest.run.schedule.calls).toHaveLength(21)
})
