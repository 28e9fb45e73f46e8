import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PlannedEpisode, Schedule } from '../../results/schedule.ts'
import type { Fault } from '../api.ts'
import { seconds, sleep } from '../clock.ts'
import { random } from '../random.ts'
import { type Behaviour, TestRecorder, testCluster, testFault } from '../testing/faults.ts'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { Injector } from './injector.ts'
import { Triggers } from './triggers.ts'

const plan = { targets: ['n1'] }
const episode = (fault: string, changes: Partial<PlannedEpisode> = {}): PlannedEpisode => ({
  for: 2,
  fault,
  plan,
  ...changes,
})

interface Play {
  readonly faults?: Readonly<Record<string, Behaviour>>
  readonly unheld?: 'fail' | 'warn'
  /** s after which the main phase ends. */
  readonly limitS?: number
  /** Happens beside the schedule. */
  readonly beside?: (stage: {
    clock: VirtualClock
    recorder: TestRecorder
    triggers: Triggers
  }) => Promise<void>
}

const play = async (content: Schedule | readonly PlannedEpisode[], options: Play = {}) => {
  const schedule: Schedule = 'episodes' in content ? content : { episodes: [...content] }
  const clock = new VirtualClock()
  const triggers = new Triggers(schedule.episodes)
  const recorder = new TestRecorder(clock, (event) => triggers.hear(event))
  const names = new Set(schedule.episodes.map(({ fault }) => fault))
  const faults = new Map<string, Fault>(
    [...names].map((name) => [name, testFault(clock, options.faults?.[name])]),
  )
  const injector = new Injector({
    schedule,
    faults,
    cluster: testCluster(),
    clock,
    recorder,
    triggers,
    random: random(1),
    unheld: options.unheld ?? 'fail',
  })
  const over = new AbortController()
  let error: unknown
  await clock.run(
    Promise.all([
      injector.run(over.signal).catch((thrown: unknown) => {
        error = thrown
      }),
      sleep(clock, seconds(options.limitS ?? 60)).then(() => over.abort()),
      options.beside?.({ clock, recorder, triggers }),
    ]),
  )
  const warnings = recorder.events.flatMap(({ f, value }) =>
    f === 'observe' ? [(value as { message?: string }).message ?? ''] : [],
  )
  const message = error instanceof Error ? error.message : undefined
  return { story: recorder.story(), warnings, message, executed: injector.executed() }
}

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

describe('triggers', () => {
  const ops =
    (everyS: number, many: number) =>
    async ({ clock, recorder }: { clock: VirtualClock; recorder: TestRecorder }) => {
      for (let nth = 0; nth < many; nth++) {
        await sleep(clock, seconds(everyS))
        recorder.ok()
      }
    }

  test('after n ok operations, and a delay', async () => {
    const { story } = await play([episode('kill', { when: { after: { ok: 5 }, plus: 0.5 } })], {
      beside: ops(1, 9),
    })
    expect(story[0]).toBe('5.5 inject kill#0')
  })

  test('on the nth change of leader; who is first is no change', async () => {
    const { story } = await play([episode('kill', { when: { on: 'leader-change', nth: 2 } })], {
      beside: async ({ clock, recorder }) => {
        for (const primaries of [['n1'], [], ['n1'], ['n2'], ['n1', 'n2'], ['n3']]) {
          await sleep(clock, seconds(1))
          recorder.observe({ kind: 'primaries', primaries })
        }
      },
    })
    expect(story[0]).toBe('5 inject kill#0')
  })

  test('on a log line of one node', async () => {
    const when = { on: 'log', pattern: 'became leader at term \\d+', node: 'n2' } as const
    const { story } = await play([episode('kill', { when })], {
      beside: async ({ clock, triggers }) => {
        const lines = [
          { node: 'n1', text: 'became leader at term 3' },
          { node: 'n2', text: 'became follower at term 3' },
          { node: 'n2', text: 'raft: became leader at term 4' },
        ]
        for (const line of lines) {
          await sleep(clock, seconds(1))
          triggers.print(line)
        }
      },
    })
    expect(story[0]).toBe('3 inject kill#0')
  })

  test('on another episode, by name or place', async () => {
    const { story } = await play([
      episode('cut', { at: 2, name: 'first' }),
      episode('kill', { when: { on: 'installed', episode: 'first', plus: 0.5 } }),
      episode('pause', { when: { on: 'healed', episode: 1 } }),
    ])
    expect(story.filter((line) => line.includes('inject '))).toEqual([
      '2 inject cut#0',
      '2.5 inject kill#1',
      '4.5 inject pause#2',
    ])
  })

  test('one that ends an episode counts from its injection', async () => {
    const { story } = await play(
      [episode('cut', { at: 3.5, for: 30, until: { after: { ok: 4 } } })],
      { beside: ops(1, 20) },
    )
    expect(story).toContain('7 heal cut#0')
  })

  test('one that does not come in time is a warning, and the episode is written down as skipped', async () => {
    const { story, warnings, executed, message } = await play([
      episode('kill', { when: { after: { ok: 5 }, within: 4 } }),
      episode('cut', { when: { on: 'leader-change' } }),
    ])
    expect(story).toEqual(['4 skipped kill#0', '60 skipped cut#1'])
    expect(warnings).toEqual([
      'fault kill #1 was not injected: 5 ok operations did not come within 4 s',
      'fault cut #2 was not injected: a change of leader did not come while clients ran',
    ])
    expect(executed.map((one) => ('skipped' in one ? one.skipped : ''))).toEqual([
      '5 ok operations did not come within 4 s',
      'a change of leader did not come while clients ran',
    ])
    expect(message).toBeUndefined()
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

describe('whatever the schedule', () => {
  const start = fc.oneof(
    fc.record({ at: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ when: fc.record({ after: fc.record({ ok: fc.integer({ min: 1, max: 80 }) }) }) }),
    fc.record({
      when: fc.record({
        on: fc.constantFrom('installed' as const, 'healed' as const),
        episode: fc.integer({ min: 0, max: 5 }),
        plus: fc.integer({ min: 0, max: 3 }),
      }),
    }),
  )
  const any = fc.array(
    fc
      .tuple(start, fc.constantFrom('cut', 'kill', 'pause'), fc.integer({ min: 1, max: 20 }))
      .map(([when, fault, length]) => episode(fault, { ...when, for: length })),
    { minLength: 1, maxLength: 6 },
  )
  const behaviour = fc.record({
    injectS: fc.integer({ min: 0, max: 3 }),
    healS: fc.integer({ min: 0, max: 3 }),
  })

  test('one fault is never in place twice, and each episode is healed or said to be skipped', async () => {
    await fc.assert(
      fc.asyncProperty(
        any,
        behaviour,
        fc.integer({ min: 1, max: 60 }),
        async (episodes, how, limitS) => {
          const { story, executed, message } = await play(episodes, {
            faults: { cut: how, kill: how },
            limitS,
            beside: async ({ clock, recorder }) => {
              for (let nth = 0; nth < 60; nth++) {
                await sleep(clock, seconds(1))
                recorder.ok()
              }
            },
          })
          expect(message).toBeUndefined()
          expect(executed).toHaveLength(episodes.length)
          for (const fault of ['cut', 'kill', 'pause']) {
            const phases = story
              .filter((line) => line.includes(` ${fault}#`))
              .map((line) => line.split(' ')[1])
              .filter((phase) => phase !== 'skipped')
            const turns = Array.from({ length: phases.length / 4 }, () => [
              'inject',
              'injected',
              'heal',
              'healed',
            ])
            expect(phases).toEqual(turns.flat())
          }
        },
      ),
      { numRuns: 100 },
    )
  })
})
