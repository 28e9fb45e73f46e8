import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PlannedEpisode } from '../../results/schedule.ts'
import type { Fault } from '../api.ts'
import { random } from '../random.ts'
import { testFault, testTopology } from '../testing/faults.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { checkSchedule } from './check.ts'
import { generateSchedule, mayOverlap } from './generate.ts'

const clock = new VirtualClock()
const all = new Map<string, Fault>([
  ['cut', testFault(clock, { acts: 'links' })],
  ['slow', testFault(clock, { acts: 'links' })],
  ['clock', testFault(clock, { acts: 'clock' })],
  ['kill', testFault(clock, { acts: 'node' })],
  ['pause', testFault(clock, { acts: 'node' })],
  ['lonely', testFault(clock)],
])
const topology = testTopology(5)
const generate = (seed: number, timeLimitS: number, faults = all) =>
  generateSchedule({ faults, topology, timeLimitS, random: random(seed) }).episodes

type Timed = PlannedEpisode & { readonly at: number }
const pairs = (episodes: readonly PlannedEpisode[]) => {
  const timed = episodes as readonly Timed[]
  return timed.flatMap((a, place) =>
    timed
      .slice(place + 1)
      .filter((b) => a.at < b.at + b.for && b.at < a.at + a.for)
      .map((b) => [a, b] as const),
  )
}

describe('a generated schedule', () => {
  test('has every fault that was asked for, and can be carried out', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 5, max: 300 }), (seed, timeLimitS) => {
        const episodes = generate(seed, timeLimitS)
        expect(new Set(episodes.map(({ fault }) => fault))).toEqual(new Set(all.keys()))
        checkSchedule('generated', { episodes }, { faults: all, topology, timeLimitS })
      }),
    )
  })

  test('has quiet before and after, and lets only those overlap that mean something together', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const episodes = generate(seed, 300) as readonly Timed[]
        for (const [a, b] of pairs(episodes)) expect(mayOverlap(a, b, all)).toBe(true)
        const alone = episodes.filter(
          (one) => !episodes.some((a) => a.at < one.at && one.at < a.at + a.for),
        )
        for (const [place, { at }] of alone.entries()) {
          const before = alone[place - 1]
          expect(at).toBeGreaterThan(before === undefined ? 0 : before.at + before.for)
        }
      }),
    )
  })

  test('lets some overlap, not many', () => {
    const schedules = Array.from({ length: 50 }, (_, seed) => generate(seed, 300))
    const together = schedules.flatMap(pairs)
    expect(together.length).toBeGreaterThan(20)
    expect(together.length).toBeLessThan(schedules.flat().length / 4)
    expect(together.flat().map(({ fault }) => fault)).not.toContain('lonely')
  })

  test('follows from the seed', () => {
    expect(generate(5, 60)).toEqual(generate(5, 60))
    expect(generate(5, 60)).not.toEqual(generate(6, 60))
  })

  test('a run without faults has none', () => {
    expect(generate(5, 60, new Map())).toEqual([])
  })
})

test.each([
  ['a clock ahead while links are cut', 'clock', ['n1'], 'cut', ['n1'], true],
  ['two faults of the links', 'slow', ['n1'], 'cut', ['n2'], false],
  ['a killed node with another clock', 'kill', ['n1'], 'clock', ['n1'], false],
  ['a killed node beside another one’s clock', 'kill', ['n1'], 'clock', ['n2'], true],
  ['a kill and a pause', 'kill', ['n1'], 'pause', ['n2'], false],
  ['a killed node and whoever leads', 'kill', ['n1'], 'clock', 'primary', false],
  ['a fault that says nothing of what it acts on', 'lonely', ['n1'], 'clock', ['n2'], false],
] as const)('%s', (_, a, targetsOfA, b, targetsOfB, expected) => {
  const first = { fault: a, plan: { targets: [...targetsOfA] } }
  const second = {
    fault: b,
    plan: { targets: typeof targetsOfB === 'string' ? targetsOfB : [...targetsOfB] },
  }
  expect(mayOverlap(first, second, all)).toBe(expected)
  expect(mayOverlap(second, first, all)).toBe(expected)
})
