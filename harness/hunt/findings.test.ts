/**
 * The regression test of every finding under results/findings/: what was found in a build with a known mistake is
 * found again by the same plan and not in the correct build; what was found in a correct build is mended.
 * `node scripts/findings.mjs --again SYSTEM:BUG` hunts anew for one whose plan does not lead there any more.
 */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { unlimited } from '../../checkers/checker.ts'
import { listFindings } from '../../results/finding.ts'
import { readHistory } from '../../results/formats/read.ts'
import { files } from '../../results/store.ts'
import { find, loadCatalog } from '../catalog.ts'
import { planRun, workloadPlan } from '../plan.ts'
import { asRequest, isSeeded } from './finding.ts'
import { loadFinding, replays, shows } from './replay.ts'

/** Seeds that a plan is played with, its own first. */
const SEEDS = 48

const root = join(import.meta.dirname, '../../results/findings')
const catalog = await loadCatalog()
const folders = listFindings(root)

test('there are findings, of more than one system', () => {
  const systems = new Set(folders.map((folder) => loadFinding(folder).plan.system))
  expect(systems.size).toBeGreaterThan(1)
})

describe.each(folders.map((folder) => folder.slice(root.length + 1)))('%s', (name) => {
  const finding = loadFinding(join(root, name))
  const { plan, folder } = finding

  test('its history is judged as it was', () => {
    const request = asRequest(plan, join(folder, 'plan.json'), catalog)
    const run = planRun({ ...request, cluster: 'sim' }, catalog)
    const { checkers } = workloadPlan(run, find('workload', catalog.workloads, plan.workload))
    const { history } = readHistory(join(folder, files.history))
    const verdict = checkers[plan.violates.checker]!(history, unlimited)
    expect(verdict.valid === false ? verdict.anomalies : []).toContainEqual(
      expect.objectContaining({ type: plan.violates.anomaly, summary: plan.violates.summary }),
    )
  })

  // What the correct build did once it does no more.
  if (isSeeded(plan))
    test('its plan leads there again', async () => {
      let seeds = 0
      for await (const trial of replays(finding, catalog, SEEDS)) {
        seeds++
        if (shows(trial, plan)) return
      }
      expect.fail(`no ${plan.violates.anomaly} with ${seeds} seeds`)
    })

  test('the correct build keeps its promise', async () => {
    const seeds = isSeeded(plan) ? 4 : SEEDS
    for await (const trial of replays(
      finding,
      catalog,
      seeds,
      isSeeded(plan) ? { bug: 'none' } : {},
    ))
      expect(trial.proof).toBeUndefined()
  })
})
