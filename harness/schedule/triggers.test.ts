import { describe, expect, test } from 'vitest'
import { seconds, sleep } from '../clock.ts'
import type { TestRecorder } from '../testing/faults.ts'
import { episode, play } from '../testing/schedules.ts'
import type { VirtualClock } from '../testing/virtual-clock.ts'

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
