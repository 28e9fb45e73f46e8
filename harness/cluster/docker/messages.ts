/**
 * Clients of reference systems in containers, over TCP. A connection is made for the first request, and again
 * for the first one after a break or a silence; no request is ever sent twice. One that was handed to no
 * connection certainly did not happen.
 */
import { connect, type Socket } from 'node:net'
import type { ClusterNode } from '../../api.ts'
import type { Messages } from '../../capabilities/messages.ts'
import { DefiniteError, EnvironmentError } from '../../errors.ts'
import { encode, PORT, readMessages } from '../../node/wire.ts'
import type { Body, Message } from '../../program.ts'

type Endpoint = ReturnType<ClusterNode['endpoint']>

export const nodeMessages = (
  nodes: readonly Pick<ClusterNode, 'name' | 'endpoint'>[],
): Messages => {
  let names = 0
  let clients = 0
  return {
    name: () => `client${++names}`,
    open: async (dest) => {
      const node = nodes.find(({ name }) => name === dest)
      if (node === undefined) throw new EnvironmentError(`no node is called ${dest}`)
      const src = `c${++clients}`
      let connection: Connection | undefined
      let requests = 0
      return {
        request: async (body, signal, withinMs) => {
          if (signal.aborted) throw new DefiniteError('aborted before anything was sent')
          if (connection === undefined || connection.isOver)
            connection = new Connection(node.endpoint(PORT))
          const message = { src, dest, body: { ...body, msg_id: ++requests } }
          return connection.request(message, signal, withinMs)
        },
        close: async () => connection?.end('the client was closed'),
      }
    },
  }
}

interface Open {
  readonly message: Message
  isSent: boolean
  readonly resolve: (answer: Body) => void
  readonly reject: (error: Error) => void
}

class Connection {
  isOver = false
  private readonly socket: Socket
  /** Requests without an answer, by `msg_id`. */
  private readonly waiting = new Map<number, Open>()

  constructor(endpoint: Endpoint) {
    this.socket = connect({ ...endpoint, noDelay: true })
    this.socket.on('connect', () => {
      for (const open of this.waiting.values()) this.send(open)
    })
    readMessages(this.socket, ({ body }) => {
      // Answers to what nobody waits for are dropped.
      if (body.in_reply_to !== undefined) this.waiting.get(body.in_reply_to)?.resolve(body)
    })
    this.socket.on('error', ({ message }) => this.end(message))
    this.socket.on('close', () => this.end('the connection ended'))
  }

  request(message: Message, signal: AbortSignal, withinMs: number): Promise<Body> {
    const id = message.body.msg_id!
    const heard = this.socket.bytesRead
    return new Promise<Body>((resolve, reject) => {
      const late = (): void => {
        this.fail(id, 'no answer in time')
        // As far as anybody can tell nobody is there: the next request tries another connection.
        if (this.socket.bytesRead === heard) this.end('nobody answers')
      }
      const timer = setTimeout(late, withinMs)
      signal.addEventListener('abort', late)
      const over = (finish: () => void): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', late)
        this.waiting.delete(id)
        finish()
      }
      const open: Open = {
        message,
        isSent: false,
        resolve: (answer) => over(() => resolve(answer)),
        reject: (error) => over(() => reject(error)),
      }
      this.waiting.set(id, open)
      if (!this.socket.connecting) this.send(open)
    })
  }

  /** Ends it, and with it all that waits for answers. */
  end(why: string): void {
    this.isOver = true
    this.socket.destroy()
    for (const id of [...this.waiting.keys()]) this.fail(id, why)
  }

  private send(open: Open): void {
    open.isSent = true
    this.socket.write(encode(open.message))
  }

  private fail(id: number, why: string): void {
    const open = this.waiting.get(id)
    open?.reject(open.isSent ? new Error(why) : new DefiniteError(why))
  }
}
