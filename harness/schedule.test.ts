import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import kill from '../nemesis/kill.ts'
import partition from '../nemesis/partition.ts'
import pause from '../nemesis/pause.ts'
import type { Fault, Topology } from './api.ts'
import { random } from './random.ts'
import { generateSchedule, readSchedule } from './schedule.ts'

const all = new Map<string, Fault>([
  ['partition', partition],
  ['kill', kill],
  ['pause', pause],
])
const topology: Topology = {
  members: ['n1', 'n2', 'n3', 'n4', 'n5'].map((name) => ({ name, role: 'server', serves: true })),
  hasPrimaries: true,
}
const generate = (seed: number, timeLimitS: number, faults = all) =>
  generateSchedule({ faults, topology, timeLimitS, random: random(seed) }).episodes

describe('a generated schedule', () => {
  test('has every fault that was asked for, one at a time, and quiet between them', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 5, max: 300 }), (seed, timeLimitS) => {
        const episodes = generate(seed, timeLimitS)
        expect(new Set(episodes.map(({ fault }) => fault))).toEqual(new Set(all.keys()))
        for (const [place, { at, for: length }] of episodes.entries()) {
          const before = episodes[place - 1]
          expect(at).toBeGreaterThan(before === undefined ? 0 : before.at + before.for)
          expect(at + length).toBeLessThanOrEqual(timeLimitS)
        }
      }),
    )
  })

  test('follows from the seed', () => {
    expect(generate(5, 60)).toEqual(generate(5, 60))
    expect(generate(5, 60)).not.toEqual(generate(6, 60))
  })

  test('a run without faults has none', () => {
    expect(generate(5, 60, new Map())).toEqual([])
  })
})

const read = (content: unknown) => {
  const file = join(mkdtempSync(join(tmpdir(), 'schism-test-')), 'plan.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return readSchedule(file, all, topology, 60)
}
const episode = (changes: object = {}) => ({
  at: 5,
  for: 5,
  fault: 'kill',
  plan: { targets: ['n1'] },
  ...changes,
})

describe('a schedule from a file', () => {
  test('comes back as it was generated, also out of a run.json', () => {
    const episodes = generate(9, 60)
    expect(read({ episodes }).episodes).toEqual(episodes)
    expect(read({ id: 'a run', schedule: { episodes } }).episodes).toEqual(episodes)
  })

  test.each([
    ['no JSON', '{', /plan\.json: not JSON/],
    ['no episodes', {}, /episodes: Invalid input: expected array/],
    [
      'a field of the wrong type',
      { episodes: [episode({ at: 'soon' })] },
      /episodes\.0\.at: .*number/,
    ],
    ['a field nobody knows', { episodes: [episode({ untill: 3 })] }, /episodes\.0: .*untill/],
    [
      'an unknown fault',
      { episodes: [episode({ fault: 'kil' })] },
      /episodes\.0\.fault: unknown fault "kil"; known: /,
    ],
    [
      'a plan of another fault',
      { episodes: [episode({ plan: { shape: 'ring' } })] },
      /episodes\.0\.plan\.targets: /,
    ],
    [
      'a node that is not there',
      { episodes: [episode({ plan: { targets: ['n9'] } })] },
      /no node or role is called "n9"; nodes: n1, .*; roles: server; also primary, /,
    ],
    [
      'the same fault twice at a time',
      { episodes: [episode(), episode({ at: 7 })] },
      /episodes\.1\.at: 7 s is before the kill before it ends/,
    ],
  ])('%s is refused with the place and what was expected', (_, content, message) => {
    expect(() => read(content)).toThrow(message)
  })

  test('a file that is not there is named', () => {
    expect(() => readSchedule('/nowhere/plan.json', all, topology, 60)).toThrow(
      /\/nowhere\/plan\.json: cannot be read/,
    )
  })
})
