import { describe, expect, test } from 'vitest'
import { complaints, firstViolation, quarriesOf } from '../../../harness/testing/trials.ts'
import type { Bug } from './bugs.ts'
import { controls, replications } from './options.ts'

/** How many runs a mistake has to show itself. */
const SEEDS = 8

describe('the correct build keeps its promises', () => {
  const quarry = quarriesOf('transactional-store', 2)
  for (const control of controls)
    for (const replication of replications)
      test(`with ${control}, replication ${replication}`, async () => {
        for (const workload of ['list-append', 'predicate'])
          expect(await complaints(quarry({ control, replication }, { workload }), 1)).toEqual([])
      }, 60_000)
})

interface Case {
  readonly bug: Bug
  readonly workload: string
  readonly faults: readonly string[]
  readonly seed: number
  readonly timeLimitS: number
  readonly by: string
}

test.for<Case>([
  { bug: 'TX1', workload: 'bank', faults: ['kill'], seed: 10, timeLimitS: 4, by: 'wrong-total' },
  {
    bug: 'TX2',
    workload: 'list-append',
    faults: ['partition'],
    seed: 1,
    timeLimitS: 4,
    by: 'incompatible-order',
  },
  {
    bug: 'TX3',
    workload: 'bank',
    faults: ['partition'],
    seed: 19,
    timeLimitS: 4,
    by: 'wrong-total',
  },
  {
    bug: 'TX4',
    workload: 'list-append',
    faults: ['reorder'],
    seed: 3,
    timeLimitS: 3,
    by: 'incompatible-order',
  },
  {
    bug: 'TX5',
    workload: 'list-append',
    faults: [],
    seed: 3,
    timeLimitS: 2,
    by: 'incompatible-order',
  },
  { bug: 'TX6', workload: 'predicate', faults: [], seed: 3, timeLimitS: 2, by: 'G2' },
  {
    bug: 'TX7',
    workload: 'list-append',
    faults: [],
    seed: 2,
    timeLimitS: 2,
    by: 'incompatible-order',
  },
  { bug: 'TX8', workload: 'predicate', faults: [], seed: 3, timeLimitS: 2, by: 'G2' },
  {
    bug: 'TX9',
    workload: 'list-append',
    faults: [],
    seed: 3,
    timeLimitS: 2,
    by: 'incompatible-order',
  },
  { bug: 'TX10', workload: 'bank', faults: [], seed: 4, timeLimitS: 3, by: 'wrong-total' },
  { bug: 'TX11', workload: 'list-append', faults: [], seed: 1, timeLimitS: 2, by: 'G1a' },
  {
    bug: 'TX12',
    workload: 'list-append',
    faults: ['loss'],
    seed: 2,
    timeLimitS: 3,
    by: 'duplicate-elements',
  },
])('$bug is caught by $workload under $faults', async ({ bug, seed, timeLimitS, by, ...focus }) => {
  const options = { bug, replication: 'none' }
  const hunted = quarriesOf('transactional-store', timeLimitS)(options, { nodes: 3, ...focus })
  const proof = await firstViolation(hunted, { from: seed, seeds: SEEDS })
  expect(proof?.anomaly.type).toBe(by)
})
