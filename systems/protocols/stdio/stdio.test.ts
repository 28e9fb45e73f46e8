/** Client programs that keep the protocol, and those that break it: what is then said of the operation and of the run. */
import { randomInt } from 'node:crypto'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import {
  BrokenClient,
  type Call,
  DefiniteError,
  type Refused,
  type Target,
  UsageError,
} from '../../../harness/api.ts'
import { clusterOf } from '../../../harness/testing/loopback.ts'
import stdio from './index.ts'

const never = new AbortController().signal

const targetOf = (argument: string, timeoutMs = 200): Target => {
  const node = {
    name: 'n1',
    role: 'server',
    serves: true,
    address: '198.18.0.10',
    endpoint: () => ({ host: '127.0.0.1', port: 7 }),
  }
  return { cluster: clusterOf([node]), node, options: {}, environment: {}, argument, timeoutMs }
}

/** A client program that does this at each request, in shell, and this at its start. */
const answering = (answer: string, init = says({ type: 'init_ok' })): string =>
  `read -r init; ${init}; while read -r request; do ${answer}; done`

/** Shell that prints a message. */
const says = (message: object): string => `echo '${JSON.stringify(message)}'`

const read: Call = { f: 'read', key: 1, value: null }
const write: Call = { f: 'write', key: 1, value: 5 }

/** What an operation completes with, or fails with, when it is given so many ms. */
const ended = async (command: string, call: Call, ms = 60_000): Promise<unknown> => {
  const client = await stdio.clients.register(targetOf(command, 2000))
  const outcome = client.invoke(call, AbortSignal.timeout(ms)).catch((error: unknown) => error)
  // As the harness does at a time-out: it does not wait.
  await client.close()
  return outcome
}

describe('a client program', () => {
  test('is told where it is to connect', async () => {
    const error = await stdio.clients
      .register(targetOf(answering(':', 'echo "$init" >&2; exit 1')))
      .catch((error: Error) => error)
    expect(JSON.parse((error as Error).message.split('\n')[1]!)).toEqual({
      type: 'init',
      version: 1,
      data_type: 'register',
      node: { name: 'n1', host: '127.0.0.1', port: 7 },
      nodes: [{ name: 'n1', host: '127.0.0.1', port: 7 }],
      timeout_ms: 200,
    })
  })

  test('is sent one request a line', async () => {
    const error = await ended(answering('echo "$request" >&2; exit 1'), write)
    expect(JSON.parse((error as Error).message.split('\n')[1]!)).toEqual({ id: 1, ...write })
  })

  test('says what an operation came to', async () => {
    const reply = (message: object) => answering(says({ id: 1, ...message }))
    expect(await ended(reply({ type: 'ok', value: 7 }), read)).toBe(7)
    expect(await ended(reply({ type: 'ok', value: null }), read)).toBeNull()
    expect(await ended(reply({ type: 'ok' }), write)).toBe(5)
    const failed = await ended(reply({ type: 'fail', error: 'no quorum' }), write)
    expect(failed).toEqual(new DefiniteError('no quorum'))
    const unsure = await ended(reply({ type: 'info', error: 'reset' }), write)
    expect(unsure).toEqual(new Error('reset'))
    const refused = await ended(reply({ type: 'fail', saw: 6 }), {
      ...write,
      f: 'cas',
      value: [1, 2],
    })
    expect((refused as Refused).value).toEqual([1, 2, 6])
  })

  test('that cannot connect is no broken one', async () => {
    const command = answering(':', says({ type: 'init_error', error: 'refused' }))
    const error = await stdio.clients.register(targetOf(command)).catch((error) => error)
    expect(error).toEqual(new Error('refused'))
  })

  test.each([
    ['prints garbage', 'echo Traceback: boom', /printed "Traceback: boom": expected one JSON/],
    ['answers another request', says({ id: 99, type: 'ok' }), /expected id 1/],
    ['knows no outcome', says({ id: 1, type: 'done' }), /expected type ok, fail or info/],
    ['reads no number', says({ id: 1, type: 'ok', value: '7' }), /answered read with/],
    [
      'ends, with its last words',
      'echo out of cheese >&2; exit 3',
      /ended with exit code 3\n {2}out of cheese/,
    ],
    ['dies of a signal', 'kill -SEGV $$', /ended with (SIGSEGV|exit code 139)\n/],
    [
      'talks unasked',
      `${says({ id: 1, type: 'ok', value: 1 })}; ${says({ id: 1 })}`,
      /when nothing was asked|expected id 2/,
    ],
  ])('that %s is broken', async (_, answer, message) => {
    const client = await stdio.clients.register(targetOf(answering(answer)))
    const first = await client.invoke(read, never).catch((error: unknown) => error)
    const error =
      first instanceof Error ? first : await client.invoke(read, never).catch((error) => error)
    await client.close()
    expect(error).toBeInstanceOf(BrokenClient)
    expect((error as Error).message).toMatch(/^the client program read -r init.* \(for n1\) /)
    expect((error as Error).message).toMatch(message)
  })

  test('that does not answer init as it should is broken', async () => {
    const command = answering(':', says({ type: 'hello' }))
    const error = await stdio.clients.register(targetOf(command)).catch((error) => error)
    expect(error).toBeInstanceOf(BrokenClient)
    expect(error.message).toMatch(/expected init_ok/)
  })

  test('that hangs is broken, and one that is merely late is not', async () => {
    const late = answering(`sleep 0.1; ${says({ id: 1, type: 'ok' })}`)
    expect(await ended(late, write, 20)).toBe(5)
    const hung = await ended(answering(':'), write, 20)
    expect(hung).toBeInstanceOf(BrokenClient)
    expect((hung as Error).message).toMatch(/did not answer .* in time/)
  })

  test('takes what it has started with it when it must be killed', async () => {
    const mark = `${process.pid}.${randomInt(1_000_000)}`
    const hung = await ended(answering(`sleep 60.${mark} | cat`), write, 20)
    expect(hung).toBeInstanceOf(BrokenClient)
    const left = () => execa('pgrep', ['-f', `sleep 60.${mark}`], { reject: false })
    await expect.poll(async () => (await left()).stdout).toBe('')
  })

  test('that does not exist is said at once', async () => {
    const error = await stdio.ready(targetOf('no-such-program --at-all')).catch((error) => error)
    expect(error).toBeInstanceOf(UsageError)
    expect(error.message).toMatch(/no-such-program.*not found/)
  })

  test('that answers init is ready', () => stdio.ready(targetOf(answering(':'))))
})
