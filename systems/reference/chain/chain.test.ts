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
  const quarry = { system: 'chain', options, nodes: 4, timeLimitS: TIME_LIMIT_S, ...focus }
  return playSeed(quarry, seed)
}

describe('a chain', () => {
  test.for(['tail', 'any'])(
    'reads at %s: the correct build keeps its promises',
    { timeout: 60_000 },
    async (reads) => {
      for (let seed = 1; seed <= 12; seed++)
        expect(
          (await trial({ reads }, seed)).proof?.anomaly.summary,
          `seed ${seed}`,
        ).toBeUndefined()
    },
  )

  test.for<readonly [bug: Bug, workload: string, faults: string, seed: number, anomaly: string]>([
    ['CR1', 'register', 'kill', 1, 'nonlinearizable'],
    ['CR2', 'register', 'slow', 4, 'stale-read'],
    ['CR3', 'register', 'disk-slow', 30, 'stale-read'],
    ['CR4', 'register', 'kill', 1, 'stale-read'],
    ['CR5', 'register', 'kill', 1, 'stale-read'],
    ['CR6', 'register', 'partition', 1, 'stale-read'],
  ])('%s is caught by %s under %s', async ([bug, workload, faults, seed, anomaly]) => {
    const { proof } = await trial({ bug }, seed, { workload, faults: faults.split(',') })
    expect(proof?.anomaly.type).toBe(anomaly)
  })
})
