/**
 * A primary with one backup (MIT 6.824, lab 2 of 2013, part B): the primary puts requests in order, reads as
 * well, and answers one when its backup has it too. So a primary that was deposed without noticing answers
 * nothing: its backup has gone on to another view. A new backup first gets the whole state, with the table
 * of the requests that were carried out. State is kept on disk: a server that was killed goes on as
 * who it was; one that lost its disk says so, and counts as dead.
 */
import type { Json, Message, Program, World } from '../../../harness/api.ts'
import { Journal } from '../journal.ts'
import { done, giveUp, reply, sendOn } from '../replies.ts'
import { type Request, Store } from '../store.ts'
import type { Bug } from './bugs.ts'
import { PING_MS, type View } from './view.ts'

export interface ServerOptions {
  readonly bug: Bug | 'none'
  readonly viewService: string
  /** Requests in the log before a state takes their place. */
  readonly snapshotAfter: number
}

/** Requests that a message carries at most. */
const BATCH = 64

export class Server implements Program {
  private readonly journal: Journal
  private readonly store: Store
  private view: View | undefined
  /** The number of the view that is safe on disk. */
  private entered = 0
  /** Whether the view service has heard that this server is ready to be the primary. */
  private acknowledged = false
  /** Primary: up to where the backup has everything; undefined before it has the state. */
  private mirrored: number | undefined
  /** Up to where the log is safe on disk, and carried out. */
  private synced = 0
  private applied: number
  /** Requests that wait, by their place in the log. */
  private readonly waiting = new Map<number, Message>()

  constructor(
    private readonly world: World,
    private readonly options: ServerOptions,
  ) {
    this.journal = new Journal(world.storage)
    this.store = new Store(this.has('PB6') ? 'none' : 'sessions')
    if (this.journal.since > 0) this.store.restore(this.journal.state)
    this.applied = this.journal.baseIndex
    this.view = world.storage.get('view') as unknown as View | undefined
    this.enter()
    this.beat()
  }

  receive(message: Message): void {
    const { body } = message
    if (body.type === 'request') this.serve(message)
    else if (body.type === 'forward') this.take(message)
    else if (body.type === 'transfer') this.install(message)
    else if (body.type === 'mirrored') this.hear(message)
    else if (body.type === 'view') this.learn(body as unknown as Learnt)
    else if (body.type === 'status') {
      const { leads, entered } = this
      const backup = this.view?.backup ?? null
      reply(this.world, message, { type: 'status_ok', leads, view: entered, backup })
    }
  }

  private get isPrimary(): boolean {
    return this.view?.primary === this.world.self
  }

  /** Whether it may take requests. */
  private get leads(): boolean {
    return this.isReady && this.acknowledged
  }

  /** Whether all that it has is where the view wants it. */
  private get isReady(): boolean {
    if (!this.isPrimary || this.entered !== this.view!.number || this.journal.since === 0)
      return false
    return this.view!.backup === null || this.mirrored !== undefined
  }

  // ------------------------------------------------------------ views

  private beat(): void {
    this.ping()
    this.mirror()
    this.world.after(PING_MS * (0.5 + this.world.random()), () => this.beat())
  }

  private ping(): void {
    const whole = this.journal.since > 0
    const body = { type: 'ping', view: this.entered, whole, ready: this.isReady }
    this.world.send(this.options.viewService, body)
  }

  private learn({ view, acknowledged }: Learnt): void {
    const known = this.view?.number ?? 0
    if (view.number === known && this.entered === known) this.acknowledged ||= acknowledged
    if (view.number <= known) return
    this.view = view
    this.acknowledged = false
    this.mirrored = undefined
    this.world.storage.put('view', view as unknown as Json)
    if (view.founding && this.isPrimary) this.begin(view.number, 0, new Store().snapshot())
    if (!this.isPrimary) for (const message of this.waiting.values()) giveUp(this.world, message)
    if (!this.isPrimary) this.waiting.clear()
    this.enter()
  }

  /** Acts in a view only once it could not forget it. */
  private enter(): void {
    const { number } = this.view ?? { number: 0 }
    const { lastIndex } = this.journal
    this.world.storage.sync(() => {
      if (this.view === undefined || this.view.number !== number) return
      this.entered = number
      this.synced = Math.max(this.synced, lastIndex)
      this.mirror()
      this.commit()
      this.ping()
    })
  }

  // ------------------------------------------------------------ the primary

  private serve(message: Message): void {
    const isAsked = this.has('PB3') && this.view?.backup === this.world.self
    if (!this.leads && !isAsked) {
      sendOn(this.world, message, this.view?.primary)
      return
    }
    const request = message.body.request as unknown as Request
    const { f, key } = request.command
    if (f === 'read' && this.has('PB1')) {
      done(this.world, message, { value: this.store.read(key) })
      return
    }
    const index = this.journal.append(request)
    const { since } = this.journal
    this.waiting.set(index, message)
    this.world.storage.sync(() => {
      // Another server's state has taken its place meanwhile.
      if (this.journal.since !== since) return
      this.synced = Math.max(this.synced, index)
      this.mirror()
      this.commit()
    })
  }

  /** Sends the backup what it lacks: only what this server itself cannot forget any more. */
  private mirror(): void {
    const { view, mirrored } = this
    if (!this.isPrimary || view!.backup === null || this.entered !== view!.number) return
    if (this.journal.since === 0) return
    if (mirrored === undefined) this.transfer(view!.backup)
    else if (mirrored < this.synced) {
      const entries = this.journal.from(mirrored + 1, this.synced, BATCH) as unknown as Json
      const what = { prev: mirrored, entries, decided: this.applied }
      this.world.send(view!.backup, { type: 'forward', view: this.entered, ...what })
    }
  }

  /**
   * The state, with the place in the order of requests that it stands at, and all that follow: a view that is
   * given up must not have taken from its backup what that had, being a member of the last one that was acknowledged.
   */
  private transfer(backup: string): void {
    const index = this.has('PB5') ? this.synced : this.applied
    const state = this.store.snapshot()
    const rest = this.journal.from(index + 1, this.synced, this.journal.length) as unknown as Json
    this.world.send(backup, { type: 'transfer', view: this.entered, index, state, rest })
  }

  private hear({ src, body }: Message): void {
    if (!this.isPrimary || src !== this.view!.backup) return
    if (body.view !== this.entered && !this.has('PB3')) return
    const wasReady = this.isReady
    const index = body.index as number
    const isNews = index > (this.mirrored ?? -1)
    this.mirrored = Math.max(this.mirrored ?? 0, index)
    this.commit()
    if (isNews) this.mirror()
    if (!wasReady) this.ping()
  }

  private commit(): void {
    const isMine = this.isPrimary || this.has('PB3')
    if (!isMine || this.entered !== this.view?.number) return
    const isAlone = !this.isPrimary || this.view.backup === null || this.has('PB4')
    this.apply(isAlone ? this.synced : Math.min(this.synced, this.mirrored ?? 0))
  }

  // ------------------------------------------------------------ the backup

  private install({ src, body }: Message): void {
    const { view, index, state, rest } = body as unknown as Transfer
    if (!this.isBackupIn(view)) return
    // One that comes twice is older than what was forwarded since.
    if (this.journal.since !== view) {
      this.begin(view, index, state)
      for (const request of rest) this.journal.append(request)
    }
    this.tellMirrored(src, view)
  }

  private take({ src, body }: Message): void {
    const { view, prev, entries, decided } = body as unknown as Forward
    if (!this.has('PB3') && !(this.isBackupIn(view) && this.journal.since === view)) return
    if (this.journal.since === 0) return
    const { lastIndex } = this.journal
    if (prev <= lastIndex)
      for (const request of entries.slice(lastIndex - prev)) this.journal.append(request)
    this.apply(Math.min(decided, this.journal.lastIndex))
    this.tellMirrored(src, view)
  }

  private isBackupIn(number: number): boolean {
    const { view, entered } = this
    return view?.backup === this.world.self && view.number === number && entered === number
  }

  private tellMirrored(primary: string, view: number): void {
    const index = this.journal.lastIndex
    const { since } = this.journal
    this.world.storage.sync(() => {
      if (this.journal.since !== since) return
      this.synced = Math.max(this.synced, index)
      this.world.send(primary, { type: 'mirrored', view, index })
    })
  }

  // ------------------------------------------------------------ both

  /** Takes a state over, instead of everything that it had. */
  private begin(since: number, index: number, state: Json): void {
    this.journal.begin({ since, index, state })
    this.store.restore(state)
    this.applied = index
    this.synced = 0
    this.waiting.clear()
  }

  /** Carries requests out up to a place in their order, and answers those who wait here. */
  private apply(to: number): void {
    while (this.applied < to) {
      const result = this.store.apply(this.journal.at(++this.applied)!)
      const message = this.waiting.get(this.applied)
      this.waiting.delete(this.applied)
      if (message !== undefined) done(this.world, message, result)
    }
    const isMirrored = !this.isPrimary || this.applied <= (this.mirrored ?? this.applied)
    if (this.journal.length > this.options.snapshotAfter && isMirrored)
      this.journal.compact(this.applied, this.store.snapshot())
  }

  private has(bug: Bug): boolean {
    return this.options.bug === bug
  }
}

interface Learnt {
  readonly view: View
  readonly acknowledged: boolean
}

interface Transfer {
  readonly view: number
  readonly index: number
  readonly state: Json
  /** Requests after that place. */
  readonly rest: readonly Request[]
}

interface Forward {
  readonly view: number
  /** The place before the first of them. */
  readonly prev: number
  readonly entries: readonly Request[]
  /** Up to where the primary has carried requests out. */
  readonly decided: number
}
