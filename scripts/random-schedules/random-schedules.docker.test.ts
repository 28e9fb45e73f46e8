import { expect, it } from 'vitest'
import { loadCatalog } from '../../harness/catalog.ts'
import { randomSchedules } from './random-schedules.ts'

/** Chosen for their variety: links, nodes, a clock and a disk, some at the same time. */
const FIRST_SEED = 2

it('after three random schedules etcd takes writes, nothing is left, and every episode has its evidence', async () => {
  const outcomes = await randomSchedules({
    catalog: await loadCatalog(),
    system: 'etcd',
    nodes: 3,
    schedules: 3,
    seed: FIRST_SEED,
    secondsEach: 10,
    say: (line) => process.stdout.write(`  ${line}\n`),
  })
  expect(
    outcomes.flatMap(({ seed, problems }) => problems.map((one) => `${seed}: ${one}`)),
  ).toEqual([])
  expect(outcomes.flatMap(({ episodes }) => episodes).length).toBeGreaterThanOrEqual(3)
  expect(outcomes.flatMap(({ recoveriesMs }) => recoveriesMs).length).toBeGreaterThan(0)
})
