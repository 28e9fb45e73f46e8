/** Cases on threads of their own: a finding is looked for under the seeds that follow its own, and the end is heard. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { asRequest } from '../hunt/finding.ts'
import { usualRun } from '../plan.ts'
import type { Job } from './play.ts'

// Compiled, as workers are.
const load = async (file: string): Promise<unknown> =>
  import(join(import.meta.dirname, '../../dist/harness', file))
const { loadCatalog } = (await load('catalog.js')) as typeof import('../catalog.ts')
const { loadFinding, replays, shows } = (await load(
  'hunt/replay.js',
)) as typeof import('../hunt/replay.ts')
const { Players } = (await load('ci/players.js')) as typeof import('./players.ts')

const store = mkdtempSync(join(tmpdir(), 'schism-play-'))
afterAll(() => rmSync(store, { recursive: true }))

const played = async (job: Pick<Job, 'given' | 'request' | 'finding'>, signal: AbortSignal) => {
  const players = new Players(signal)
  const budget = { budgetMs: 60_000, memoryBytes: 1e9 }
  const answer = await players.play({ ...job, cluster: 'sim', store, budget })
  await players.end()
  if (answer.kind !== 'played') throw new Error(answer.message)
  return answer
}

test('a finding is played with the first seed from its own on that shows it', async () => {
  const catalog = await loadCatalog()
  const stored = loadFinding(join(import.meta.dirname, '../../results/findings/dynamo/DY1'))
  const shown: boolean[] = []
  for await (const trial of replays(stored, catalog, 24)) shown.push(shows(trial, stored.plan))
  const first = shown.findIndex((is, at) => !is && shown.includes(true, at))
  expect(first).toBeGreaterThan(0)
  const plan = { ...stored.plan, seed: stored.plan.seed + first }
  const { run, verdict } = await played(
    {
      given: plan.system,
      request: asRequest(plan, join(stored.folder, 'plan.json'), catalog),
      finding: { ...stored, plan },
    },
    new AbortController().signal,
  )
  expect(run.seed).toBe(stored.plan.seed + shown.indexOf(true, first))
  expect(verdict.outcome).toBe('violation')
})

test('what is begun when everything is to end, ends at once', async () => {
  const request = {
    ...usualRun,
    system: 'raft',
    seed: 1,
    faults: [],
    timeLimitS: 3600,
    options: {},
  }
  const { verdict } = await played({ given: 'raft', request }, AbortSignal.abort())
  expect(verdict.outcome).toBe('interrupted')
})
