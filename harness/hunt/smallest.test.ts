import { expect, test } from 'vitest'
import { loadCatalog } from '../catalog.ts'
import { withCalls } from './reductions.ts'
import { sizeOf } from './size.ts'
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

/** As if it had been made small: with so many of its calls, and so many faults. */
const cut = async (trial: Trial, operations: number, faults = 0): Promise<Trial> => {
  const calls = Array.from({ length: operations }, (_, at) => ({
    ...{ at: at / 10, thread: 0, f: 'read', key: 1, value: null },
  }))
  const { run } = trial
  const small = withCalls({ ...run, schedule: { ...run.schedule, episodes: [] } }, calls)
  const played = await play(small, catalog)
  const { schedule } = played.run
  const episodes = Array.from({ length: faults }, () => run.schedule.episodes[0]!)
  return {
    ...played,
    run: { ...played.run, schedule: { ...schedule, episodes } },
    proof: trial.proof!,
  }
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
  expect(sizeOf(smallest)).toMatchObject({ operations: 8, episodes: 0, clients: 1 })
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

test('faults count as well: few operations with many of them are neither small nor smallest', async () => {
  const found = await firstFind()
  const sizes = [
    [9, 7],
    [20, 0],
    [2, 6],
  ] as const
  let nth = 0
  const { smallest } = await smallestOf(found, {
    ...{ now: () => nth, limitMs: 3, progress: () => nth++, playSeed },
    shrink: (trial) => {
      const [operations, faults] = sizes[nth - 1]!
      return cut(trial, operations, faults)
    },
  })
  expect(nth).toBe(3)
  expect(sizeOf(smallest)).toMatchObject({ operations: 20, episodes: 0 })
})

test('a run that breaks another promise is not tried', async () => {
  const found = await firstFind()
  const tried: Trial[] = []
  const seeds: number[] = []
  await smallestOf(found, {
    ...{ now: () => tried.length, limitMs: 2, progress: (trial) => tried.push(trial) },
    shrink: (trial) => cut(trial, 40),
    playSeed: async (seed) => {
      seeds.push(seed)
      const proof = found.proof!
      const other = { ...proof, anomaly: { ...proof.anomaly, type: 'another' } }
      return { ...found, run: { ...found.run, seed }, proof: seeds.length === 1 ? other : proof }
    },
  })
  expect(tried.map(({ run }) => run.seed)).toEqual([found.run.seed, found.run.seed + 2])
})
