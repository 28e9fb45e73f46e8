/** The client against servers that answer, hang up or hang, on loopback: what it then claims. */
import { createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type ClientContext, DefiniteError, Refused } from '../../harness/api.ts'
import { failureOf, Loopback, onLoopback } from '../../harness/testing/loopback.ts'
import type { RegisterCall } from '../../workloads/register.ts'
import { openRegister } from './clients.ts'
import { Frames, operations, Reader, Writer } from './protocol.ts'

const never = new AbortController().signal
const read: RegisterCall = { f: 'read', key: 1, value: null }
const write: RegisterCall = { f: 'write', key: 1, value: 5 }
const compareAndSet: RegisterCall = { f: 'cas', key: 1, value: [5, 6] }
const { create, getData, setData, sync } = operations

describe("ZooKeeper's client", () => {
  it('claims nothing about a request whose connection broke, and does not repeat it', async () => {
    const { context, requests } = await serve((_, socket) => socket.destroy())
    const client = await openRegister(context)
    expect(await failureOf(client, write)).not.toBeInstanceOf(DefiniteError)
    expect(requests).toEqual([setData])
    expect(await failureOf(client, write)).toBeInstanceOf(DefiniteError)
    expect(requests).toHaveLength(1)
    await client.close()
  })

  it('claims nothing about a request that was aborted on its way', async () => {
    const { context, requests } = await serve(() => {})
    const client = await openRegister(context)
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 100)
    expect(await failureOf(client, write, abort.signal)).not.toBeInstanceOf(DefiniteError)
    expect(requests).toHaveLength(1)
    await client.close()
  })

  it('makes a register that is not there, also when another client was faster', async () => {
    const { context, requests } = await serve(answering(-101, -110, stat(1)))
    const client = await openRegister(context)
    expect(await client.invoke(write, never)).toBe(5)
    expect(requests).toEqual([setData, create, setData])
    await client.close()
  })

  it('syncs before it reads, or does not', async () => {
    const { context, requests } = await serve(answering(0, -101, -101))
    const synced = await openRegister(context)
    expect(await synced.invoke(read, never)).toBeNull()
    expect(requests).toEqual([sync, getData])
    await synced.close()
    const plain = await openRegister({ ...context, options: { reads: 'plain' } })
    expect(await plain.invoke(read, never)).toBeNull()
    expect(requests.slice(2)).toEqual([operations.closeSession, getData])
    await plain.close()
  })

  it('tells what a failed compare-and-set saw, and writes nothing', async () => {
    const { context, requests } = await serve(answering(0, znode('7', 3)))
    const client = await openRegister(context)
    const error = await failureOf(client, compareAndSet)
    expect(error).toBeInstanceOf(Refused)
    expect((error as Refused).value).toEqual([5, 6, 7])
    expect(requests).toEqual([sync, getData])
    await client.close()
  })

  it('claims that nothing happened when its compare-and-set lost a race', async () => {
    const { context } = await serve(answering(0, znode('5', 3), -103))
    const client = await openRegister(context)
    expect(await failureOf(client, compareAndSet)).toEqual(new DefiniteError('bad version'))
    await client.close()
  })

  it('drops a connection whose answers come out of turn', async () => {
    const { context } = await serve(({ xid }, socket) => socket.write(answer(xid + 1, 0)))
    const client = await openRegister(context)
    const error = await failureOf(client, write)
    expect(error).not.toBeInstanceOf(DefiniteError)
    expect(String(error)).toContain('out of turn')
    await client.close()
  })

  it('does not open, nor wait for long, where the server hangs or nobody listens', async () => {
    const { context } = await serve(() => {}, 'silent')
    await expect(openRegister(context)).rejects.toThrow('no session in 1000 ms')
    await loopback.stop()
    await expect(openRegister(context)).rejects.toThrow('ECONNREFUSED')
  })
})

const loopback = new Loopback()
afterEach(() => loopback.stop())

interface Request {
  readonly xid: number
  readonly operation: number
}

const answer = (xid: number, code: number, body = new Writer()): Buffer => {
  const head = new Writer().int(xid).long(0n).int(code).frame().subarray(4)
  const all = Buffer.concat([head, body.frame().subarray(4)])
  return new Writer().bytes(all).frame().subarray(4)
}

/** A znode's state, as setData answers. */
const stat = (version: number, before = new Writer()): Writer =>
  before.long(1n).long(1n).long(1n).long(1n).int(version)

/** A znode's data and state, as getData answers. */
const znode = (text: string, version: number): Writer => stat(version, new Writer().text(text))

/** Answers one request after the other: with an error code, or well. */
const answering = (...answers: readonly (number | Writer)[]) => {
  const left = [...answers]
  return ({ xid, operation }: Request, socket: Socket): void => {
    if (operation === operations.closeSession) return
    const next = left.shift()!
    socket.write(typeof next === 'number' ? answer(xid, next) : answer(xid, 0, next))
  }
}

/** A server that gives everybody a session, or nobody, and does one thing with every request. */
const serve = async (
  behaviour: (request: Request, socket: Socket) => void,
  greeting: 'welcome' | 'silent' = 'welcome',
): Promise<{ readonly context: ClientContext; readonly requests: readonly number[] }> => {
  const requests: number[] = []
  const server = createServer((socket) => {
    const frames = new Frames()
    let greeted = false
    socket.on('data', (chunk: Buffer) => {
      for (const message of frames.take(chunk)) {
        if (!greeted) {
          greeted = true
          const session = new Writer().int(0).int(10_000).long(1n).bytes(Buffer.alloc(16))
          if (greeting === 'welcome') socket.write(session.bool(false).frame())
          continue
        }
        const fields = new Reader(message)
        const request = { xid: fields.int(), operation: fields.int() }
        requests.push(request.operation)
        behaviour(request, socket)
      }
    })
  })
  const port = await loopback.listen(server)
  return { context: onLoopback(port, { reads: 'sync' }), requests }
}
