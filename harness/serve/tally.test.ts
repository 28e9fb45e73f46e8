import { expect, test } from 'vitest'
import { Tally } from './tally.ts'

const done = (second: number, f = 'read') =>
  ({ index: 0, time: second * 1e9, process: 0, type: 'ok', f, value: null }) as const

test('the last minute is told second by second, the present one last', () => {
  const tally = new Tally()
  for (const second of [0, 0, 5]) tally.hear(done(second))
  expect(tally.live.okPerSecond).toEqual([2, 0, 0, 0, 0, 1])
  for (let second = 6; second < 200; second++) tally.hear(done(second))
  tally.hear(done(199))
  expect(tally.live.okPerSecond).toEqual([...Array.from({ length: 59 }, () => 1), 2])
})

test('kinds without number are told together, and lose no operation', () => {
  const tally = new Tally()
  for (let kind = 0; kind < 1000; kind++) tally.hear(done(1, `kind ${kind}`))
  tally.hear(done(2, 'kind 0'))
  const { kinds } = tally.live
  expect(kinds[0]).toMatchObject({ f: 'kind 0', ok: 2 })
  expect(kinds.length).toBeLessThan(60)
  expect(kinds.reduce((sum, { ok }) => sum + ok, 0)).toBe(1001)
})
