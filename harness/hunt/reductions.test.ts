import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../../results/run.ts'
import type { ExecutedSchedule, PlannedCall, PlannedEpisode } from '../../results/schedule.ts'
import { loadCatalog } from '../catalog.ts'
import { planRun } from '../plan.ts'
import {
  atOnce,
  fewerClients,
  fewerNodes,
  lessWaiting,
  shorterFaults,
  simplerTargets,
  smallerOptions,
  stretched,
  surerFaults,
  timed,
  withCalls,
  withEpisodes,
} from './reductions.ts'

const catalog = await loadCatalog()
const raft = catalog.systems.get('raft')!

const call = (at: number, thread: number): PlannedCall => ({ at, thread, f: 'read', value: null })
const kill: PlannedEpisode = { at: 3, for: 2, fault: 'kill', plan: { targets: ['n1', 'n2'] } }

const runOf = (episodes: readonly PlannedEpisode[], calls: readonly PlannedCall[]): RunRecord => {
  const request = { system: 'raft', faults: [], cluster: 'sim' as const, seed: 1, rate: 10 }
  const around = { nodes: 5, concurrency: 9, timeLimitS: 20, operationTimeoutMs: 2000 }
  const run = planRun({ ...request, ...around, options: { snapshotAfter: '100' } }, catalog)
  return withCalls(withEpisodes(run, episodes), calls)
}
const run = runOf([kill], [call(2, 1), call(2.5, 6), call(8, 3)])
const threads = ({ schedule }: RunRecord) => schedule.calls!.map(({ thread }) => thread)
const times = ({ schedule }: RunRecord) => schedule.calls!.map(({ at }) => at)
const plans = (runs: readonly RunRecord[]) => runs.map(({ schedule }) => schedule.episodes[0]!.plan)

test('a run is as long as its calls and faults, and names the faults that it has', () => {
  expect([run.timeLimitS, run.faults]).toEqual([9, ['kill']])
  expect(withCalls(run, []).timeLimitS).toBe(5)
  expect(withEpisodes(run, []).faults).toEqual([])
})

describe('fewer clients', () => {
  test('end with one that does it all, and never make more of them', () => {
    let smallest = run
    for (let steps = 0; steps < 50; steps++) {
      const [next] = fewerClients(smallest)
      if (next === undefined) break
      expect(next.schedule.calls).toHaveLength(3)
      expect(next.concurrency).toBeLessThanOrEqual(smallest.concurrency)
      smallest = next
    }
    expect([threads(smallest), smallest.concurrency]).toEqual([[0, 0, 0], 1])
  })

  test('first those of the same node, so that it hears the same', () => {
    // Of nine clients the seven highest are idle, then six joins one, on the second of five nodes.
    expect(fewerClients(run)[0]).toMatchObject({ concurrency: 7 })
    expect(threads(fewerClients(run)[1]!)).toEqual([1, 1, 3])
  })
})

test('fewer nodes are those that the system runs with, and more than one', () => {
  const sizes = fewerNodes(run, raft).map(({ nodes, members }) => [nodes, members.length])
  const smaller = raft.sizes.allowed.filter((size) => size > 1 && size < 5)
  expect(sizes).toEqual(smaller.map((size) => [size, size]))
})

test('simpler targets are fewer names, or a word for fewer nodes', () => {
  expect(plans(simplerTargets(run))).toEqual([{ targets: ['n2'] }, { targets: ['n1'] }])
  const all = withEpisodes(run, [{ ...kill, plan: { targets: { role: 'server', pick: 'all' } } }])
  const picks = ['one', 'minority', 'majority']
  expect(plans(simplerTargets(all))).toEqual(
    picks.map((pick) => ({ targets: { role: 'server', pick } })),
  )
  expect(simplerTargets(withEpisodes(run, [{ ...kill, plan: { targets: 'primary' } }]))).toEqual([])
})

test('what happens to some packets may happen to all', () => {
  const loss = { at: 1, for: 1, fault: 'loss', plan: { links: { of: 'primary' }, percent: 40 } }
  const [sure] = surerFaults(withEpisodes(run, [kill, loss]))
  expect(sure!.schedule.episodes[1]!.plan).toEqual({ links: { of: 'primary' }, percent: 100 })
  expect(surerFaults(sure!)).toEqual([])
})

test('options that hunts draw get smaller, the smallest first, and others stay', () => {
  const values = smallerOptions(run, raft).map(({ systemOptions }) => systemOptions.snapshotAfter)
  const drawn = raft.options.snapshotAfter!.drawn!.map(Number).filter((value) => value < 100)
  expect(values.slice(0, drawn.length).map(Number)).toEqual(drawn.toSorted((a, b) => a - b))
})

describe('time', () => {
  test('faults are halved until they are short', () => {
    let lengths = 0
    for (let [next] = shorterFaults(run); next !== undefined; [next] = shorterFaults(next))
      lengths++
    expect(lengths).toBe(5)
  })

  test('waits get shorter, the longest first, and everything keeps its order', () => {
    const candidates = lessWaiting(run)
    expect(times(candidates[0]!)).toEqual([2, 2.5, 5.05])
    for (const candidate of candidates) {
      const { episodes } = candidate.schedule
      const [before, between, after] = times(candidate) as [number, number, number]
      expect(before <= between && between <= episodes[0]!.at!).toBe(true)
      expect(episodes[0]!.at! + episodes[0]!.for).toBeLessThanOrEqual(after)
      expect(after).toBeLessThan(8)
    }
  })

  test('a run may begin at once', () => {
    const begun = atOnce(run)
    expect([times(begun), begun.schedule.episodes[0]!.at]).toEqual([[0.05, 0.55, 6.05], 1.05])
    expect(atOnce(begun)).toEqual(begun)
  })

  test('a run may take longer, and its faults longer than that', () => {
    const slow = stretched(run, 2, 4)
    expect(times(slow)).toEqual([4, 5, 16])
    expect(slow.schedule.episodes[0]).toMatchObject({ at: 6, for: 16 })
  })

  test('triggers become the times at which they came, with the targets planned or those met', () => {
    const when = { after: { ok: 9 } }
    const waiting = { when, for: 2, fault: 'kill', plan: { targets: 'primary' } }
    const evidence = { held: true, summary: '' }
    const executed: ExecutedSchedule = {
      ...{ version: 1, run: '', system: 'raft', seed: 1, timeLimitS: 9 },
      executed: [
        {
          ...{ episode: 0, fault: 'kill', planned: waiting, at: 1.5, for: 2, done: null },
          ...{ plan: { targets: ['n3'] }, targets: ['n3'], evidence, healEvidence: evidence },
          ...{ installMs: 0, healMs: 0 },
        },
      ],
    }
    const variants = timed(withEpisodes(run, [waiting]), executed)
    expect(variants.map(({ schedule }) => schedule.episodes)).toEqual([
      [{ at: 1.5, for: 2, fault: 'kill', plan: { targets: 'primary' } }],
      [{ at: 1.5, for: 2, fault: 'kill', plan: { targets: ['n3'] } }],
    ])
    expect(timed(run, executed)).toEqual([])
  })
})
