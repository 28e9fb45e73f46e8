/**
 * A server of a chain (van Renesse and Schneider, OSDI 2004): updates enter at the head, which puts them in order,
 * and travel to the tail; what the tail has is decided, and acknowledgements of it travel back to the head, which
 * answers. Plain chain replication reads at the tail. With CRAQ (Terrace and Freedman, "Object Storage
 * on CRAQ", USENIX ATC 2009) every node answers reads: of a key that has no update under way with what it has
 * (clean), of another when the tail has said how far it is (dirty). A node has everything that
 * those behind it have; so it sends on only what it cannot forget itself.
 */
import type { Body, Json, Message, Program, World } from '../../../harness/api.ts'
import { Journal } from '../journal.ts'
import { done, giveUp, reply, sendOn } from '../replies.ts'
import { type Request, Store } from '../store.ts'
import type { Bug } from './bugs.ts'
import { type Config, PING_MS, pathOf } from './config.ts'
import type { Learnt, State, Update } from './messages.ts'
import { Reads } from './reads.ts'

export interface ServerOptions {
  readonly bug: Bug | 'none'
  readonly manager: string
  /** Who answers reads: the tail (chain replication) or any node (CRAQ). */
  readonly reads: 'tail' | 'any'
  /** Updates in the log before a state takes their place. */
  readonly snapshotAfter: number
}

/** Updates that a message carries at most. */
const BATCH = 64

export class Server implements Program {
  private readonly journal: Journal
  private readonly store = new Store()
  private config: Config
  /** The epoch that is safe on disk. */
  private entered = 0
  /** Up to where the log is safe on disk, was sent to the successor in this epoch, and is at the tail. */
  private synced = 0
  private sent = 0
  private decided: number
  /** Up to where a state was given that may not be safe on disk yet: it answers nothing before it is. */
  private given = 0
  /** From where on the successor is sent updates again when it seems to lack them. */
  private sentFrom = 0
  /** What was decided when the timer came last. */
  private decidedBefore = 0
  /** Head: updates that wait, by their place in the log. */
  private readonly waiting = new Map<number, Message>()
  private readonly reads = new Reads()
  /** Tells answers to this run of the server from those to an earlier one. */
  private readonly run: number

  constructor(
    private readonly world: World,
    private readonly options: ServerOptions,
  ) {
    this.run = world.random()
    this.journal = new Journal(world.storage)
    if (this.journal.since > 0) this.store.restore(this.journal.state)
    this.decided = this.journal.baseIndex
    const kept = world.storage.get('config') as unknown as Config | undefined
    this.config = kept ?? { epoch: 0, chain: [], joiner: null }
    this.enter()
    this.beat()
  }

  receive(message: Message): void {
    const { body } = message
    if (body.type === 'request') this.serve(message)
    else if (body.type === 'update') this.take(message)
    else if (body.type === 'decided') this.hear(message)
    else if (body.type === 'missing') this.sendAgain(message)
    else if (body.type === 'state') this.install(message)
    else if (body.type === 'ask') this.tellVersion(message)
    else if (body.type === 'version') this.hearVersion(message)
    else if (body.type === 'config') this.learn(body as unknown as Learnt)
    else if (body.type === 'status') this.tellStatus(message)
  }

  // ------------------------------------------------------------ the chain

  private get path(): readonly string[] {
    return pathOf(this.config)
  }

  private get place(): number {
    return this.path.indexOf(this.world.self)
  }

  /** Whether it has the state that its place asks for, and knows its place for good. */
  private get isActive(): boolean {
    const { config, entered, world, journal } = this
    if (entered !== config.epoch || journal.since === 0 || this.synced < this.given) return false
    return config.chain.includes(world.self) || this.hasJoined
  }

  private get hasJoined(): boolean {
    const { config, world, journal } = this
    return config.joiner === world.self && journal.since === config.epoch
  }

  private get isHead(): boolean {
    return this.config.chain[0] === this.world.self
  }

  private get isTail(): boolean {
    return this.path.at(-1) === this.world.self
  }

  private get successor(): string | undefined {
    return this.place < 0 ? undefined : this.path[this.place + 1]
  }

  private isFrom({ src, body }: Message, node: string | undefined): boolean {
    return this.isActive && src === node && body.epoch === this.config.epoch
  }

  private learn({ config, run, question }: Learnt): void {
    if (config.epoch === this.config.epoch && this.entered === config.epoch) {
      if (run === this.run) this.reads.confirm(question)
      this.answerReads()
    }
    if (config.epoch <= this.config.epoch) return
    this.config = config
    this.world.storage.put('config', config as unknown as Json)
    // The first of all servers begins with nothing; it serves when the manager has heard of it.
    if (config.chain.length === 0 && config.joiner === this.world.self)
      this.begin(config.epoch, 0, new Store().snapshot())
    if (!this.isHead) for (const message of this.waiting.values()) giveUp(this.world, message)
    if (!this.isHead) this.waiting.clear()
    this.reads.restart()
    this.enter()
  }

  /** Takes its place only once it could not forget it. */
  private enter(): void {
    const { epoch } = this.config
    const { lastIndex } = this.journal
    this.world.storage.sync(() => {
      if (this.config.epoch !== epoch) return
      this.entered = epoch
      this.synced = Math.max(this.synced, lastIndex)
      // What was under way to a node that failed is sent again to the one after it (section 3.2).
      this.sentFrom = this.has('CR4') ? this.synced + 1 : this.decided + 1
      this.sent = this.sentFrom - 1
      this.dismissReads()
      this.forward()
      this.ping()
    })
  }

  private beat(): void {
    if (this.decided === this.decidedBefore) this.sent = Math.max(this.decided, this.sentFrom - 1)
    this.decidedBefore = this.decided
    for (const read of this.reads.confirmed()) read.isAsked = false
    this.forward()
    this.answerReads()
    this.ping()
    this.world.after(PING_MS, () => this.beat())
  }

  private ping(): void {
    const question = ++this.reads.question
    const { since } = this.journal
    const body = { type: 'ping', epoch: this.entered, since, run: this.run, question }
    this.world.send(this.options.manager, body)
  }

  // ------------------------------------------------------------ updates

  private serve(message: Message): void {
    const request = message.body.request as unknown as Request
    if (request.command.f === 'read') {
      this.read(message, request.command.key)
      return
    }
    if (!this.isActive || !this.isHead) {
      sendOn(this.world, message, this.config.chain[0])
      return
    }
    if (this.has('CR1')) done(this.world, message, this.guess(request))
    else this.waiting.set(this.journal.lastIndex + 1, message)
    this.journal.append(request)
    this.sync()
  }

  /** What is safe here goes on to the successor; at the tail it is decided. */
  private sync(): void {
    const { lastIndex, since } = this.journal
    this.world.storage.sync(() => {
      if (this.journal.since !== since) return
      this.synced = Math.max(this.synced, lastIndex)
      this.forward()
    })
  }

  private forward(): void {
    if (!this.isActive) return
    const { epoch } = this.config
    const { successor } = this
    if (successor === undefined) this.decide(this.synced)
    else if (this.sent < this.synced) {
      const updates = this.journal.from(this.sent + 1, this.synced, BATCH)
      const body = { type: 'update', epoch, prev: this.sent, updates: updates as unknown as Json }
      this.world.send(successor, body)
      this.sent += updates.length
    } else this.world.send(successor, { type: 'update', epoch, prev: this.sent, updates: [] })
  }

  private take(message: Message): void {
    const { epoch, prev, updates } = message.body as unknown as Update
    if (epoch !== this.config.epoch || this.entered !== epoch) return
    if (this.path[this.place - 1] !== message.src) return
    const { lastIndex } = this.journal
    const isGap = prev > lastIndex && !this.has('CR4')
    if (!this.isActive || isGap) {
      const from = this.isActive ? lastIndex + 1 : 0
      this.world.send(message.src, { type: 'missing', epoch, from })
      return
    }
    while (this.journal.lastIndex < prev) this.journal.append(null)
    const known = this.has('CR5') ? 0 : this.journal.lastIndex - prev
    for (const update of updates.slice(known)) this.journal.append(update)
    this.tellDecided()
    this.sync()
  }

  /** The successor lacks updates, or everything. */
  private sendAgain(message: Message): void {
    if (!this.isFrom(message, this.successor)) return
    const from = message.body.from as number
    if (from <= this.journal.baseIndex) {
      this.sendState(message.src)
      return
    }
    this.sent = Math.max(from, this.has('CR4') ? this.sentFrom : 0) - 1
    this.forward()
  }

  /**
   * The state with all updates that are safe here: who counts as a member has everything that was ever
   * decided, and a server that was restarted does not know any more which of its updates were. It is one piece,
   * which a power failure keeps as a whole or not at all.
   */
  private sendState(joiner: string): void {
    const { journal, decided, synced: index } = this
    const whole = new Store()
    whole.restore(this.store.snapshot())
    for (const update of journal.from(decided + 1, index, journal.length))
      if (update !== null) whole.apply(update)
    const { epoch } = this.config
    this.world.send(joiner, { type: 'state', epoch, index, state: whole.snapshot() })
  }

  private install(message: Message): void {
    const { epoch, index, state } = message.body as unknown as State
    if (epoch !== this.config.epoch || this.entered !== epoch) return
    // One state an epoch: another that was sent before or after it would take the place of a log that goes on.
    if (this.config.joiner !== this.world.self || this.journal.since === epoch) return
    this.begin(epoch, index, state)
    this.given = index
    this.world.storage.sync(() => {
      if (this.journal.since !== epoch) return
      this.synced = Math.max(this.synced, index)
      this.forward()
      this.tellDecided()
      this.ping()
    })
  }

  private hear(message: Message): void {
    if (this.isFrom(message, this.successor)) this.decide(message.body.index as number)
  }

  /** The tail has everything up to here: the head answers, the others pass it on. */
  private decide(index: number): void {
    const to = Math.min(index, this.synced)
    const isNews = to > this.decided
    while (this.decided < to) {
      const update = this.journal.at(++this.decided)
      const result = update ? this.store.apply(update) : { value: null }
      const message = this.waiting.get(this.decided)
      this.waiting.delete(this.decided)
      if (message !== undefined) done(this.world, message, result)
    }
    if (isNews) this.tellDecided()
    this.answerReads()
    if (this.journal.length > this.options.snapshotAfter)
      this.journal.compact(this.decided, this.store.snapshot())
  }

  private tellDecided(): void {
    const { epoch } = this.config
    const predecessor = this.path[this.place - 1]
    if (this.isActive && predecessor !== undefined)
      this.world.send(predecessor, { type: 'decided', epoch, index: this.decided })
  }

  // ------------------------------------------------------------ reads

  private read(message: Message, key: string): void {
    const isHere = this.options.reads === 'any' || this.isTail
    if (!this.isActive || !isHere) {
      sendOn(this.world, message, this.path.at(-1))
      return
    }
    this.reads.add(message, key)
    if (this.has('CR6')) this.reads.confirm(this.reads.question + 1)
    else this.ping()
    this.answerReads()
  }

  private answerReads(): void {
    if (!this.isActive || this.reads.isEmpty) return
    const ready = this.reads.take((read) => read.isConfirmed && this.isClean(read.key))
    for (const { message, key } of ready) done(this.world, message, { value: this.latest(key) })
    const isUnasked = this.reads.confirmed().filter(({ isAsked }) => !isAsked)
    if (isUnasked.length === 0) return
    for (const read of isUnasked) read.isAsked = true
    const { run, config } = this
    const { question } = this.reads
    this.world.send(this.path.at(-1)!, { type: 'ask', epoch: config.epoch, run, question })
  }

  /** Whether no update of a key is under way, as far as this node knows. */
  private isClean(key: string): boolean {
    if (this.isTail || this.has('CR2') || this.has('CR3')) return true
    for (let index = this.decided + 1; index <= this.journal.lastIndex; index++)
      if (this.journal.at(index)?.command.key === key) return false
    return true
  }

  /** What is decided of a key. */
  private latest(key: string): Json {
    if (!this.has('CR2')) return this.store.read(key)
    const dirty = new Store()
    dirty.restore(this.store.snapshot())
    for (let index = this.decided + 1; index <= this.journal.lastIndex; index++)
      dirty.apply(this.journal.at(index)!)
    return dirty.read(key)
  }

  /** The tail says how far it is: everything up to there is decided. */
  private tellVersion({ src, body }: Message): void {
    if (!this.isActive || !this.isTail || body.epoch !== this.config.epoch) return
    this.world.send(src, { ...body, type: 'version', index: this.decided })
  }

  private hearVersion(message: Message): void {
    const { run, question } = message.body as unknown as Learnt
    if (!this.isFrom(message, this.path.at(-1)) || run !== this.run) return
    this.decide(message.body.index as number)
    // What the tail had when it was asked is all that these have to see.
    const ready = this.reads.take(
      (read) => read.isConfirmed && read.isAsked && read.question <= question,
    )
    for (const read of ready) done(this.world, read.message, { value: this.latest(read.key) })
  }

  /** Who is not in the chain any more sends its readers on. */
  private dismissReads(): void {
    if (this.place >= 0) return
    for (const { message } of this.reads.take(() => true))
      sendOn(this.world, message, this.path.at(-1))
  }

  // ------------------------------------------------------------ the rest

  /** Takes a state over, instead of everything that it had. */
  private begin(since: number, index: number, state: Json): void {
    this.journal.begin({ since, index, state })
    this.store.restore(state)
    this.decided = index
    this.synced = 0
    this.waiting.clear()
  }

  /** What an update would come to if all before it were decided. */
  private guess({ command }: Request): { value: Json; swapped?: boolean } {
    const value = this.store.read(command.key)
    return command.f === 'cas' ? { value, swapped: value === command.from } : { value }
  }

  private tellStatus(message: Message): void {
    const { epoch, joiner } = this.config
    const leads = this.isActive && this.isHead
    const { length } = this.config.chain
    reply(this.world, message, { type: 'status_ok', leads, epoch, chain: length, joiner } as Body)
  }

  private has(bug: Bug): boolean {
    return this.options.bug === bug
  }
}
