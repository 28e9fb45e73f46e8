/**
 * A database that only reads (SIGMOD 2017, section 4.2.4): the writer streams its log, which changes the pages in the
 * buffer cache and is dropped for others; those come from the same storage that the writer uses. Its read point is the VDL
 * of what it was streamed; all pages that a statement sees are as of one read point. So that a reader sees all that was
 * answered before, the replica asks the writer first how far it must be (Aurora calls that GLOBAL read consistency).
 */
import type { Body, Message, World } from '../../../harness/api.ts'
import { done, giveUp, sendOn } from '../replies.ts'
import type { Rounds } from '../rounds.ts'
import type { Request } from '../store.ts'
import { outcome, pagesOf, type Reading } from './commands.ts'
import { Pages } from './pages.ts'
import type { LogRecord } from './volume.ts'

export interface ReplicaOptions {
  readonly storage: readonly string[]
  /** As of which point storage is asked for pages. */
  readonly pagesAs: 'of the read point' | 'they are now'
}

/** No read waits longer, ms. */
const PATIENCE_MS = 500

export class Replica {
  /** Whom it follows, and in which epoch; nobody yet where that is 0. */
  writer: string | undefined
  epoch = 0
  private readonly pages: Pages
  /** The read point. */
  private vdl = 0
  private waiting: { readonly point: number; readonly ready: () => void }[] = []

  constructor(
    private readonly world: World,
    private readonly rounds: Rounds,
    private readonly options: ReplicaOptions,
  ) {
    this.pages = new Pages(world, options.storage)
  }

  /** The writer streams what has become durable. @returns whether it is the latest writer known here */
  follow({ src, body }: Message): boolean {
    const { epoch, after, vdl, records } = body as unknown as Stream
    if (epoch < this.epoch) return false
    this.epoch = epoch
    this.writer = src
    if (vdl <= this.vdl) return true
    // It has missed a part: what is in the cache may lack that.
    if (after !== this.vdl) this.pages.clear()
    else for (const record of records) this.pages.apply(record)
    this.vdl = vdl
    const ready = this.waiting.filter(({ point }) => point <= vdl)
    this.waiting = this.waiting.filter((one) => !ready.includes(one))
    for (const one of ready) one.ready()
    return true
  }

  hear(body: Body): void {
    this.pages.hear(body)
  }

  read(message: Message): void {
    const { writer, world } = this
    if (writer === undefined) {
      sendOn(world, message, null)
      return
    }
    this.rounds.start({
      targets: [writer],
      body: () => ({ type: 'point' }),
      need: 1,
      withinMs: PATIENCE_MS,
      done: (replies) => this.whenAt(replies.get(writer)!.vdl as number, () => this.view(message)),
      failed: () => giveUp(world, message),
    })
  }

  private whenAt(point: number, ready: () => void): void {
    if (point <= this.vdl) ready()
    else this.waiting.push({ point, ready })
  }

  /** Reads all pages as of the read point. */
  private view(message: Message): void {
    const { command } = message.body.request as unknown as Request<Reading>
    const { vdl } = this
    const from = this.options.pagesAs === 'of the read point' ? vdl : undefined
    this.pages.read(pagesOf(command), vdl, from, (values) => {
      const { result } = outcome(command, (page) => values.get(page) ?? null)
      done(this.world, message, result)
    })
  }
}

interface Stream {
  readonly epoch: number
  /** The VDL before these records. */
  readonly after: number
  readonly vdl: number
  readonly records: readonly LogRecord[]
}
