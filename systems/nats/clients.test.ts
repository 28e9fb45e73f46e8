/** The client against servers that answer, hang up or hang, on loopback: what it then claims. */
import { createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type ClientContext, DefiniteError, Refused } from '../../harness/api.ts'
import { failureOf, Loopback, onLoopback } from '../../harness/testing/loopback.ts'
import type { RegisterCall } from '../../workloads/register.ts'
import { openRegister, openSet } from './clients.ts'

const never = new AbortController().signal
const write: RegisterCall = { f: 'write', key: 1, value: 5 }
const compareAndSet: RegisterCall = { f: 'cas', key: 1, value: [5, 6] }

describe("NATS' client", () => {
  it('claims nothing about a message whose connection broke, and does not repeat it', async () => {
    const { context, messages } = await serve((_, socket) => socket.destroy())
    const client = await openRegister(context)
    expect(await failureOf(client, write)).not.toBeInstanceOf(DefiniteError)
    expect(messages).toEqual(['register.1 5'])
    expect(await failureOf(client, write)).toBeInstanceOf(DefiniteError)
    expect(messages).toHaveLength(1)
    await client.close()
  })

  it('claims nothing about a message that was aborted on its way', async () => {
    const { context, messages } = await serve(() => {})
    const client = await openRegister(context)
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 100)
    expect(await failureOf(client, write, abort.signal)).not.toBeInstanceOf(DefiniteError)
    expect(messages).toHaveLength(1)
    await client.close()
  })

  it('takes it as definite that nobody was there to get the message', async () => {
    const { context } = await serve((message, socket) => socket.write(status(message.inbox, 503)))
    const client = await openRegister(context)
    expect(await failureOf(client, write)).toBeInstanceOf(DefiniteError)
    await client.close()
  })

  it('tells what a failed compare-and-set saw, and publishes nothing', async () => {
    const { context, messages } = await serve(answering({ message: { seq: 9, data: 'Nw==' } }))
    const client = await openRegister(context)
    const error = await failureOf(client, compareAndSet)
    expect(error).toBeInstanceOf(Refused)
    expect((error as Refused).value).toEqual([5, 6, 7])
    expect(messages).toHaveLength(1)
    await client.close()
  })

  it('publishes on the condition that what it compared with is the last message', async () => {
    const answers = [{ message: { seq: 9, data: 'NQ==' } }, { stream: 'schism', seq: 10 }]
    const { context, messages } = await serve(answering(...answers))
    const client = await openRegister(context)
    expect(await client.invoke(compareAndSet, never)).toEqual([5, 6])
    expect(messages[1]).toContain('Nats-Expected-Last-Subject-Sequence: 9')
    await client.close()
  })

  it('claims that nothing happened when its compare-and-set lost a race', async () => {
    const lost = { error: { err_code: 10071, description: 'wrong last sequence: 11' } }
    const { context } = await serve(answering({ message: { seq: 9, data: 'NQ==' } }, lost))
    const client = await openRegister(context)
    expect(await failureOf(client, compareAndSet)).toEqual(
      new DefiniteError(lost.error.description),
    )
    await client.close()
  })

  it('does not take a part of a set for the whole of it', async () => {
    const { context } = await serve((message, socket) => {
      if (message.text.startsWith('$JS.API.CONSUMER.CREATE'))
        socket.write(delivery(message.inbox, JSON.stringify({ name: 'c', num_pending: 3 })))
      else
        socket.write(
          `${delivery(message.inbox, '1')}${delivery(message.inbox, '2')}${status(message.inbox, 404)}`,
        )
    })
    const client = await openSet(context)
    const read = client.invoke({ f: 'read', value: null }, never)
    await expect(read).rejects.toThrow('after 2 of 3')
    await client.close()
  })

  it('does not open, nor wait for long, where the server hangs or nobody listens', async () => {
    const { context } = await serve(() => {}, 'silent')
    await expect(openRegister(context)).rejects.toThrow('TIMEOUT')
    await loopback.stop()
    await expect(openRegister(context)).rejects.toThrow('CONNECTION_REFUSED')
  })
})

const loopback = new Loopback()
afterEach(() => loopback.stop())

interface Message {
  /** Subject, headers and body. */
  readonly text: string
  /** Where the answer goes. */
  readonly inbox: string
}

/** Everything is sent to subscription 1, the driver's for answers, except what a consumer delivers. */
const delivery = (inbox: string, body: string): string =>
  `MSG ${inbox} ${subscriptions.get(inbox) ?? 1} ${body.length}\r\n${body}\r\n`

const status = (inbox: string, code: number): string => {
  const head = `NATS/1.0 ${code}\r\n\r\n`
  return `HMSG ${inbox} ${subscriptions.get(inbox) ?? 1} ${head.length} ${head.length}\r\n${head}\r\n`
}

const answering = (...answers: readonly object[]): ((m: Message, socket: Socket) => void) => {
  const left = answers.map((answer) => JSON.stringify(answer))
  return (message, socket) => socket.write(delivery(message.inbox, left.shift()!))
}

const subscriptions = new Map<string, string>()

/** A server that lets everybody in, or nobody, and does one thing with every message. */
const serve = async (
  behaviour: (message: Message, socket: Socket) => void,
  greeting: 'welcome' | 'silent' = 'welcome',
): Promise<{ readonly context: ClientContext; readonly messages: readonly string[] }> => {
  const messages: string[] = []
  subscriptions.clear()
  const server = createServer((socket) => {
    if (greeting === 'silent') return
    socket.write('INFO {"headers":true,"max_payload":1048576,"version":"2.9.10"}\r\n')
    let buffered = ''
    socket.on('data', (data) => {
      buffered += data.toString()
      for (;;) {
        const command = nextCommand(buffered)
        if (command === undefined) return
        buffered = buffered.slice(command.length)
        const [verb, ...words] = command.line.split(' ')
        if (verb === 'PING') socket.write('PONG\r\n')
        if (verb === 'SUB') subscriptions.set(words[0]!, words.at(-1)!)
        if (verb !== 'PUB' && verb !== 'HPUB') continue
        const text = `${words[0]} ${command.body}`
        messages.push(text)
        behaviour({ text, inbox: words[1]! }, socket)
      }
    })
  })
  const port = await loopback.listen(server)
  return { context: onLoopback(port, { reads: 'leader' }), messages }
}

/** The first whole command of what has come: a line and, where it announces one, a body. */
const nextCommand = (
  text: string,
): { readonly line: string; readonly body: string; readonly length: number } | undefined => {
  const end = text.indexOf('\r\n')
  if (end === -1) return undefined
  const line = text.slice(0, end)
  if (!/^H?PUB /.test(line)) return { line, body: '', length: end + 2 }
  const size = Number(line.split(' ').at(-1))
  if (text.length < end + 2 + size + 2) return undefined
  return { line, body: text.slice(end + 2, end + 2 + size), length: end + 2 + size + 2 }
}
