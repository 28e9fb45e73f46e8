import { describe, expect, test } from 'vitest'
import type { PlannedEpisode } from '../../results/schedule.ts'
import { seconds, sleep } from '../clock.ts'
import { episode, play } from '../testing/schedules.ts'

describe('episodes at times', () => {
  test('are injected and healed when they say', async () => {
    const { story, message } = await play([episode('kill', { at: 3 })])
    expect(story).toEqual([
      '3 inject kill#0',
      '3 injected kill#0',
      '5 heal kill#0',
      '5 healed kill#0',
    ])
    expect(message).toBeUndefined()
  })

  test('of different faults do not wait for each other', async () => {
    const { story } = await play(
      [episode('slow', { at: 1, for: 8 }), episode('kill', { at: 2, for: 3 })],
      { faults: { slow: { injectS: 6 } } },
    )
    expect(story).toEqual([
      '1 inject slow#0',
      '2 inject kill#1',
      '2 injected kill#1',
      '5 heal kill#1',
      '5 healed kill#1',
      '7 injected slow#0',
      '9 heal slow#0',
      '9 healed slow#0',
    ])
  })

  test('of one fault wait until the one before is healed', async () => {
    const { story } = await play([episode('kill', { at: 1 }), episode('kill', { at: 3 })], {
      faults: { kill: { healS: 2 } },
    })
    expect(story.filter((line) => /inject |healed/.test(line))).toEqual([
      '1 inject kill#0',
      '5 healed kill#0',
      '5 inject kill#1',
      '9 healed kill#1',
    ])
  })

  test('that the plan keeps apart do not meet, however long one of them takes', async () => {
    const { story } = await play(
      [episode('slow', { at: 1 }), episode('kill', { at: 4 }), episode('cut', { at: 2, for: 1 })],
      { faults: { slow: { injectS: 6 } } },
    )
    expect(story.filter((line) => /inject |healed/.test(line))).toEqual([
      '1 inject slow#0',
      '2 inject cut#2',
      '3 healed cut#2',
      '7 healed slow#0',
      '7 inject kill#1',
      '9 healed kill#1',
    ])
  })

  test('for which no time is left are a warning', async () => {
    const { warnings } = await play([episode('slow', { at: 1 }), episode('kill', { at: 4 })], {
      faults: { slow: { injectS: 6 } },
      limitS: 5,
    })
    expect(warnings).toEqual(['fault kill #2 was not injected: the main phase was over before'])
  })

  test('are healed when the main phase ends before', async () => {
    const { story, message } = await play([episode('kill', { at: 3, for: 9 })], { limitS: 5 })
    expect(story).toContain('5 healed kill#0')
    expect(message).toBeUndefined()
  })

  test('draw their targets from the seed and their place', async () => {
    const targetsOf = async () => {
      const { executed } = await play(
        [1, 4, 7, 10].map((at) => episode('kill', { at, plan: { targets: 'one' } })),
      )
      return executed.map((one) => ('targets' in one ? one.targets.join() : ''))
    }
    const first = await targetsOf()
    expect(await targetsOf()).toEqual(first)
    expect(new Set(first).size).toBeGreaterThan(1)
  })

  test('draw the same targets whatever the episodes before them drew', async () => {
    const second = async (before: PlannedEpisode): Promise<unknown> => {
      const one = episode('cut', { at: 4, plan: { targets: 'one' } })
      return (await play([before, one])).executed.map(
        (each) => 'targets' in each && each.targets,
      )[1]
    }
    const alone = await Promise.all([1, 1.5, 2].map((at) => second(episode('kill', { at }))))
    const drawn = await second(episode('kill', { at: 1, plan: { targets: 'minority' } }))
    expect(new Set([...alone, drawn].map(String)).size).toBe(1)
  })
})

describe('quiet windows', () => {
  test('end what is in place, and keep back what a trigger begins', async () => {
    const { story } = await play(
      {
        quiet: [{ at: 4, for: 3 }],
        episodes: [
          episode('cut', { when: { after: { ok: 1 } }, for: 9 }),
          episode('kill', { when: { on: 'healed', episode: 0 } }),
        ],
      },
      {
        beside: async ({ clock, recorder }) => {
          await sleep(clock, seconds(1))
          recorder.ok()
        },
      },
    )
    expect(story.filter((line) => /(inject|heal) /.test(line))).toEqual([
      '1 inject cut#0',
      '4 heal cut#0',
      '7 inject kill#1',
      '9 heal kill#1',
    ])
  })
})

describe('episodes that replace each other', () => {
  const chain = [
    episode('cut', { at: 1, for: 2 }),
    episode('cut', { at: 3, for: 2, plan: { targets: ['n2'] } }),
    episode('cut', { when: { on: 'healed', episode: 1 } }),
  ]

  test('have no moment of health between them', async () => {
    const { story, executed } = await play(chain, { faults: { cut: { replaces: true, healS: 1 } } })
    expect(story.filter((line) => /(inject|healed) /.test(line))).toEqual([
      '1 inject cut#0',
      '3 inject cut#1',
      '3 healed cut#0',
      '5 inject cut#2',
      '5 healed cut#1',
      '8 healed cut#2',
    ])
    expect(executed.map((one) => 'healEvidence' in one && one.healEvidence.summary)).toEqual([
      'replaced by #2: shown',
      'replaced by #3: shown',
      'gone',
    ])
  })

  test('are healed between, where the fault cannot do that', async () => {
    const { story } = await play(chain, { faults: { cut: { healS: 1 } } })
    expect(story).toContain('4 healed cut#0')
    expect(story).toContain('4 inject cut#1')
  })
})

describe('a fault that fails', () => {
  test('ends the run with its name, and everything else is healed', async () => {
    const { story, message } = await play(
      [episode('cut', { at: 1, for: 20 }), episode('kill', { at: 4, name: 'second' })],
      { faults: { kill: { holds: () => false } } },
    )
    expect(message).toBe('fault kill #2 (second) did not take hold: not shown')
    expect(story).toContain('9.05 injected kill#1 failed')
    expect(story).toContain('9.05 healed kill#1')
    expect(story).toContain('9.05 healed cut#0')
  })

  test('is a warning where that was asked for, and the rest goes on', async () => {
    const { warnings, message, executed } = await play(
      [episode('kill', { at: 1 }), episode('kill', { at: 20 })],
      { faults: { kill: { holds: (nth) => nth > 0 } }, unheld: 'warn' },
    )
    expect(message).toBeUndefined()
    expect(warnings).toEqual(['fault kill #1 did not take hold: not shown'])
    expect(executed.map((one) => 'evidence' in one && one.evidence.held)).toEqual([false, true])
  })

  test('an injection and a heal that hang have a deadline', async () => {
    const inject = await play([episode('kill', { at: 1 })], {
      faults: { kill: { injectS: 'hang' } },
    })
    expect(inject.message).toBe(
      'fault kill #1 did not take hold: its injection has not ended after 120 s',
    )
    const heal = await play([episode('kill', { at: 1 })], { faults: { kill: { healS: 'hang' } } })
    expect(heal.message).toBe('fault kill #1 did not heal: its heal has not ended after 60 s')
  })
})
