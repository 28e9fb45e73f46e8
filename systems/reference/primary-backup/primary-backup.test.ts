import { describe, expect, test } from 'vitest'
import { complaints, playSeed, quarriesOf } from '../../../harness/testing/trials.ts'
import type { Bug } from './bugs.ts'

/** Long enough for a few faults, s. */
const TIME_LIMIT_S = 5

const quarry = quarriesOf('primary-backup', TIME_LIMIT_S)

describe('a primary with a backup', () => {
  test('the correct build keeps its promises', async () => {
    expect(await complaints(quarry({ bug: 'none' }, { nodes: 4 }), 20)).toEqual([])
  }, 60_000)

  test.for<readonly [bug: Bug, workload: string, faults: string, seed: number, anomaly: string]>([
    ['PB1', 'register', 'partition', 5, 'stale-read'],
    ['PB2', 'set', 'partition,pause', 7, 'lost'],
    ['PB3', 'register', 'slow', 1, 'nonlinearizable'],
    ['PB4', 'set', 'partition', 1, 'lost'],
    ['PB5', 'set', 'kill', 12, 'lost'],
    ['PB6', 'set', 'kill', 1, 'duplicated'],
  ])('%s is caught by %s under %s', async ([bug, workload, faults, seed, anomaly]) => {
    const { proof } = await playSeed(
      quarry({ bug }, { nodes: 4, workload, faults: faults.split(',') }),
      seed,
    )
    expect(proof?.anomaly.type).toBe(anomaly)
  })
})
