/** A finding of the simulation, played again in containers: the same plan on the same programs, in real time. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const store = mkdtempSync(join(tmpdir(), 'schism-replay-'))
afterAll(() => rmSync(store, { recursive: true }))

test('two runs of one plan have their verdicts, and the dirty read shows without any fault', async () => {
  const plan = join(root, 'results/findings/raft/RA4/plan.json')
  const asked = ['test', 'raft', '--cluster', 'docker', '--plan', plan, '--repeat', '2', '--json']
  const { stdout, stderr } = await execa(
    'node',
    [join(root, 'bin/schism.mjs'), ...asked, '--store', store],
    { reject: false },
  )
  expect(stderr).toBe('')
  const { repeated, results } = JSON.parse(stdout)
  expect([results.length, repeated.runs]).toEqual([2, 2])
  expect(repeated.violations).toBeGreaterThanOrEqual(1)
})
