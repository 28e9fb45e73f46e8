import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import kill from '../../nemesis/kill.ts'
import partition from '../../nemesis/partition.ts'
import pause from '../../nemesis/pause.ts'
import type { Fault } from '../api.ts'
import { random } from '../random.ts'
import { testTopology } from '../testing/faults.ts'
import { generateSchedule } from './generate.ts'
import { readSchedule } from './read.ts'

const faults = new Map<string, Fault>([
  ['partition', partition],
  ['kill', kill],
  [
    'pause',
    {
      ...pause,
      refuses: (plan) => (JSON.stringify(plan).includes('majority') ? 'too many' : undefined),
    } as Fault,
  ],
])
const topology = testTopology(5)
const context = { faults, topology, timeLimitS: 60 }

const read = (content: unknown, changes: object = {}) => {
  const file = join(mkdtempSync(join(tmpdir(), 'schism-test-')), 'plan.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return readSchedule(file, 'etcd', { ...context, ...changes })
}
const episode = (changes: object = {}) => ({
  at: 5,
  for: 5,
  fault: 'kill',
  plan: { targets: ['n1'] },
  ...changes,
})
const waiting = (when: unknown, changes: object = {}) => {
  const { at, ...rest } = episode(changes)
  return { ...rest, when }
}

describe('a schedule from a file', () => {
  test('is for the system that it names, if any', () => {
    const { system, ...rest } = { system: 'etcd', episodes: [episode()] }
    expect(read({ system, ...rest }).episodes).toHaveLength(1)
    expect(read({ system, schedule: rest }).episodes).toHaveLength(1)
    const other = /plan\.json: system: made for nats, not for etcd/
    expect(() => read({ system: 'nats', ...rest })).toThrow(other)
    expect(() => read({ system: 'nats', schedule: rest })).toThrow(other)
  })

  test('comes back as it was generated, also out of a run.json', () => {
    const { episodes } = generateSchedule({ faults, topology, timeLimitS: 60, random: random(9) })
    expect(read({ episodes }).episodes).toEqual(episodes)
    expect(read({ id: 'a run', schedule: { episodes } }).episodes).toEqual(episodes)
  })

  test('may have triggers, names, targets by role and quiet windows', () => {
    const content = {
      quiet: [{ at: 30, for: 5 }],
      episodes: [
        episode({ name: 'first', plan: { targets: 'primary' } }),
        waiting({ after: { ok: 100 }, plus: 1, within: 20 }, { plan: { targets: 'followers' } }),
        waiting(
          { on: 'leader-change', nth: 2 },
          { plan: { targets: { role: 'server', pick: 'one' } } },
        ),
        waiting(
          { on: 'log', pattern: 'elected leader', node: 'n2' },
          { fault: 'pause', plan: { targets: 'minority' } },
        ),
        waiting({ on: 'installed', episode: 'first' }, { fault: 'pause' }),
        waiting(
          { on: 'healed', episode: 0 },
          { until: { on: 'log', pattern: 'x', role: 'server' } },
        ),
        waiting({ after: { ok: 1 } }, { plan: { targets: 'server' } }),
      ],
    }
    expect(read(content)).toEqual(content)
  })

  test('of an executed run has the nodes and times of then, and only what took hold', () => {
    const evidence = { held: true, summary: 'shown' }
    const planned = waiting({ after: { ok: 9 } }, { name: 'x', plan: { targets: 'primary' } })
    const done = {
      planned,
      fault: 'kill',
      at: 12.34,
      for: 50,
      plan: { targets: ['n3'] },
      targets: ['n3'],
      done: { targets: ['n3'] },
      installMs: 10,
      evidence,
      healMs: 10,
      healEvidence: evidence,
    }
    const executed = [
      { episode: 0, ...done },
      { episode: 1, ...done, evidence: { held: false, summary: 'not shown' } },
      { episode: 2, fault: 'kill', planned, skipped: 'it did not come' },
    ]
    const content = { version: 1, run: 'r', system: 'etcd', seed: 1, timeLimitS: 60, executed }
    expect(read(content)).toEqual({
      system: 'etcd',
      episodes: [{ name: 'x', at: 12.34, for: 47.66, fault: 'kill', plan: { targets: ['n3'] } }],
    })
  })

  test.each([
    ['no JSON', '{', /plan\.json: not JSON/],
    ['nothing of a schedule', '7', /plan\.json: expected object, found number/],
    ['no episodes', {}, /episodes: expected array, found nothing/],
    [
      'a field of the wrong type',
      { episodes: [episode({ at: 'soon' })] },
      /episodes\.0\.at: .*number/,
    ],
    ['a time before the start', { episodes: [episode({ at: -1 })] }, /episodes\.0\.at: .*>=0/],
    ['no length', { episodes: [episode({ for: 0 })] }, /episodes\.0\.for: .*>0/],
    ['a field nobody knows', { episodes: [episode({ untill: 3 })] }, /episodes\.0: .*untill/],
    [
      'both a time and a trigger',
      { episodes: [episode({ when: { after: { ok: 3 } } })] },
      /episodes\.0: expected exactly one of "at" \(s\) and "when"/,
    ],
    [
      'neither a time nor a trigger',
      { episodes: [{ ...episode(), at: undefined }] },
      /episodes\.0: expected exactly one of/,
    ],
    [
      'an unknown fault',
      { episodes: [episode({ fault: 'kil' })] },
      /episodes\.0\.fault: unknown fault "kil"; did you mean "kill"\?/,
    ],
    [
      'a plan of another fault',
      { episodes: [episode({ plan: { shape: 'ring' } })] },
      /episodes\.0\.plan\.targets: expected primary, /,
    ],
    ['a plan that is none', { episodes: [episode({ plan: 3 })] }, /episodes\.0\.plan: /],
    [
      'a node that is not there',
      { episodes: [episode({ plan: { targets: ['n9'] } })] },
      /no node or role is called "n9"; nodes: n1, .*; roles: server; also primary, /,
    ],
    [
      'a role that the system does not know',
      { episodes: [episode({ plan: { targets: 'sentinel' } })] },
      /no node or role is called "sentinel"; .*roles: server;/,
    ],
    [
      'a role that it does not know, with a pick',
      { episodes: [episode({ plan: { targets: { role: 'arbiter' } } })] },
      /no node or role is called "arbiter"/,
    ],
    [
      'a pick that is none',
      { episodes: [episode({ plan: { targets: { role: 'server', pick: 'two' } } })] },
      /plan\.targets\.pick: .*"one"/,
    ],
    [
      'what the fault itself refuses',
      { episodes: [episode({ fault: 'pause', plan: { targets: 'majority' } })] },
      /episodes\.0\.plan: too many/,
    ],
    [
      'the same fault twice at a time',
      { episodes: [episode(), episode({ at: 7 })] },
      /episodes\.1\.at: 7 s is before the kill before it ends/,
    ],
    [
      'an end after the run',
      { episodes: [episode({ at: 58 })] },
      /ends at 63 s: after the time limit of 60 s/,
    ],
    [
      'a trigger that is none',
      { episodes: [waiting({ on: 'full-moon' })] },
      /when\.on: expected one of leader-change, log, installed, healed/,
    ],
    [
      'a trigger of the wrong shape',
      { episodes: [waiting({ after: { ok: 'many' } })] },
      /when\.after\.ok: .*number/,
    ],
    [
      'a log trigger without a pattern',
      { episodes: [waiting({ on: 'log' })] },
      /when\.pattern: .*string/,
    ],
    [
      'a pattern that is none',
      { episodes: [waiting({ on: 'log', pattern: '(' })] },
      /when\.pattern: Invalid regular expression/,
    ],
    [
      'a log line of nobody',
      { episodes: [waiting({ on: 'log', pattern: 'x', node: 'n8' })] },
      /when: no node or role is called "n8"/,
    ],
    [
      'an episode that is not there',
      { episodes: [waiting({ on: 'healed', episode: 'b' })] },
      /when\.episode: there is no episode "b": places are 0 to 0, names: none/,
    ],
    [
      'an episode that waits for itself',
      { episodes: [waiting({ on: 'healed', episode: 1 }), waiting({ on: 'healed', episode: 0 })] },
      /episodes\.0\.when: waits for itself/,
    ],
    [
      'a wait beyond the run',
      { episodes: [waiting({ after: { ok: 1 }, within: 90 })] },
      /when\.within: 90 s is after the time limit/,
    ],
    [
      'a chain that cannot end in time',
      { episodes: [episode({ for: 50 }), waiting({ on: 'healed', episode: 0 }, { for: 9 })] },
      /episodes\.1: ends at 64 s at the earliest: after the time limit/,
    ],
    [
      'one that begins while its own fault is in place',
      { episodes: [episode(), waiting({ on: 'installed', episode: 0 })] },
      /episodes\.1\.when: begins while the kill that it waits for is in place/,
    ],
    [
      'the same name twice',
      { episodes: [episode({ name: 'a' }), episode({ at: 20, name: 'a' })] },
      /episodes\.1\.name: episodes\.0 is called "a" already/,
    ],
    [
      'a fault in a quiet window',
      { quiet: [{ at: 8, for: 2 }], episodes: [episode()] },
      /episodes\.0\.at: in place from 5 to 10 s, but 8 to 10 s is to be quiet/,
    ],
    ['an executed schedule that is none', { executed: [3] }, /plan\.json: /],
  ])('%s is refused with the place and what was expected', (_, content, message) => {
    expect(() => read(content)).toThrow(message)
    expect(() => read(content)).toThrow(/^[^\n]+$/)
  })

  test('who leads cannot be meant where nobody can say', () => {
    const nobody = { topology: { ...topology, hasPrimaries: false } }
    expect(() => read({ episodes: [episode({ plan: { targets: 'leader' } })] }, nobody)).toThrow(
      /nobody can say who leads here, so nobody is leader/,
    )
    expect(() => read({ episodes: [waiting({ on: 'leader-change' })] }, nobody)).toThrow(
      /no change of leader can be waited for/,
    )
  })

  test('a file that is not there is named', () => {
    expect(() => readSchedule('/nowhere/plan.json', 'etcd', context)).toThrow(
      /\/nowhere\/plan\.json: cannot be read/,
    )
  })
})
