import { expect, test } from 'vitest'
import { schedule } from '../schedule.ts'
import { environment, planView, settings } from './plan-view.ts'
import { sampleRun } from './sample.test-helper.ts'

const { run } = sampleRun('set')

test('every way to begin and to end an episode is told in words', () => {
  const planned = schedule.parse({
    quiet: [{ at: 1, for: 2 }],
    episodes: [
      { at: 5, for: 3, fault: 'partition', plan: { shape: 'isolate', targets: 'primary' } },
      { when: { after: { ok: 1000 }, plus: 2 }, for: 1, fault: 'kill', plan: 'one' },
      { when: { on: 'leader-change', nth: 2, within: 30 }, for: 1, fault: 'kill', plan: 'one' },
      {
        ...{ name: 'late', for: 1, fault: 'pause', plan: 'all', at: 9 },
        until: { on: 'log', pattern: 'elected|became', node: 'n1' },
      },
      { when: { on: 'healed', episode: 'late' }, for: 1, fault: 'kill', plan: 'one' },
    ],
    calls: [{ at: 1, thread: 0, f: 'read', value: null }],
  })
  const { episodes, more } = planView({ ...run, schedule: planned })!
  expect(episodes.rows.map(([, , begins]) => begins)).toEqual([
    '5 s',
    'when 1,000 operations are ok, and 2 s more',
    'when another node leads, for time 2, within 30 s',
    '9 s',
    'when late is healed',
  ])
  expect(episodes.rows[3]).toEqual([
    ...['4', 'late', '9 s', '1 s, or until n1 prints /elected|became/', 'pause', '"all"'],
  ])
  expect(more).toEqual(['no fault from 1 s on for 2 s', 'clients make 1 planned call'])
})

test('a history from elsewhere has no plan, no settings and no environment', () => {
  expect(planView(undefined)).toBeUndefined()
  expect([...settings(undefined), ...environment(undefined)]).toEqual([])
})

test('settings and environment are printable whatever a run says of itself', () => {
  const odd = { ...run, system: 'a\u202eb', environment: { 'x\n': '\u0000' } }
  for (const { name, text } of [...settings(odd), ...environment(odd)])
    expect(`${name} ${text}`).toMatch(/^[^\p{C}]*$/u)
})
