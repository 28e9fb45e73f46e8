import { expect, test } from 'vitest'
import { milliseconds, realClock, sleep } from './clock.ts'

test('a callback never comes before `after` has returned, however short the time', () => {
  const clock = realClock()
  for (let ns = -2; ns < 20_000; ns++) {
    let called = false
    const cancel = clock.after(ns % 1000, () => {
      called = true
    })
    expect(called).toBe(false)
    cancel()
  }
})

test('it comes once, and not too early', async () => {
  const clock = realClock()
  for (const ns of [0, 1, 1000, milliseconds(0.5), milliseconds(1.5), milliseconds(12)]) {
    const begun = clock.now()
    await sleep(clock, ns)
    expect(clock.now() - begun).toBeGreaterThanOrEqual(ns)
  }
})

test('a cancelled callback does not come', async () => {
  const clock = realClock()
  let calls = 0
  for (const ns of [0, 1000, milliseconds(3)]) clock.after(ns, () => calls++)()
  await sleep(clock, milliseconds(10))
  expect(calls).toBe(0)
})

test('an abort ends a sleep', async () => {
  await sleep(realClock(), milliseconds(60_000), AbortSignal.timeout(5))
  await sleep(realClock(), milliseconds(60_000), AbortSignal.abort())
})

test('time is whole ns and never runs backwards', () => {
  const clock = realClock()
  let last = clock.now()
  for (let n = 0; n < 10_000; n++) {
    const now = clock.now()
    expect(Number.isInteger(now) && now >= last).toBe(true)
    last = now
  }
})
