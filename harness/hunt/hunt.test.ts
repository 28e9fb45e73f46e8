import { describe, expect, test } from 'vitest'
import type { Cluster } from '../api.ts'
import { loadCatalog } from '../catalog.ts'
import { UsageError } from '../errors.ts'
import { shrink } from './shrink.ts'
import { summaryOf } from './summary.ts'
import { draw, play, type Quarry } from './trial.ts'

const catalog = await loadCatalog()
const raft: Quarry = {
  system: 'raft',
  options: {},
  workload: 'register',
  faults: ['partition', 'kill', 'pause', 'lose-unsynced'],
  nodes: 3,
  timeLimitS: 4,
}
const stale: Quarry = { ...raft, options: { bug: 'RA3' } }

const textOf = async (quarry: Quarry, seed: number): Promise<string> => {
  const { simulated, verdicts } = await play(draw(quarry, seed, catalog), catalog)
  return JSON.stringify([[...simulated.history], simulated.executed.executed, verdicts])
}

/** Runs in which the violation must have become small. */
const MOST_PLAYED = 400

/** The first seed that breaks a promise. */
const firstViolation = async (quarry: Quarry, most: number) => {
  for (let seed = 1; seed <= most; seed++) {
    const trial = await play(draw(quarry, seed, catalog), catalog)
    if (trial.outcome === 'violation') return trial
  }
  throw new Error(`no violation in ${most} seeds`)
}

describe('a trial', () => {
  test('is the same for the same seed, byte for byte, and another for another', async () => {
    const first = await textOf(raft, 1)
    expect(await textOf(raft, 1)).toBe(first)
    expect(await textOf(raft, 2)).not.toBe(first)
  })

  test('of the correct build keeps its promise while its faults are in force', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const trial = await play(draw(raft, seed, catalog), catalog)
      expect(trial.simulated.problems).toEqual([])
      expect(trial.outcome).toBe('valid')
      const { faults, operations } = summaryOf(trial)
      expect(Object.keys(faults).length).toBeGreaterThan(0)
      expect(operations).toBeGreaterThan(50)
    }
  })

  test('of a system that never serves again after the heal is a violation of progress', async () => {
    const ready = async ({ uptimeMs }: Cluster): Promise<void> => {
      if (uptimeMs() > 2000) throw new Error('nobody leads')
    }
    const stuck = { ...catalog.systems.get('raft')!, ready }
    const systems = new Map([...catalog.systems, ['stuck', stuck]])
    const run = draw({ ...raft, system: 'stuck' }, 1, { ...catalog, systems })
    const { outcome, proof } = await play(run, { ...catalog, systems })
    expect(outcome).toBe('violation')
    expect(proof).toMatchObject({ checker: 'progress', anomaly: { type: 'no-progress' } })
    expect(proof!.anomaly.summary).toContain('nobody leads')
  })

  test('of a system without programs is refused', () => {
    expect(() => draw({ ...raft, system: 'etcd' }, 1, catalog)).toThrow(UsageError)
  })
})

describe('shrinking', () => {
  test('leaves few operations and faults that still break the promise, and replays', async () => {
    const found = await firstViolation(stale, 40)
    let played = 0
    const smallest = await shrink(found, {
      catalog,
      play: (run) => {
        played++
        return play(run, catalog)
      },
      isOver: () => played >= MOST_PLAYED,
      progress: () => {},
    })
    const { schedule } = smallest.run
    expect(schedule.episodes.length).toBeLessThanOrEqual(2)
    expect(schedule.calls!.length).toBeLessThanOrEqual(10)
    const again = await play(smallest.run, catalog)
    expect(again.proof?.anomaly).toEqual(smallest.proof?.anomaly)
  })
})
