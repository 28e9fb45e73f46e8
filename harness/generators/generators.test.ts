import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Call, History } from '../../checkers/history.ts'
import { milliseconds, seconds } from '../clock.ts'
import { simulate } from '../testing/simulate.ts'
import {
  done,
  eachThread,
  iterate,
  later,
  limit,
  mix,
  once,
  perKey,
  phases,
  repeat,
  reserve,
  script,
  sequence,
  stagger,
  stream,
  timeLimit,
  untilOk,
} from './index.ts'

const call = (f: string): Call => ({ f, value: null })
const named = (history: History, type = 'invoke') =>
  [...history].filter((event) => event.type === type).map(({ f }) => f)
const invocations = (history: History) => [...history].filter(({ type }) => type === 'invoke')

describe('how many and in what order', () => {
  test('once, limit, sequence and done do what they say', async () => {
    const generator = sequence<Call>(
      once(call('a')),
      limit(2, repeat(call('b'))),
      done,
      once(call('c')),
    )
    expect(named(await simulate({ generator }))).toEqual(['a', 'b', 'b', 'c'])
  })

  test('iterate carries its state and ends when there is no more', async () => {
    const generator = iterate(0, (n): readonly [Call, number] | undefined =>
      n === 3 ? undefined : [{ f: 'add', value: n }, n + 1],
    )
    const history = await simulate({ generator })
    expect(invocations(history).map(({ value }) => value)).toEqual([0, 1, 2])
  })

  test('a script counts time from its start, also when its first call is due later', async () => {
    const calls = [300, 500].map((ms) => ({ thread: 0, at: milliseconds(ms), call: call('a') }))
    const history = await simulate({ generator: timeLimit(seconds(1), script(calls)) })
    expect(invocations(history).map(({ time }) => time)).toEqual([3e8, 5e8])
  })

  test('later waits and then does what its generator does', async () => {
    const history = await simulate({ generator: later(seconds(2), limit(2, repeat(call('a')))) })
    expect(invocations(history).map(({ time }) => time >= 2e9)).toEqual([true, true])
  })

  test('a phase begins when every call of the one before has completed', async () => {
    const history = await simulate({
      threads: 4,
      generator: phases(limit(4, repeat(call('write'))), limit(4, repeat(call('read')))),
      invoke: (_, __, nth) => ({ afterMs: 10 + 20 * (nth % 4) }),
    })
    const firstRead = invocations(history).find(({ f }) => f === 'read')!
    const writes = [...history].filter(({ f, type }) => f === 'write' && type === 'ok')
    expect(writes).toHaveLength(4)
    expect(writes.every(({ index }) => index < firstRead.index)).toBe(true)
  })

  test('an endless chain of keys does not grow: 20,000 keys', async () => {
    const generator = limit(
      20_000,
      perKey(2, () => once(call('read'))),
    )
    expect(invocations(await simulate({ threads: 4, generator }))).toHaveLength(20_000)
  })
})

describe('time', () => {
  test('stagger keeps its rate within 5 % over 2,000 calls', async () => {
    const history = await simulate({
      threads: 10,
      generator: limit(2000, stagger(milliseconds(5), stream(7), repeat(call('read')))),
    })
    const last = invocations(history).at(-1)!.time / 1e6
    expect(last).toBeGreaterThan(2000 * 5 * 0.95)
    expect(last).toBeLessThan(2000 * 5 * 1.05)
  })

  test('after a stall stagger catches up by ten intervals at the most', async () => {
    const history = await simulate({
      threads: 1,
      timeoutMs: 10_000,
      generator: limit(100, stagger(milliseconds(10), stream(7), repeat(call('read')))),
      invoke: (_, __, nth) => ({ afterMs: nth === 0 ? 5000 : 0 }),
    })
    const burst = invocations(history).filter(
      ({ time }) => time > seconds(5) && time < seconds(5.02),
    )
    expect(burst.length).toBeLessThanOrEqual(25)
  })

  test('no call starts at or after the time limit', async () => {
    const generator = timeLimit(
      seconds(1),
      stagger(milliseconds(3), stream(1), repeat(call('read'))),
    )
    const times = invocations(await simulate({ generator })).map(({ time }) => time)
    expect(Math.max(...times)).toBeLessThan(seconds(1))
    expect(times.length).toBeGreaterThan(200)
  })
})

describe('who does what', () => {
  test('reserved threads do only their own work', async () => {
    const history = await simulate({
      threads: 5,
      generator: limit(200, reserve([[2, repeat(call('write'))]], repeat(call('read')))),
    })
    for (const { f, process } of invocations(history))
      expect(f).toBe((process as number) < 2 ? 'write' : 'read')
  })

  test('each thread gets a copy of its own', async () => {
    const history = await simulate({
      threads: 4,
      generator: eachThread(sequence(once(call('a')), once(call('b')))),
    })
    const seen = new Map<unknown, string[]>()
    for (const { process, f } of invocations(history))
      seen.set(process, [...(seen.get(process) ?? []), f])
    expect([...seen.values()]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b'],
    ])
  })

  test('until ok: each thread tries until its own call is ok', async () => {
    const history = await simulate({
      threads: 2,
      safe: ['read'],
      generator: eachThread(untilOk(limit(10, repeat(call('read'))))),
      invoke: (_, __, nth) => (nth < 5 ? { afterMs: 1, throws: new Error('no') } : { afterMs: 1 }),
    })
    expect(named(history, 'ok')).toHaveLength(2)
    expect(named(history, 'fail')).toHaveLength(5)
  })
})

describe('keys', () => {
  test('a key has no more threads than it may, and its operations stay together', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (threads, perGroup) => {
          const generator = limit(
            150,
            perKey(perGroup, () => limit(10, repeat(call('read')))),
          )
          const history = await simulate({ threads, generator })
          const users = new Map<unknown, Set<unknown>>()
          for (const { key, process } of invocations(history))
            users.set(key, new Set([...(users.get(key) ?? []), process]))
          for (const processes of users.values())
            expect(processes.size).toBeLessThanOrEqual(perGroup)
          const counts = invocations(history).filter(({ key }) => key === 0)
          expect(counts.length).toBeLessThanOrEqual(10)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('a group moves on only when every call on its key has completed', async () => {
    const history = await simulate({
      threads: 3,
      generator: limit(
        30,
        perKey(3, () => limit(5, repeat(call('read')))),
      ),
      invoke: (_, __, nth) => ({ afterMs: 1 + ((nth * 7) % 40) }),
    })
    const last = new Map<unknown, number>()
    for (const { key, time } of history) last.set(key, time)
    for (const { key, time } of invocations(history))
      if (Number(key) > 0) expect(time).toBeGreaterThanOrEqual(last.get(Number(key) - 1)!)
  })
})

describe('mix', () => {
  test('picks every generator about as often', async () => {
    const generator = limit(
      3000,
      mix(
        stream(3),
        ['a', 'b', 'c'].map((f) => repeat(call(f))),
      ),
    )
    const names = named(await simulate({ generator }))
    for (const f of ['a', 'b', 'c'])
      expect(names.filter((name) => name === f).length).toBeGreaterThan(900)
  })

  test('one that is done leaves, one that has to wait gives way', async () => {
    const waiting = stagger(seconds(100), stream(1), repeat(call('slow')), seconds(50))
    const generator = timeLimit(
      seconds(10),
      mix(stream(3), [once(call('once')), waiting, limit(50, repeat(call('a')))]),
    )
    const names = named(await simulate({ generator }))
    expect(names.filter((name) => name === 'a')).toHaveLength(50)
    expect(names.filter((name) => name === 'once')).toHaveLength(1)
    expect(names).not.toContain('slow')
  })
})

test('the same seed gives the same history', async () => {
  const make = () =>
    simulate({
      threads: 7,
      generator: limit(
        500,
        stagger(
          milliseconds(2),
          stream(9),
          perKey(3, (key) =>
            limit(20, mix(stream(key), [repeat(call('read')), repeat(call('write'))])),
          ),
        ),
      ),
      invoke: (_, __, nth) => ({ afterMs: (nth * 13) % 30 }),
    })
  expect([...(await make())]).toEqual([...(await make())])
})
