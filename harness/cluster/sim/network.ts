/**
 * The simulated network: every message travels for itself, takes a time drawn from a distribution, and may
 * be dropped, doubled, delayed, overtaken or held on its way by what faults have set. A cut drops on
 * arrival, as the real nodes' rules do, so a message that is under way when a cut comes is lost.
 */
import type { Grudge } from '../../capabilities/network.ts'
import {
  CLIENTS,
  type EchoReply,
  type Link,
  type Shaping,
  type ShapingCount,
} from '../../capabilities/traffic.ts'
import type { Message } from '../../program.ts'
import type { Random } from '../../random.ts'
import type { Scheduler } from './scheduler.ts'

export interface NetworkOptions {
  readonly scheduler: Scheduler
  readonly random: Random
  /** The names of the nodes: everybody else is a client. */
  readonly nodes: readonly string[]
  deliver(message: Message): void
}

/** A message takes at least this and on average so much more; ms. */
const LATENCY_MS = { least: 0.2, more: 0.8 }
/** On a rate-limited link a message counts as so many bits. */
const MESSAGE_BITS = 8 * 400

interface Shaped {
  readonly shaping: Shaping
  readonly links: ReadonlySet<string>
  readonly held: Message[]
  readonly counts: Map<string, { packets: number; touched: number }>
  /** When a rate-limited link is free again; ns. */
  readonly busy: Map<string, number>
  /** How many messages of a burst are still to be lost. */
  readonly burst: Map<string, number>
}

const linkName = (from: string, to: string): string => `${from}>${to}`

export class SimNetwork {
  private grudge = new Set<string>()
  private readonly shaped = new Map<Shaping['kind'], Shaped>()
  private readonly nodes: ReadonlySet<string>
  /** Messages that came with a wrong checksum, by receiver. */
  readonly refused: Map<string, number>

  constructor(private readonly options: NetworkOptions) {
    this.nodes = new Set(options.nodes)
    this.refused = new Map(options.nodes.map((name) => [name, 0]))
  }

  setGrudge(grudge: Grudge): void {
    this.grudge = new Set(
      Object.entries(grudge).flatMap(([to, senders]) => senders.map((from) => linkName(from, to))),
    )
  }

  isCut(from: string, to: string): boolean {
    return this.grudge.size > 0 && this.grudge.has(this.link(from, to))
  }

  shape(links: readonly Link[], shaping: Shaping): void {
    this.clear(shaping.kind)
    this.shaped.set(shaping.kind, {
      shaping,
      links: new Set(links.map(({ from, to }) => linkName(from, to))),
      held: [],
      counts: new Map(
        links.map(({ from, to }) => [linkName(from, to), { packets: 0, touched: 0 }]),
      ),
      busy: new Map(),
      burst: new Map(),
    })
  }

  /** Ends one kind of shaping; what was held travels on in its order. */
  clear(kind: Shaping['kind']): void {
    const held = this.shaped.get(kind)?.held ?? []
    this.shaped.delete(kind)
    for (const message of held) this.arrive(message)
  }

  counts(kind: Shaping['kind']): readonly ShapingCount[] {
    return [...(this.shaped.get(kind)?.counts ?? [])].map(([name, count]) => {
      const [from = '', to = ''] = name.split('>')
      return { link: { from, to }, ...count }
    })
  }

  /** What echo requests over a link, and their answers, would meet now. */
  echo({ from, to }: Link, count: number, gapMs: number): readonly EchoReply[] {
    const there = { src: from, dest: to, body: { type: 'echo' } }
    const back = { src: to, dest: from, body: { type: 'echo_ok' } }
    const passes = (one: Message): boolean =>
      !this.isCut(one.src, one.dest) &&
      !this.isLost(one) &&
      this.touching('hold', one) === undefined
    const replies = Array.from({ length: count }, (_, sequence) => sequence).flatMap((sequence) => {
      const copies = this.copies(there)
      return Array.from({ length: copies }).flatMap(() => {
        if (!passes(there)) return []
        return Array.from({ length: this.copies(back) }).flatMap(() => {
          if (!passes(back)) return []
          const ms = (this.travelNs(there) + this.travelNs(back)) / 1e6
          return [{ sequence, ms, atMs: sequence * gapMs + ms }]
        })
      })
    })
    return replies.sort((a, b) => a.atMs - b.atMs)
  }

  send(message: Message): void {
    for (let copy = this.copies(message); copy > 0; copy--) this.travel(message)
  }

  /** How many of a message set out. */
  private copies(message: Message): 1 | 2 {
    const duplicate = this.touching('duplicate', message)
    if (duplicate === undefined || !this.chance(duplicate.percent)) return 1
    this.touched('duplicate', message)
    return 2
  }

  private travel(message: Message): void {
    if (this.isLost(message)) return
    const { scheduler } = this.options
    scheduler.at(scheduler.now() + this.travelNs(message), () => this.land(message))
  }

  private travelNs(message: Message): number {
    const { random } = this.options
    let ms = LATENCY_MS.least - LATENCY_MS.more * Math.log(1 - random.float())
    if (this.shaped.size === 0) return ms * 1e6
    const delay = this.touching('delay', message)
    if (delay !== undefined)
      ms += Math.max(0, delay.ms + delay.jitterMs * this.draw(delay.distribution))
    const reorder = this.touching('reorder', message)
    if (reorder !== undefined && this.chance(reorder.percent)) ms += reorder.gapMs
    return ms * 1e6 + this.queueNs(message)
  }

  /** How long a message waits for a link whose rate is limited. */
  private queueNs(message: Message): number {
    const rate = this.touching('rate', message)
    if (rate === undefined) return 0
    const { busy } = this.shaped.get('rate')!
    const name = this.link(message.src, message.dest)
    const now = this.options.scheduler.now()
    const free = Math.max(now, busy.get(name) ?? 0) + (MESSAGE_BITS / (rate.kbitS * 1000)) * 1e9
    busy.set(name, free)
    return free - now
  }

  private isLost(message: Message): boolean {
    if (this.shaped.size === 0) return false
    const corrupt = this.touching('corrupt', message)
    // A checksum tells that it is wrong, and it is dropped.
    if (corrupt !== undefined && this.chance(corrupt.percent)) {
      this.touched('corrupt', message)
      return true
    }
    const loss = this.touching('loss', message)
    if (loss === undefined) return false
    const { burst } = this.shaped.get('loss')!
    const name = this.link(message.src, message.dest)
    const left = burst.get(name) ?? 0
    const isLost = left > 0 || this.chance(loss.percent / (loss.burst ?? 1))
    if (isLost) burst.set(name, (left > 0 ? left : (loss.burst ?? 1)) - 1)
    if (isLost) this.touched('loss', message)
    return isLost
  }

  /** The end of a message's way: it waits where messages are held. */
  private land(message: Message): void {
    if (this.touching('hold', message) !== undefined) this.shaped.get('hold')!.held.push(message)
    else this.arrive(message)
  }

  private arrive(message: Message): void {
    if (!this.isCut(message.src, message.dest)) this.options.deliver(message)
  }

  /** The shaping of a kind that a message meets. */
  private touching<K extends Shaping['kind']>(
    kind: K,
    { src, dest }: Message,
  ): Extract<Shaping, { kind: K }> | undefined {
    const shaped = this.shaped.get(kind)
    if (shaped === undefined) return undefined
    const name = this.link(src, dest)
    if (!shaped.links.has(name)) return undefined
    shaped.counts.get(name)!.packets++
    return shaped.shaping as Extract<Shaping, { kind: K }>
  }

  private touched(kind: Shaping['kind'], { src, dest }: Message): void {
    this.shaped.get(kind)!.counts.get(this.link(src, dest))!.touched++
  }

  private link(from: string, to: string): string {
    return linkName(this.end(from), this.end(to))
  }

  private end(name: string): string {
    return this.nodes.has(name) ? name : CLIENTS
  }

  private chance(percent: number): boolean {
    return this.options.random.float() * 100 < percent
  }

  /** Around 0: uniform in [-1, 1], normal with deviation 1, or with a long tail on one side. */
  private draw(distribution: 'uniform' | 'normal' | 'pareto'): number {
    const { random } = this.options
    if (distribution === 'uniform') return 2 * random.float() - 1
    if (distribution === 'pareto') return (1 - random.float()) ** (-1 / 3) - 1.5
    return Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float())
  }
}
