import { describe, expect, test } from 'vitest'
import type { Call } from '../checkers/history.ts'
import { milliseconds } from './clock.ts'
import { BrokenClient, DefiniteError, Refused } from './errors.ts'
import type { Generator } from './generator.ts'
import { limit, once, repeat, sequence } from './generators/index.ts'
import { Interpreter } from './interpreter.ts'
import { simulate } from './testing/simulate.ts'
import { VirtualClock } from './testing/virtual-clock.ts'

const write = { f: 'write', value: 1 }
const read = { f: 'read', value: null }

const outcomes = async (throws: Error, f: string) => {
  const history = await simulate({
    threads: 1,
    generator: limit(2, repeat({ f, value: 1 })),
    safe: ['read'],
    invoke: (_, __, nth) => (nth === 0 ? { afterMs: 5, throws } : { afterMs: 5 }),
  })
  return [...history].map(({ type, process }) => `${process} ${type}`)
}

describe('what an operation completes as', () => {
  test('a value that is returned is ok', async () => {
    const history = await simulate({ generator: once(write) })
    expect([...history].map(({ type }) => type)).toEqual(['invoke', 'ok'])
  })

  test('a definite error is a fail, and the process goes on', async () => {
    expect(await outcomes(new DefiniteError('refused'), 'write')).toEqual([
      '0 invoke',
      '0 fail',
      '0 invoke',
      '0 ok',
    ])
  })

  test('anything else thrown is an info, and the process never invokes again', async () => {
    expect(await outcomes(new Error('connection lost'), 'write')).toEqual([
      '0 invoke',
      '0 info',
      '1 invoke',
      '1 ok',
    ])
  })

  test('an indeterminate call that changes nothing is a fail', async () => {
    expect(await outcomes(new Error('connection lost'), 'read')).toEqual([
      '0 invoke',
      '0 fail',
      '0 invoke',
      '0 ok',
    ])
  })

  test('a refusal is a fail that carries what was seen, and no error', async () => {
    const history = await simulate({
      generator: once({ f: 'cas', value: [1, 2] }),
      invoke: () => ({ afterMs: 1, throws: new Refused([1, 2, 7]) }),
    })
    expect(history.event(1)).toMatchObject({ type: 'fail', value: [1, 2, 7] })
    expect(history.event(1).error).toBeUndefined()
  })

  test('an operation that takes too long is indeterminate, and its late answer is ignored', async () => {
    const history = await simulate({
      threads: 1,
      timeoutMs: 100,
      generator: limit(3, repeat(write)),
      invoke: (_, __, nth) => ({ afterMs: nth === 0 ? 150 : 80 }),
    })
    expect(
      [...history].map(({ type, process, time }) => `${process} ${type} ${time / 1e6}`),
    ).toEqual(['0 invoke 0', '0 info 100', '1 invoke 100', '1 ok 180', '1 invoke 180', '1 ok 260'])
    expect(history.event(1).error).toBe('timed out after 100 ms')
  })
})

describe('clients', () => {
  test('an info or a failure closes the client, an ok or a refusal keeps it', async () => {
    const clients: number[] = []
    await simulate({
      threads: 1,
      generator: limit(5, repeat(write)),
      invoke: (_, client, nth) => {
        clients.push(client)
        const throws = [
          undefined,
          new Refused(1),
          new DefiniteError('no'),
          new Error('lost'),
          undefined,
        ][nth]
        return throws === undefined ? { afterMs: 1 } : { afterMs: 1, throws }
      },
    })
    expect(clients).toEqual([0, 0, 0, 1, 2])
  })

  test('one that throws at once, before and after it has worked, is one that fails', async () => {
    const clock = new VirtualClock()
    const types: string[] = []
    let nth = 0
    const interpreter = new Interpreter<Call>({
      threads: 1,
      clock,
      safe: new Set(),
      timeoutMs: 100,
      nodeOf: () => 'n1',
      record: (event) => {
        types.push(`${event.process} ${event.type}`)
        return { ...event, index: types.length, time: 0 }
      },
      open: async () => ({
        invoke: ({ value }) => {
          if (nth++ % 2 === 0) throw new DefiniteError('no')
          return Promise.resolve(value)
        },
        close: async () => {},
      }),
    })
    const generator = limit(3, repeat<Call>(write))
    await clock.run(interpreter.run(generator, new AbortController().signal))
    const ok = ['0 invoke', '0 ok']
    expect(types).toEqual(['0 invoke', '0 fail', ...ok, '0 invoke', '0 fail'])
  })

  test.each([
    ['at once', 5, ['0 invoke', '0 info']],
    // The operation has timed out before; another has begun.
    ['late', 130, ['0 invoke', '0 info', '1 invoke']],
  ])(
    'one that says %s that it is broken ends the run, with its operation in doubt',
    async (_, ms, seen) => {
      const clock = new VirtualClock()
      const types: string[] = []
      const interpreter = new Interpreter<Call>({
        threads: 1,
        clock,
        safe: new Set(),
        timeoutMs: 100,
        nodeOf: () => 'n1',
        record: (event) => {
          types.push(`${event.process} ${event.type}`)
          return { ...event, index: types.length, time: 0 }
        },
        open: async () => ({
          invoke: () =>
            new Promise((_, reject) => {
              clock.after(milliseconds(ms), () => reject(new BrokenClient('it printed garbage')))
            }),
          close: async () => {},
        }),
      })
      const generator = limit(3, repeat<Call>(write))
      const running = interpreter.run(generator, new AbortController().signal)
      await expect(clock.run(running)).rejects.toThrow('it printed garbage')
      expect(types).toEqual(seen)
    },
  )

  test('a timer that was set for a wait which ended early wakes nobody', async () => {
    const asked: number[] = []
    const waiting = (until: number): Generator<Call> => ({
      step: ({ time }) => {
        asked.push(time / 1e6)
        return time < until ? { kind: 'pending', until, next: waiting(until) } : { kind: 'done' }
      },
      // Every event makes it wait for longer.
      update: () => waiting(until + milliseconds(50)),
    })
    await simulate({
      threads: 2,
      generator: sequence<Call>(once(write), waiting(milliseconds(20))),
      invoke: () => ({ afterMs: 10 }),
    })
    expect(asked).toEqual([0, 10, 70])
  })
})

describe('concurrency', () => {
  test('a completion is recorded before the invocation that it makes room for', async () => {
    const history = await simulate({ threads: 1, generator: limit(50, repeat(read)) })
    expect([...history].map(({ type }) => type)).toEqual(
      Array.from({ length: 100 }, (_, place) => (place % 2 === 0 ? 'invoke' : 'ok')),
    )
  })

  test('every thread works, and no process has two operations open', async () => {
    const history = await simulate({ threads: 5, generator: limit(100, repeat(read)) })
    expect(new Set([...history].map(({ process }) => process)).size).toBe(5)
    expect([...history.operations()]).toHaveLength(100)
  })

  test('the run ends when the last operation has completed', async () => {
    const history = await simulate({
      threads: 3,
      generator: sequence<Call>(once(write), once(read)),
      invoke: ({ f }) => ({ afterMs: f === 'write' ? 500 : 1 }),
    })
    expect([...history].map(({ type, f }) => `${f} ${type}`)).toEqual([
      'write invoke',
      'read invoke',
      'read ok',
      'write ok',
    ])
  })
})
