/** The client against servers that answer, hang up or hang, on loopback: what it then claims. */
import { createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type ClientContext, DefiniteError, type OptionValues, Refused } from '../../harness/api.ts'
import { clusterOf, failureOf, Loopback } from '../../harness/testing/loopback.ts'
import type { RegisterCall } from '../../workloads/register.ts'
import { openRegister } from './clients.ts'

const write: RegisterCall = { f: 'write', key: 1, value: 5 }

describe("Redis' client", () => {
  it('claims nothing about a command in flight when its connection closes, nor repeats it', async () => {
    const { context, commands } = await serve({ set: (socket) => socket.destroy() })
    const client = await openRegister(context)
    expect(await failureOf(client, write)).not.toBeInstanceOf(DefiniteError)
    expect(commands.filter((command) => command === 'set')).toHaveLength(1)
    await client.close()
  })

  it('knows that a command given to a closed connection was not sent', async () => {
    const { context, commands } = await serve({ get: (socket) => socket.destroy() })
    const client = await openRegister(context)
    await failureOf(client, { f: 'read', key: 1, value: null })
    expect(await failureOf(client, write)).toBeInstanceOf(DefiniteError)
    expect(commands).not.toContain('set')
    await client.close()
  })

  it('claims nothing about a command that is aborted, and lets its connection go', async () => {
    const { context, sockets } = await serve({ set: () => {} })
    const client = await openRegister(context)
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 50)
    expect(await failureOf(client, write, abort.signal)).not.toBeInstanceOf(DefiniteError)
    await expect.poll(() => [...sockets].filter((socket) => !socket.destroyed)).toHaveLength(0)
  })

  it('sends nothing when it is aborted before', async () => {
    const { context, commands } = await serve({})
    const client = await openRegister(context)
    expect(await failureOf(client, write, AbortSignal.abort())).toBeInstanceOf(DefiniteError)
    expect(commands).not.toContain('set')
    await client.close()
  })

  it('takes a refusal as definite', async () => {
    const { context } = await serve({ set: says("-READONLY You can't write\r\n") })
    const client = await openRegister(context)
    expect(await failureOf(client, write)).toBeInstanceOf(DefiniteError)
    await client.close()
  })

  it.each([
    ['too few replicas acknowledged', ':1\r\n'],
    // The write is done; that the server is a replica by now does not undo it.
    ['the server refuses to wait', '-READONLY You are a replica\r\n'],
  ])('claims nothing about a write when %s', async (_, reply) => {
    const { context } = await serve({ set: says('+OK\r\n'), wait: says(reply) }, { wait: '2' })
    const client = await openRegister(context)
    expect(await failureOf(client, write)).not.toBeInstanceOf(DefiniteError)
    await client.close()
  })

  it('tells what a failed compare-and-set saw', async () => {
    const { context } = await serve({ eval: says('*2\r\n:0\r\n$1\r\n7\r\n') })
    const client = await openRegister(context)
    const error = await failureOf(client, { f: 'cas', key: 1, value: [5, 6] })
    expect(error).toBeInstanceOf(Refused)
    expect((error as Refused).value).toEqual([5, 6, 7])
    await client.close()
  })

  it('does not open when the server that Sentinel names is a replica, or silent', async () => {
    const replica = await serve({ info: says('$12\r\nrole:slave\r\n\r\n') })
    await expect(openRegister(replica.context)).rejects.toThrow()
    await loopback.stop()
    const silent = await serve({ info: () => {} })
    await expect(openRegister(silent.context)).rejects.toThrow('no answer in')
  })
})

type Behaviour = Readonly<Record<string, (socket: Socket) => void>>

const loopback = new Loopback()
afterEach(() => loopback.stop())

const says =
  (reply: string) =>
  (socket: Socket): void => {
    socket.write(reply)
  }

interface Served {
  readonly context: ClientContext
  /** The names of the commands that came, in order. */
  readonly commands: readonly string[]
  readonly sockets: ReadonlySet<Socket>
}

/** One server that is Sentinel and primary at once, with a behaviour of its own for some commands. */
const serve = async (behaviour: Behaviour, options: OptionValues = {}): Promise<Served> => {
  const commands: string[] = []
  const server = createServer((socket) => {
    socket.on('data', (chunk) => {
      for (const command of namesIn(chunk.toString())) {
        commands.push(command)
        const act = behaviour[command] ?? defaults[command] ?? says('+OK\r\n')
        act(socket)
      }
    })
  })
  const port = await loopback.listen(server)
  const endpoint = (): { host: string; port: number } => ({ host: '127.0.0.1', port })
  const node = { name: 'r1', role: 'server', serves: true, address: '198.18.0.10', endpoint }
  const cluster = clusterOf([node, { ...node, name: 's1', role: 'sentinel', serves: false }])
  const all = { reads: 'primary', wait: '0', ...options }
  return { context: { cluster, node, options: all }, commands, sockets: loopback.sockets }
}

const defaults: Behaviour = {
  sentinel: says('*2\r\n$11\r\n198.18.0.10\r\n$4\r\n6379\r\n'),
  info: says('$13\r\nrole:master\r\n\r\n'),
}

/** The command names in a run of RESP arrays: the first bulk string of each. */
const namesIn = (text: string): string[] =>
  text
    .split(/(?:^|\r\n)\*\d+\r\n/)
    .filter((array) => array !== '')
    .map((array) => array.split('\r\n')[1]!.toLowerCase())
