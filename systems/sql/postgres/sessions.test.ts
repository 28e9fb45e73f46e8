/** The client against servers that answer, hang up or hang, on loopback: what it then claims. */

import { createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type ClientContext, DefiniteError } from '../../../harness/api.ts'
import { failureOf, Loopback, onLoopback } from '../../../harness/testing/loopback.ts'
import type { RegisterCall } from '../../../workloads/register.ts'
import { Connection } from './connection.ts'
import { clients } from './sessions.ts'

const write: RegisterCall = { f: 'write', key: 1, value: 5 }

describe("PostgreSQL's client", () => {
  it('claims nothing about a statement whose connection broke, and does not repeat it', async () => {
    const { context, statements } = await serve((socket) => socket.destroy())
    const client = await clients.register(context)
    expect(await failureOf(client, write)).not.toBeInstanceOf(DefiniteError)
    expect(statements).toHaveLength(1)
    expect(await failureOf(client, write)).toBeInstanceOf(DefiniteError)
    expect(statements).toHaveLength(1)
    await client.close()
  })

  it('claims nothing about a statement that was aborted on its way', async () => {
    const { context, statements } = await serve(() => {})
    const client = await clients.register(context)
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 100)
    expect(await failureOf(client, write, abort.signal)).not.toBeInstanceOf(DefiniteError)
    expect(statements).toHaveLength(1)
    await client.close()
  })

  it('sends nothing when it is aborted already', async () => {
    const { context, statements } = await serve(() => {})
    const client = await clients.register(context)
    expect(await failureOf(client, write, AbortSignal.abort())).toBeInstanceOf(DefiniteError)
    expect(statements).toHaveLength(0)
    await client.close()
  })

  it('takes a refusal as definite', async () => {
    const refusal = ['SERROR', 'VERROR', 'C53100', 'MNo space left on device', '']
    const { context } = await serve((socket) =>
      socket.write(Buffer.concat([message('E', `${refusal.join('\0')}\0`), idle])),
    )
    const client = await clients.register(context)
    expect(await failureOf(client, write)).toEqual(
      new DefiniteError('53100: No space left on device'),
    )
    await client.close()
  })

  it('claims nothing about a commit that may not have been replicated', async () => {
    const warning = ['SWARNING', 'VWARNING', 'C01000', 'Mcanceling wait', `D${UNREPLICATED}`, '']
    const done = Buffer.concat([
      message('1', ''),
      message('2', ''),
      message('n', ''),
      message('N', `${warning.join('\0')}\0`),
      message('C', 'INSERT 0 1\0'),
      idle,
    ])
    const { context } = await serve((socket) => socket.write(done))
    const client = await clients.register(context)
    const failure = await failureOf(client, write)
    expect(failure).toEqual(new Error(UNREPLICATED))
    expect(failure).not.toBeInstanceOf(DefiniteError)
    await client.close()
    const careless = await Connection.open(context.node, { warnings: 'ignored' })
    await careless.run({ name: 'any', text: 'INSERT' })
    careless.close()
  })

  it('takes a COMMIT that is answered by a rollback as what it is', async () => {
    const { context } = await serve((socket) =>
      socket.write(Buffer.concat([message('C', 'ROLLBACK\0'), idle])),
    )
    const connection = await Connection.open(context.node)
    await expect(connection.commit()).rejects.toBeInstanceOf(DefiniteError)
    connection.close()
  })

  it('does not open, nor wait for long, where the server hangs or nobody listens', async () => {
    const { context } = await serve(() => {}, 'silent')
    await expect(clients.register(context)).rejects.toThrow('timeout expired')
    await loopback.stop()
    await expect(clients.register(context)).rejects.toThrow('ECONNREFUSED')
  })
})

/** The detail of PostgreSQL's warning, syncrep.c. */
const UNREPLICATED =
  'The transaction has already committed locally, but might not have been replicated to the standby.'

const loopback = new Loopback()
afterEach(() => loopback.stop())

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
  const server = createServer((socket) => {
    socket.once('data', () => {
      if (greeting === 'welcome') socket.write(Buffer.concat([authenticated, idle]))
      socket.on('data', (data) => {
        if (data[0] === 'X'.charCodeAt(0)) return
        statements.push(data)
        behaviour(socket)
      })
    })
  })
  const port = await loopback.listen(server)
  return { context: onLoopback(port), statements }
}
