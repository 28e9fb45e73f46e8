/** The client against servers that answer, hang up or hang, on loopback: what it then claims. */

import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Client, type ClientContext, DefiniteError } from '../../harness/api.ts'
import { onLoopback } from '../../harness/testing/loopback.ts'
import type { RegisterCall } from '../../workloads/register.ts'
import { openRegister } from './clients.ts'

const never = new AbortController().signal
const write: RegisterCall = { f: 'write', key: 1, value: 5 }

describe("PostgreSQL's client", () => {
  it('claims nothing about a statement whose connection broke, and does not repeat it', async () => {
    const { context, statements } = await serve((socket) => socket.destroy())
    const client = await openRegister(context)
    expect(await failureOf(client)).not.toBeInstanceOf(DefiniteError)
    expect(statements).toHaveLength(1)
    expect(await failureOf(client)).toBeInstanceOf(DefiniteError)
    expect(statements).toHaveLength(1)
    await client.close()
  })

  it('claims nothing about a statement that was aborted on its way', async () => {
    const { context, statements } = await serve(() => {})
    const client = await openRegister(context)
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 100)
    expect(await failureOf(client, abort.signal)).not.toBeInstanceOf(DefiniteError)
    expect(statements).toHaveLength(1)
    await client.close()
  })

  it('sends nothing when it is aborted already', async () => {
    const { context, statements } = await serve(() => {})
    const client = await openRegister(context)
    expect(await failureOf(client, AbortSignal.abort())).toBeInstanceOf(DefiniteError)
    expect(statements).toHaveLength(0)
    await client.close()
  })

  it('takes a refusal as definite', async () => {
    const refusal = ['SERROR', 'VERROR', 'C53100', 'MNo space left on device', '']
    const { context } = await serve((socket) =>
      socket.write(Buffer.concat([message('E', `${refusal.join('\0')}\0`), idle])),
    )
    const client = await openRegister(context)
    expect(await failureOf(client)).toEqual(new DefiniteError('53100: No space left on device'))
    await client.close()
  })

  it('does not open, nor wait for long, where the server hangs or nobody listens', async () => {
    const { context } = await serve(() => {}, 'silent')
    await expect(openRegister(context)).rejects.toThrow('timeout expired')
    await stop()
    await expect(openRegister(context)).rejects.toThrow('ECONNREFUSED')
  })
})

let server: Server | undefined
const sockets = new Set<Socket>()
afterEach(() => stop())

const stop = async (): Promise<void> => {
  const running = server
  server = undefined
  for (const socket of sockets) socket.destroy()
  await new Promise<void>((resolve) => (running ? running.close(() => resolve()) : resolve()))
}

/** A message of PostgreSQL's protocol: type, length, body. */
const message = (type: string, body: string): Buffer => {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, Buffer.from(body)])
}
const authenticated = message('R', '\0\0\0\0')
const idle = message('Z', 'I')

/** A server that lets everybody in, or nobody, and does one thing with every statement. */
const serve = async (
  behaviour: (socket: Socket) => void,
  greeting: 'welcome' | 'silent' = 'welcome',
): Promise<{ readonly context: ClientContext; readonly statements: readonly Buffer[] }> => {
  const statements: Buffer[] = []
  server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => {
      if (greeting === 'welcome') socket.write(Buffer.concat([authenticated, idle]))
      socket.on('data', (data) => {
        if (data[0] === 'X'.charCodeAt(0)) return
        statements.push(data)
        behaviour(socket)
      })
    })
  })
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { context: onLoopback(port), statements }
}

const failureOf = (client: Client<RegisterCall>, signal = never): Promise<unknown> =>
  client.invoke(write, signal).then(
    (value) => expect.unreachable(`completed with ${String(value)}`),
    (error: unknown) => error,
  )
