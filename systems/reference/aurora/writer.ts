/**
 * The one database that writes (SIGMOD 2017, section 4.2). A statement changes pages in the buffer cache at once and
 * becomes redo records, which go to all six storage nodes. What four of them have without a gap is durable, up to the last
 * whole mini-transaction: the volume-durable LSN, VDL. No statement is answered before the VDL has
 * passed it, neither a commit nor a read, which may have seen what is not durable yet.
 *
 * A read must also know that nobody else writes by now. The paper leaves that to a cut-off writer's being dead; ours asks
 * three storage nodes whether they still take its epoch: four have promised themselves to any later one.
 */
import type { Body, Json, Message, World } from '../../../harness/api.ts'
import { done, giveUp } from '../replies.ts'
import type { Request, Result } from '../store.ts'
import { outcome, pagesOf, type Statement } from './commands.ts'
import { Pages } from './pages.ts'
import {
  ALLOCATION_LIMIT,
  type LogRecord,
  QUORUM,
  type Redo,
  reachedBy,
  type Volume,
} from './volume.ts'

export interface WriterOptions {
  readonly storage: readonly string[]
  readonly replicas: readonly string[]
  readonly writeQuorum: number
  readonly volume: Volume
  /** The last durable record before this epoch, and the first LSN that this writer may give out. */
  readonly recovered: number
  readonly first: number
}

/** So long after a boxcar the next one leaves, ms. */
const BOXCAR_MS = 2
/** Records that a message carries at most. */
const BATCH = 128
/** Beats without a quorum after which it takes itself for cut off, and beats that an opening may last. */
const CUT_OFF = 6
const OPENING = 40

/** What a storage node has acknowledged: up to where it has the log, and the last message. */
interface Ack {
  readonly scl: number
  readonly number: number
}

interface Waiting {
  /** Up to where the log must be durable. */
  readonly lsn: number
  /** The message that a read quorum must have answered. */
  readonly number: number
  readonly ready: () => void
  readonly fail: () => void
}

export class Writer {
  readonly pages: Pages
  private readonly acks = new Map<string, Ack>()
  /** The volume-durable LSN; undefined until a write quorum has all that was recovered. */
  private vdl: number | undefined
  /** Records above it. */
  private pending: LogRecord[] = []
  /** Records that wait for the next boxcar, and whether one is on its way. */
  private readonly boxcar: LogRecord[] = []
  private isOnItsWay = false
  private last: number
  private next: number
  private number = 0
  private waiting: Waiting[] = []
  private beats = 0
  /** Beats since a quorum answered, and the message that it answered. */
  private silent = 0
  private confirmed = 0

  constructor(
    private readonly world: World,
    private readonly options: WriterOptions,
  ) {
    this.pages = new Pages(world, options.storage)
    this.last = options.recovered
    this.next = options.first
    this.beat()
  }

  get epoch(): number {
    return this.options.volume.epoch
  }

  /** Whether it serves. */
  get leads(): boolean {
    return this.vdl !== undefined
  }

  /** Whether it must give up: it may be cut off, or cannot get a write quorum for what it has recovered. */
  get isLost(): boolean {
    return this.silent > CUT_OFF || (!this.leads && this.beats > OPENING)
  }

  /** Sends again what may be lost. */
  beat(): void {
    this.beats++
    this.silent++
    this.number++
    for (const node of this.options.storage) {
      const ack = this.acks.get(node)
      const lacks = this.pending.filter(({ lsn }) => lsn > (ack?.scl ?? 0))
      if (ack === undefined) this.send(node, { type: 'open', volume: this.options.volume })
      else this.sendRedo(node, lacks.slice(0, BATCH))
    }
    if (this.vdl !== undefined) this.stream(this.vdl, [])
  }

  /** All who wait are told that nobody knows. */
  end(): void {
    this.vdl = undefined
    this.pages.close()
    for (const { fail } of this.waiting) fail()
    this.waiting = []
  }

  // ------------------------------------------------------------ statements

  serve(message: Message): void {
    const request = message.body.request as unknown as Request<Statement>
    const session = `session/${request.client}`
    const { recovered } = this.options
    // What is not in the cache has not been changed since the recovery.
    this.pages.read([...pagesOf(request.command), session], recovered, recovered, () => {
      if (this.leads) this.execute(message, request, session)
      else giveUp(this.world, message)
    })
  }

  /** How far a replica must be that wants to see all that was answered by now. */
  tellPoint({ src, body }: Message): void {
    const { vdl } = this
    // The replica asks again.
    if (vdl === undefined) return
    const answer = { type: 'point_ok', round: body.round, vdl } as unknown as Body
    this.confirm({ ready: () => this.world.send(src, answer), fail: () => {} })
  }

  private execute(
    message: Message,
    { number, command }: Request<Statement>,
    session: string,
  ): void {
    const known = this.pages.get(session) as unknown as Session | null
    const fail = (): void => giveUp(this.world, message)
    if (command.f !== 'read' && known !== null && number <= known.number) {
      this.wait({ ready: () => done(this.world, message, known.result), fail })
      return
    }
    const { result, redo } = outcome(command, (page) => this.pages.get(page))
    const ready = (): void => done(this.world, message, result)
    if (command.f === 'read') this.confirm({ ready, fail })
    else if (!this.hasRoom(redo.length + 1)) fail()
    else {
      // One that is sent again is answered again: what it came to is written with what it changed.
      const value = { number, result } as unknown as Json
      this.write([...redo, { f: 'write', key: session, value }])
      this.wait({ ready, fail })
    }
  }

  /** Whether so many LSNs more are all among those that the next recovery annuls. */
  private hasRoom(records: number): boolean {
    const { first } = this.options
    return this.next + records - Math.max(this.vdl!, first - 1) <= ALLOCATION_LIMIT
  }

  /** One mini-transaction. */
  private write(changes: readonly Redo[]): void {
    const records = changes.map((redo, place): LogRecord => {
      const prev = this.last
      this.last = this.next++
      return { lsn: this.last, prev, redo, ends: place === changes.length - 1 }
    })
    for (const record of records) {
      this.pages.apply(record)
      this.pending.push(record)
      this.boxcar.push(record)
      if (!this.isOnItsWay) this.depart()
    }
  }

  /**
   * A boxcar leaves with the first record that is there, and those that come meanwhile take the next one (SIGMOD
   * 2018, section 2.2): a mini-transaction may travel in several.
   */
  private depart(): void {
    const records = this.boxcar.splice(0)
    this.isOnItsWay = records.length > 0
    if (records.length === 0 || !this.leads) return
    this.number++
    for (const node of this.acks.keys()) this.sendRedo(node, records)
    this.world.after(BOXCAR_MS, () => this.depart())
  }

  private wait(one: Pick<Waiting, 'ready' | 'fail'>): void {
    this.waiting.push({ ...one, lsn: this.last, number: 0 })
  }

  /** Waits for a quorum that still takes this epoch as well. */
  private confirm(one: Pick<Waiting, 'ready' | 'fail'>): void {
    this.number++
    this.waiting.push({ ...one, lsn: this.last, number: this.number })
    for (const node of this.acks.keys()) this.sendRedo(node, [])
  }

  // ------------------------------------------------------------ storage

  /** A storage node has taken what it was sent. */
  taken({ src, body }: Message): void {
    const { epoch, scl, number } = body as unknown as Ack & { readonly epoch: number }
    if (epoch !== this.epoch) return
    const known = this.acks.get(src) ?? { scl: 0, number: 0 }
    this.acks.set(src, {
      scl: Math.max(scl, known.scl),
      number: Math.max(number, known.number),
    })
    this.advance()
  }

  /** A storage node has lost its disk: what it had acknowledged does not count any more. */
  forget(node: string): void {
    this.acks.delete(node)
  }

  private advance(): void {
    const acks = [...this.acks.values()]
    const confirmed = reachedBy(
      QUORUM.read,
      acks.map(({ number }) => number),
    )
    if (confirmed > this.confirmed) this.silent = 0
    this.confirmed = Math.max(this.confirmed, confirmed)
    this.settle(
      reachedBy(
        this.options.writeQuorum,
        acks.map(({ scl }) => scl),
      ),
    )
    const { vdl } = this
    if (vdl === undefined) return
    const ready = this.waiting.filter(({ lsn, number }) => lsn <= vdl && number <= this.confirmed)
    if (ready.length === 0) return
    this.waiting = this.waiting.filter((one) => !ready.includes(one))
    for (const one of ready) one.ready()
  }

  /** A write quorum has the log up to here. */
  private settle(reached: number): void {
    if (reached < this.options.recovered) return
    const before = this.vdl ?? this.options.recovered
    this.vdl = this.pending.findLast(({ lsn, ends }) => ends && lsn <= reached)?.lsn ?? before
    if (this.vdl === before) return
    const count = this.pending.findIndex(({ lsn }) => lsn === this.vdl) + 1
    this.stream(before, this.pending.splice(0, count))
  }

  /** What replicas may show: the paper sends them the records first and the VDL later. */
  private stream(after: number, records: readonly LogRecord[]): void {
    const { epoch, vdl } = this
    const body = { type: 'stream', epoch, after, vdl, records }
    for (const replica of this.options.replicas) this.send(replica, body)
  }

  private sendRedo(node: string, records: readonly LogRecord[]): void {
    this.send(node, { type: 'redo', epoch: this.epoch, number: this.number, records })
  }

  private send(node: string, body: object): void {
    this.world.send(node, body as unknown as Body)
  }
}

/** What a session's page holds: its last statement. */
interface Session {
  readonly number: number
  readonly result: Result
}
