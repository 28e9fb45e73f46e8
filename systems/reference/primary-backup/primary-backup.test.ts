import { describe, expect, test } from 'vitest'
import type { Trial } from '../../../harness/hunt/trial.ts'
import { playSeed } from '../../../harness/testing/trials.ts'
import type { Bug } from './bugs.ts'

/** Long enough for a few faults, s. */
const TIME_LIMIT_S = 5

const trial = (
  options: Readonly<Record<string, string>>,
  seed: number,
  focus: { readonly workload?: string; readonly faults?: readonly string[] } = {},
): Promise<Trial> => {
  const quarry = { system: 'primary-backup', options, nodes: 4, timeLimitS: TIME_LIMIT_S, ...focus }
  return playSeed(quarry, seed)
}

describe('a primary with a backup', () => {
  test('the correct build keeps its promises', async () => {
    for (let seed = 1; seed <= 20; seed++)
      expect(
        (await trial({ bug: 'none' }, seed)).proof?.anomaly.summary,
        `seed ${seed}`,
      ).toBeUndefined()
  }, 60_000)

  test.for<readonly [bug: Bug, workload: string, faults: string, seed: number, anomaly: string]>([
    ['PB1', 'register', 'partition', 5, 'stale-read'],
    ['PB2', 'set', 'partition,pause', 7, 'lost'],
    ['PB3', 'register', 'slow', 1, 'nonlinearizable'],
    ['PB4', 'set', 'partition', 1, 'lost'],
    ['PB5', 'set', 'kill', 12, 'lost'],
    ['PB6', 'set', 'kill', 1, 'duplicated'],
  ])('%s is caught by %s under %s', async ([bug, workload, faults, seed, anomaly]) => {
    const { proof } = await trial({ bug }, seed, { workload, faults: faults.split(',') })
    expect(proof?.anomaly.type).toBe(anomaly)
  })
})
