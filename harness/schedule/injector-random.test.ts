import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seconds, sleep } from '../clock.ts'
import { episode, play } from '../testing/schedules.ts'

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
  const episodes = fc.array(
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
        episodes,
        behaviour,
        fc.integer({ min: 1, max: 60 }),
        async (planned, how, limitS) => {
          const { story, executed, message } = await play(planned, {
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
          expect(executed).toHaveLength(planned.length)
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
