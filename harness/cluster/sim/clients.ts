/**
 * Clients in a simulation: each is an end of its own on the simulated network. A request to a node that does
 * not run is refused after the way there, as a real one's connection is; one that is lost is never
 * answered, and the operation times out.
 */
import type { Conversation, Messages } from '../../capabilities/messages.ts'
import { milliseconds } from '../../clock.ts'
import { DefiniteError } from '../../errors.ts'
import type { Body, Message } from '../../program.ts'
import type { Scheduler } from './scheduler.ts'

export interface ClientsOptions {
  send(message: Message): void
  readonly scheduler: Scheduler
}

interface Open {
  readonly resolve: (body: Body) => void
  readonly reject: (error: Error) => void
}

export class SimClients implements Messages {
  private readonly waiting = new Map<string, Map<number, Open>>()
  private clients = 0
  private names = 0

  constructor(private readonly options: ClientsOptions) {}

  name(): string {
    return `client${++this.names}`
  }

  async open(node: string): Promise<Conversation> {
    const name = `c${++this.clients}`
    const pending = new Map<number, Open>()
    this.waiting.set(name, pending)
    let requests = 0
    return {
      request: (body, signal, withinMs) =>
        new Promise<Body>((resolve, reject) => {
          if (signal.aborted) return reject(new DefiniteError('aborted before anything was sent'))
          const msg_id = ++requests
          const end = (finish: () => void): void => {
            cancel()
            signal.removeEventListener('abort', late)
            pending.delete(msg_id)
            finish()
          }
          const late = (): void => end(() => reject(new Error('no answer in time')))
          const cancel = this.options.scheduler.after(milliseconds(withinMs), late)
          signal.addEventListener('abort', late)
          pending.set(msg_id, {
            resolve: (answer) => end(() => resolve(answer)),
            reject: (error) => end(() => reject(error)),
          })
          this.options.send({ src: name, dest: node, body: { ...body, msg_id } })
        }),
      close: async () => {
        this.waiting.delete(name)
        for (const { reject } of [...pending.values()]) reject(new Error('the client was closed'))
        pending.clear()
      },
    }
  }

  /** A message has come for a client. Answers to what nobody waits for are dropped. */
  receive({ dest, body }: Message): void {
    const open = this.take(dest, body.in_reply_to)
    if (open === undefined) return
    open.resolve(body)
    this.options.scheduler.stir()
  }

  /** A client's request has come to a node that does not run. */
  refused({ src, body }: Message): void {
    const open = this.take(src, body.msg_id)
    if (open === undefined) return
    open.reject(new DefiniteError('connection refused'))
    this.options.scheduler.stir()
  }

  private take(client: string, id: number | undefined): Open | undefined {
    return id === undefined ? undefined : this.waiting.get(client)?.get(id)
  }
}
