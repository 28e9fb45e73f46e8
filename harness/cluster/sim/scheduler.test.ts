import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { milliseconds, seconds, sleep } from '../../clock.ts'
import { Scheduler } from './scheduler.ts'

describe('virtual time', () => {
  test('what is due happens in the order of its times, and of the asking where they tie', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 })), async (times) => {
        const scheduler = new Scheduler()
        const seen: (readonly [time: number, place: number])[] = []
        for (const [place, time] of times.entries())
          scheduler.at(time, () => seen.push([scheduler.now(), place]))
        await scheduler.run(sleep(scheduler, 21))
        const expected = times
          .map((time, place) => [time, place] as const)
          .toSorted(([a, first], [b, second]) => a - b || first - second)
        expect(seen).toEqual(expected)
      }),
    )
  })

  test('jumps over the time in which nothing happens', async () => {
    const scheduler = new Scheduler()
    await scheduler.run(sleep(scheduler, seconds(3600)))
    expect(scheduler.now()).toBe(seconds(3600))
  })

  test('stands still while promises that were settled lead on', async () => {
    const scheduler = new Scheduler()
    const times: number[] = []
    const story = async (): Promise<void> => {
      await sleep(scheduler, milliseconds(5))
      for (let step = 0; step < 10; step++) await Promise.resolve()
      times.push(scheduler.now())
    }
    scheduler.at(milliseconds(6), () => times.push(scheduler.now()))
    await scheduler.run(story().then(() => sleep(scheduler, milliseconds(2))))
    expect(times).toEqual([milliseconds(5), milliseconds(6)])
  })

  test('what was cancelled never happens', async () => {
    const scheduler = new Scheduler()
    let happened = 0
    scheduler.after(1, () => happened++)()
    scheduler.cancel(scheduler.at(1, () => happened++))
    await scheduler.run(sleep(scheduler, 2))
    expect(happened).toBe(0)
  })

  test('lets the real world in from time to time', async () => {
    const scheduler = new Scheduler(seconds(1_000_000))
    const beat = (): void => void scheduler.at(scheduler.now() + seconds(1), beat)
    beat()
    const interrupted = new Promise<void>((resolve) => setTimeout(resolve, 1))
    await scheduler.run(interrupted.then(() => scheduler.stir()))
  })

  test('says so when only what nobody waits for goes on', async () => {
    const scheduler = new Scheduler(seconds(10))
    const beat = (): void => void scheduler.at(scheduler.now() + seconds(1), beat)
    beat()
    await expect(scheduler.run(new Promise(() => {}))).rejects.toThrow('after 10 simulated seconds')
  })

  test('says so when the work waits for something that cannot come', async () => {
    const stuck = new Scheduler().run(new Promise(() => {}))
    await expect(stuck).rejects.toThrow('nothing is going to happen')
  })
})
