/**
 * One channel of a node: a log of the items that have come, a way to spread them below it and an order above. An item is kept on
 * the disk first; only then is it delivered, sent on and acknowledged. After a restart the log is read from its beginning, and the
 * order above makes of it what it had made before.
 */
import type { Json, World } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'
import type { Disk } from './disk.ts'
import { type Item, nameOf } from './item.ts'
import type { Order } from './order.ts'
import type { Spread } from './spread.ts'
import type { Stability } from './stability.ts'

export interface ChannelOptions {
  readonly name: string
  readonly world: World
  readonly bug: Bug | 'none'
  readonly life: string
  readonly disk: Disk
  readonly stability: Stability
  readonly order: (channel: Channel) => Order
  readonly spread: (channel: Channel) => Spread
}

/** What stands in the log: an item, or that a node has begun a new life. */
type Entry = { readonly item: Item } | { readonly reborn: string }

export class Channel {
  /** What clients get to see. */
  readonly delivered: Json[] = []
  readonly items: Item[] = []
  /** Lives that this node knows to have begun. */
  readonly lives = new Set<string>()
  readonly spread: Spread
  private readonly order: Order
  private readonly known = new Set<string>()
  private readonly done = new Set<string>()
  /** How many items are its own. */
  private own = 0
  private isReading = true

  constructor(private readonly options: ChannelOptions) {
    this.order = options.order(this)
    this.spread = options.spread(this)
  }

  get name(): string {
    return this.options.name
  }

  /** Reads the log, when it is safe. */
  read(): void {
    const { disk, life } = this.options
    // A copy: what comes from now on is taken in its own turn.
    const entries = [...disk.entries(this.log())] as unknown as readonly Entry[]
    const items = entries.flatMap((entry) => ('item' in entry ? [entry.item] : []))
    for (const item of items) this.known.add(nameOf(item))
    if (this.has('GO2'))
      for (const name of disk.entries(this.seen())) this.known.add(name as string)
    this.own = Math.max(0, ...items.filter((one) => one.life === life).map((one) => one.number))
    disk.settled(() => {
      for (const entry of entries)
        if ('item' in entry) this.take(entry.item)
        else this.note(entry.reborn)
      this.spread.resume(items)
      this.isReading = false
    })
  }

  /** The node takes part. */
  begin(): void {
    this.order.begin?.()
  }

  /** Broadcasts a client's message; `then` is told when it is this node's to spread, and when it is stable. */
  broadcast(
    message: Json,
    then: { readonly kept?: () => void; readonly stable?: (after?: readonly Json[]) => void },
  ): void {
    const { stamp, after } = this.order.stamp(message)
    const item = this.next(stamp, message)
    if (then.stable !== undefined)
      this.options.stability.wait(this.name, item, () => then.stable!(after))
    this.keep(item, () => {
      this.take(item)
      this.spread.pass(item, this.options.world.self)
      then.kept?.()
    })
  }

  /** Broadcasts a word of one layer to the same layer of the others. */
  say(word: Json): void {
    const item = this.next(word, null)
    this.keep(item, () => {
      this.take(item)
      this.spread.pass(item, this.options.world.self)
    })
  }

  /** An item has come; calls back when it is safe. */
  receive(item: Item, from: string, then: () => void): void {
    const isNew = !this.known.has(nameOf(item))
    if (!isNew && !this.has('GO5')) {
      this.options.disk.settled(then)
      return
    }
    this.known.add(nameOf(item))
    this.keep(item, () => {
      this.take(item)
      if (isNew) this.spread.pass(item, from)
      then()
    })
  }

  /** A node has begun a new life; calls back when that is safe. */
  reborn(life: string, then: () => void): void {
    const { disk } = this.options
    if (this.lives.has(life)) {
      disk.settled(then)
      return
    }
    this.note(life)
    disk.append(this.log(), { reborn: life }, then)
  }

  isDone(name: string): boolean {
    return this.done.has(name)
  }

  /** A message's turn has come. */
  deliver(item: Item): void {
    this.delivered.push(item.message)
    this.finish(item)
  }

  /** Nothing is to be done with an item any more. */
  finish(item: Item): void {
    this.done.add(nameOf(item))
    // What was delivered in an earlier run its sender asks for.
    if (!this.isReading) this.options.stability.done(this.name, item)
  }

  private next(stamp: Json, message: Json): Item {
    const item: Item = { life: this.options.life, number: ++this.own, stamp, message }
    this.known.add(nameOf(item))
    return item
  }

  private keep(item: Item, then: () => void): void {
    const { disk } = this.options
    const keep = (): void => disk.append(this.log(), { item } as unknown as Json, then)
    if (this.has('GO2')) disk.append(this.seen(), nameOf(item), keep)
    else keep()
  }

  private take(item: Item): void {
    this.items.push(item)
    this.order.take(item)
  }

  private note(life: string): void {
    this.lives.add(life)
    this.order.reborn?.(life)
    this.spread.reborn?.(life)
  }

  private log(): string {
    return `log/${this.name}`
  }

  private seen(): string {
    return `seen/${this.name}`
  }

  private has(bug: Bug): boolean {
    return this.options.bug === bug
  }
}
