import { describe, expect, test } from 'vitest'
import { complaints, playSeed, quarriesOf } from '../../../harness/testing/trials.ts'
import type { Bug } from './bugs.ts'

/** Long enough for a few faults, s. */
const TIME_LIMIT_S = 5

const quarry = quarriesOf('chain', TIME_LIMIT_S)

describe('a chain', () => {
  test.for(['tail', 'any'])(
    'reads at %s: the correct build keeps its promises',
    { timeout: 60_000 },
    async (reads) => {
      expect(await complaints(quarry({ reads }, { nodes: 4 }), 12)).toEqual([])
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
    const { proof } = await playSeed(
      quarry({ bug }, { nodes: 4, workload, faults: faults.split(',') }),
      seed,
    )
    expect(proof?.anomaly.type).toBe(anomaly)
  })
})
