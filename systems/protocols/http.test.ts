/** The REST client against servers that keep their word, refuse, or answer nonsense, on loopback. */
import { createServer, type RequestListener } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { type Call, type Client, DefiniteError, Refused, type Target } from '../../harness/api.ts'
import { clusterOf, Loopback } from '../../harness/testing/loopback.ts'
import http from './http.ts'

const loopback = new Loopback()
afterEach(() => loopback.stop())
const never = new AbortController().signal

const targetOf = async (answer: RequestListener, argument = ''): Promise<Target> => {
  const port = await loopback.listen(createServer(answer))
  const node = {
    name: 'n1',
    role: 'server',
    serves: true,
    address: '198.18.0.10',
    endpoint: () => ({ host: '127.0.0.1', port }),
  }
  return { cluster: clusterOf([node]), node, options: {}, environment: {}, argument }
}

/** A server that does what the contract asks, below a prefix. */
const keeper = (prefix: string): RequestListener => {
  const registers = new Map<string, number>()
  const elements = new Set<number>()
  return async (request, response) => {
    const path = request.url!.slice(prefix.length)
    const chunks = await request.toArray()
    const body = Buffer.concat(chunks).toString()
    const answer = (status: number, value?: unknown): void => {
      response.writeHead(status).end(value === undefined ? '' : JSON.stringify(value))
    }
    if (!request.url!.startsWith(prefix)) return answer(400)
    if (path === '/set') return answer(200, [...elements])
    if (path.startsWith('/set/')) {
      elements.add(Number(path.slice(5)))
      return answer(204)
    }
    const held = registers.get(path)
    switch (request.method) {
      case 'GET':
        return held === undefined ? answer(404) : answer(200, held)
      case 'PUT':
        registers.set(path, JSON.parse(body))
        return answer(204)
      default: {
        const { from, to } = JSON.parse(body)
        if (held !== from) return answer(409, held ?? null)
        registers.set(path, to)
        return answer(200)
      }
    }
  }
}

const failure = (client: Client, call: Call): Promise<unknown> =>
  client.invoke(call, never).then(
    (value) => expect.unreachable(`completed with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )

describe('the REST client', () => {
  test('keeps registers and sets, below a prefix, and tells what it saw', async () => {
    const target = await targetOf(keeper('/api/v1'), '/api/v1/')
    await http.ready(target, never)
    const register = await http.clients.register(target)
    const invoke = (call: Call) => register.invoke(call as never, never)
    expect(await invoke({ f: 'read', key: 1, value: null })).toBeNull()
    expect(await invoke({ f: 'write', key: 1, value: 5 })).toBe(5)
    expect(await invoke({ f: 'cas', key: 1, value: [5, 6] })).toEqual([5, 6])
    const refusal = await failure(register, { f: 'cas', key: 1, value: [5, 7] })
    expect((refusal as Refused).value).toEqual([5, 7, 6])
    expect(await invoke({ f: 'read', key: 1, value: null })).toBe(6)
    const set = await http.clients.set(target)
    for (const value of [3, 14]) await set.invoke({ f: 'add', value }, never)
    expect(await set.invoke({ f: 'read', value: null }, never)).toEqual([3, 14])
    await Promise.all([register.close(), set.close()])
  })

  test.each([
    [400, 'fail'],
    [404, 'fail'],
    [429, 'fail'],
    [408, 'info'],
    [500, 'info'],
    [503, 'info'],
    [302, 'info'],
  ])('takes %i of a write as %s', async (status, outcome) => {
    const target = await targetOf((_, response) => void response.writeHead(status).end('no'))
    const client = await http.clients.register(target)
    const error = await failure(client, { f: 'write', key: 1, value: 5 })
    expect(error instanceof DefiniteError).toBe(outcome === 'fail')
    await client.close()
  })

  test('claims nothing about a write whose connection ends, and knows one that was never made', async () => {
    const target = await targetOf((request) => request.socket.destroy())
    const client = await http.clients.register(target)
    expect(await failure(client, { f: 'write', key: 1, value: 5 })).not.toBeInstanceOf(
      DefiniteError,
    )
    await client.close()
    await loopback.stop()
    const closed = await http.clients.register(target)
    expect(await failure(closed, { f: 'write', key: 1, value: 5 })).toBeInstanceOf(DefiniteError)
    await closed.close()
  })

  test.each(['not JSON', '"5"', '1.5', '{"value": 5}'])('takes %j for no value', async (body) => {
    const target = await targetOf((_, response) => void response.end(body))
    const client = await http.clients.register(target)
    const error = await failure(client, { f: 'read', key: 1, value: null })
    expect((error as Error).message).toMatch(/^the server answered .*: expected/)
    await client.close()
  })

  test('a 409 that does not say what the value is refuses all the same', async () => {
    const target = await targetOf((_, response) => void response.writeHead(409).end('conflict'))
    const client = await http.clients.register(target)
    const error = await failure(client, { f: 'cas', key: 1, value: [1, 2] })
    expect(error).toBeInstanceOf(DefiniteError)
    expect(error).not.toBeInstanceOf(Refused)
    await client.close()
  })
})
