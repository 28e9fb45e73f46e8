import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Schedule } from '../../results/schedule.ts'
import type { Template } from '../api.ts'
import { loadCatalog } from '../catalog.ts'
import { random } from '../random.ts'
import { testTopology } from '../testing/faults.ts'
import { templateSchedule } from './template.ts'

const { faults, templates } = await loadCatalog()
const LONG_S = 1e6
const make = (
  asked: string,
  changes: { nodes?: number; seed?: number; limitS?: number; membership?: 'none' } = {},
): Schedule =>
  templateSchedule({
    asked,
    templates,
    faults,
    topology: { ...testTopology(changes.nodes ?? 3), hasMembership: changes.membership !== 'none' },
    random: random(changes.seed ?? 1),
    timeLimitS: changes.limitS ?? LONG_S,
  })

describe.each([...templates])('template %s', (name, template: Template) => {
  test('says where it comes from', () => {
    expect(template.source.length).toBeGreaterThan(10)
    for (const { default: standard, from, to } of Object.values(template.parameters)) {
      expect(standard).toBeGreaterThanOrEqual(from)
      expect(standard).toBeLessThanOrEqual(to)
    }
  })

  test('makes a schedule that can be carried out, within a minute as it is', () => {
    for (const nodes of [Math.max(3, template.needs.nodes ?? 1), 5])
      expect(make(name, { nodes, limitS: 60 }).episodes).not.toEqual([])
  })

  test('makes one with any parameters, the same from the same seed', () => {
    const values = fc.record(
      Object.fromEntries(
        Object.entries(template.parameters).map(([key, { from, to, whole }]) => [
          key,
          whole
            ? fc.integer({ min: from, max: Math.min(to, from + 20) })
            : fc.double({ min: from, max: to, noNaN: true }),
        ]),
      ),
    )
    fc.assert(
      fc.property(values, fc.integer(), (given, seed) => {
        const asked = `${name}:${Object.entries(given)
          .map((pair) => pair.join('='))
          .join(',')}`
        expect(make(asked, { seed, nodes: 5 })).toEqual(make(asked, { seed, nodes: 5 }))
      }),
    )
  })
})

describe('bad input', () => {
  test.each([
    [
      'an unknown template',
      'isolate-leader',
      /unknown template "isolate-leader"; did you mean "isolate-leader-then-heal"\?/,
    ],
    [
      'an unknown parameter',
      'flapping-leader:time=3',
      /unknown parameter "time"; did you mean "times"\?/,
    ],
    [
      'a parameter out of range',
      'flapping-leader:times=0',
      /times=0: expected times=a whole number from 1 to 100/,
    ],
    [
      'a parameter that is no number',
      'flapping-leader:up=soon',
      /up=soon: expected up=a number from 0 to 600/,
    ],
    ['a parameter without a value', 'flapping-leader:up', /up: expected up=a number/],
    ['half a time', 'flapping-leader:times=2.5', /expected times=a whole number/],
  ])('%s', (_, asked, message) => {
    expect(() => make(asked)).toThrow(message)
  })

  test('more than fits into the time limit', () => {
    expect(() => make('isolate-leader-then-heal:for=50', { limitS: 60 })).toThrow(
      /--template isolate-leader-then-heal:for=50: episodes\.1: ends at 110 s: after the time limit of 60 s/,
    )
  })

  test('a cluster that is too small', () => {
    expect(() => make('flapping-leader', { nodes: 2 })).toThrow(
      /needs at least 3 nodes; there are 2/,
    )
  })

  test('a system that cannot change its members', () => {
    expect(() => make('rival-leaders', { nodes: 5, membership: 'none' })).toThrow(
      /the system cannot change its members/,
    )
  })
})
