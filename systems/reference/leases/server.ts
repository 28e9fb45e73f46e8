/**
 * A server: reports to the keeper, leads while it has the leader's lease, and passes on what clients ask of the
 * keeper. The leader reads the state from the storage, does what clients asked for, and writes it back, one
 * batch after another, each with its token, which is the term that it leads in. What clients asked is
 * answered when it is written, or, where nothing was to be written, read.
 */
import type { Body, Json, Message, Program, World } from '../../../harness/api.ts'
import { done, giveUp, reply, sendOn } from '../replies.ts'
import { type Request, type Result, Store } from '../store.ts'
import { OwnLease } from './lease.ts'
import {
  type Answer,
  type Fenced,
  LEASE_MS,
  type Loaded,
  PING_MS,
  type Pong,
  type Saved,
} from './messages.ts'

/** How long the storage may take to answer before it is asked again, ms. */
const AGAIN_MS = 60

interface Leader {
  readonly term: number
  readonly server: string
}

/** What is under way at the storage. */
interface Batch {
  readonly number: number
  readonly messages: readonly Message[]
  results: readonly Result[]
  cancel: () => void
}

interface Around {
  readonly keeper: string
  readonly storage: string
}

export class Server implements Program {
  /** One run of a server: the next knows nothing of its lease. */
  private readonly owner: string
  private readonly lease: OwnLease
  /** As far as it has heard. */
  private leader: Leader | undefined
  /** The latest ping that was answered. */
  private heard = 0
  /** The term that it leads in. */
  private term: number | undefined
  private numbers = 0
  private queue: Message[] = []
  private batch: Batch | undefined

  constructor(
    private readonly world: World,
    private readonly around: Around,
  ) {
    this.owner = `${world.self}/${world.random()}`
    this.lease = new OwnLease(world, LEASE_MS, () => this.stepDown())
    this.ping()
  }

  receive(message: Message): void {
    const { body } = message
    if (body.type === 'pong') this.hear(body as unknown as Pong)
    else if (body.type === 'loaded') this.loaded(body as unknown as Loaded)
    else if (body.type === 'saved') this.saved(body as unknown as Saved)
    else if (body.type === 'fenced') this.fenced(body as unknown as Fenced)
    else if (body.type === 'request') this.serve(message)
    else if (body.type === 'acquire' || body.type === 'release') this.passOn(message)
    else if (body.type === 'answer') this.passBack(body as unknown as Answer)
    else if (body.type === 'status') this.tellStatus(message)
  }

  // ------------------------------------------------------------ who leads

  private ping(): void {
    const { owner } = this
    this.world.send(this.around.keeper, { type: 'ping', number: this.lease.ping(), owner })
    this.world.after(PING_MS, () => this.ping())
  }

  private hear({ number, term, owner, server }: Pong): void {
    // One that was overtaken by a later one says nothing new.
    if (number < this.heard) return
    this.heard = number
    this.leader = { term, server }
    if (owner !== this.owner) this.stepDown()
    else if (this.lease.confirm(number) && this.term !== term) this.lead(term)
  }

  private lead(term: number): void {
    this.stepDown()
    this.term = term
    this.world.log(`leads in term ${term}`)
  }

  /** Nobody knows what becomes of what is under way. */
  private stepDown(): void {
    this.term = undefined
    this.batch?.cancel()
    for (const message of this.batch?.messages ?? []) giveUp(this.world, message)
    for (const message of this.queue) sendOn(this.world, message, this.leader?.server)
    this.batch = undefined
    this.queue = []
  }

  // ------------------------------------------------------------ what the leader does

  private serve(message: Message): void {
    if (this.term === undefined) {
      sendOn(this.world, message, this.leader?.server)
      return
    }
    this.queue.push(message)
    if (this.batch === undefined) this.next()
  }

  /** Takes all that waits, and reads the state that it is to be done to. */
  private next(): void {
    if (this.queue.length === 0) return
    const number = ++this.numbers
    this.batch = { number, messages: this.queue, results: [], cancel: () => {} }
    this.queue = []
    this.ask({ type: 'load', token: this.term!, number })
  }

  private loaded({ token, number, state }: Loaded): void {
    const { batch } = this
    if (batch === undefined || !this.isUnderWay({ token, number }) || batch.results.length > 0)
      return
    const store = new Store()
    if (state !== null) store.restore(state)
    const requests = batch.messages.map(({ body }) => body.request as unknown as Request)
    batch.results = requests.map((request) => store.apply(request))
    if (requests.every(({ command }) => command.f === 'read')) this.finish()
    else this.ask({ type: 'save', token, number, state: store.snapshot() })
  }

  private saved(answered: Saved): void {
    if (this.isUnderWay(answered)) this.finish()
  }

  private finish(): void {
    const { messages, results, cancel } = this.batch!
    cancel()
    for (const [place, message] of messages.entries()) done(this.world, message, results[place]!)
    this.batch = undefined
    this.next()
  }

  private fenced(answered: Fenced): void {
    if (this.isUnderWay(answered)) this.stepDown()
  }

  private isUnderWay({ token, number }: Saved): boolean {
    return token === this.term && number === this.batch?.number
  }

  /** Asks the storage until it answers. */
  private ask(body: Body): void {
    this.batch!.cancel()
    this.world.send(this.around.storage, body)
    this.batch!.cancel = this.world.after(AGAIN_MS, () => this.ask(body))
  }

  // ------------------------------------------------------------ locks of clients

  private passOn({ src, body }: Message): void {
    const asker = { client: src, id: body.msg_id! } as unknown as Json
    const { msg_id, ...rest } = body
    this.world.send(this.around.keeper, { ...rest, asker })
  }

  private passBack({ asker: { client, id }, answer }: Answer): void {
    this.world.send(client, { ...answer, in_reply_to: id })
  }

  private tellStatus(message: Message): void {
    const { leader } = this
    const known = leader === undefined ? {} : { term: leader.term, leader: leader.server }
    const leads = this.term !== undefined
    reply(this.world, message, { type: 'status_ok', leads, ...known })
  }
}
