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

/** A request that waits for its answer. */
interface Open {
  readonly resolve: (body: Body) => void
  readonly reject: (error: Error) => void
  /** Lets its time-out never come. */
  readonly cancel: () => void
  readonly signal: AbortSignal
}

export class SimClients implements Messages {
  private readonly ends = new Map<string, End>()
  private clients = 0
  private names = 0

  constructor(private readonly options: ClientsOptions) {}

  name(): string {
    return `client${++this.names}`
  }

  async open(node: string): Promise<Conversation> {
    const name = `c${++this.clients}`
    const end = new End(name, node, this.options, () => this.ends.delete(name))
    this.ends.set(name, end)
    return end
  }

  /** A message has come for a client. Answers to what nobody waits for are dropped. */
  receive({ dest, body }: Message): void {
    const open = this.ends.get(dest)?.take(body.in_reply_to)
    if (open === undefined) return
    open.resolve(body)
    this.options.scheduler.stir()
  }

  /** A client's request has come to a node that does not run. */
  refused({ src, body }: Message): void {
    const open = this.ends.get(src)?.take(body.msg_id)
    if (open === undefined) return
    open.reject(new DefiniteError('connection refused'))
    this.options.scheduler.stir()
  }
}

/** A client's end of its connection to one node. */
class End implements Conversation {
  private readonly open = new Map<number, Open>()
  /** Those that may abort requests: mostly one for all, so it is heard once and not for each request. */
  private readonly signals = new Set<AbortSignal>()
  private requests = 0

  constructor(
    private readonly name: string,
    private readonly node: string,
    private readonly options: ClientsOptions,
    private readonly closed: () => void,
  ) {}

  request(body: Body, signal: AbortSignal, withinMs: number): Promise<Body> {
    if (signal.aborted) return Promise.reject(new DefiniteError('aborted before anything was sent'))
    if (!this.signals.has(signal)) {
      this.signals.add(signal)
      signal.addEventListener('abort', this.aborted)
    }
    const msg_id = ++this.requests
    return new Promise((resolve, reject) => {
      const late = (): void => this.take(msg_id)?.reject(new Error('no answer in time'))
      const cancel = this.options.scheduler.after(milliseconds(withinMs), late)
      this.open.set(msg_id, { resolve, reject, cancel, signal })
      this.options.send({ src: this.name, dest: this.node, body: { msg_id, ...body } })
    })
  }

  async close(): Promise<void> {
    this.closed()
    for (const signal of this.signals) signal.removeEventListener('abort', this.aborted)
    for (const id of [...this.open.keys()])
      this.take(id)!.reject(new Error('the client was closed'))
  }

  /** Takes out a request that is to be settled; undefined when nobody waits for it. */
  take(id: number | undefined): Open | undefined {
    const open = id === undefined ? undefined : this.open.get(id)
    if (open === undefined) return undefined
    this.open.delete(id!)
    open.cancel()
    return open
  }

  private readonly aborted = (): void => {
    for (const [id, { signal }] of [...this.open])
      if (signal.aborted) this.take(id)!.reject(new Error('no answer in time'))
  }
}
