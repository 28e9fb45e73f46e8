/**
 * The simulated network: every message travels for itself, takes a time drawn from a distribution, and may
 * be dropped, doubled, delayed, overtaken or held on its way by what faults have set. A cut drops on
 * arrival, as the real nodes' rules do, so a message that is under way when a cut comes is lost.
 */
import type { Grudge } from '../../capabilities/network.ts'
import {
  CLIENTS,
  type EchoOptions,
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
/** What an echo request takes beyond its own bytes: the headers of ICMP, IP and Ethernet. */
const HEADER_BYTES = 42

/** One kind of shaping in force. */
interface Shaped {
  readonly shaping: Shaping
  /** From → to. */
  readonly links: ReadonlyMap<string, ReadonlyMap<string, ShapedLink>>
  readonly held: Message[]
}

/** What has become of one link under a shaping. */
interface ShapedLink {
  readonly link: Link
  packets: number
  touched: number
  /** When it is free again, if its rate is limited; ns. */
  busyUntil: number
  /** How many messages of a burst are still to be lost. */
  burst: number
}

/** A link with the shaping that it has. */
interface Touching<K extends Shaping['kind']> {
  readonly shaping: Extract<Shaping, { kind: K }>
  readonly on: ShapedLink
}

export class SimNetwork {
  /** To → from. */
  private grudge: ReadonlyMap<string, ReadonlySet<string>> = new Map()
  private readonly shaped = new Map<Shaping['kind'], Shaped>()
  private readonly nodes: ReadonlySet<string>
  private readonly doubled = new WeakSet<Message>()
  /** Messages that came with a wrong checksum, by receiver. */
  readonly refused: Map<string, number>

  constructor(private readonly options: NetworkOptions) {
    this.nodes = new Set(options.nodes)
    this.refused = new Map(options.nodes.map((name) => [name, 0]))
  }

  setGrudge(grudge: Grudge): void {
    this.grudge = new Map(Object.entries(grudge).map(([to, senders]) => [to, new Set(senders)]))
  }

  isCut(from: string, to: string): boolean {
    return this.grudge.size > 0 && this.grudge.get(this.end(to))?.has(this.end(from)) === true
  }

  shape(links: readonly Link[], shaping: Shaping): void {
    this.clear(shaping.kind)
    const shaped = new Map<string, Map<string, ShapedLink>>()
    for (const link of links) {
      const { from, to } = link
      if (!shaped.has(from)) shaped.set(from, new Map())
      shaped.get(from)!.set(to, { link, packets: 0, touched: 0, busyUntil: 0, burst: 0 })
    }
    this.shaped.set(shaping.kind, { shaping, links: shaped, held: [] })
  }

  /** Ends one kind of shaping; what was held travels on in its order. */
  clear(kind: Shaping['kind']): void {
    const held = this.shaped.get(kind)?.held ?? []
    this.shaped.delete(kind)
    for (const message of held) this.arrive(message)
  }

  counts(kind: Shaping['kind']): readonly ShapingCount[] {
    const links = [...(this.shaped.get(kind)?.links.values() ?? [])]
    return links
      .flatMap((from) => [...from.values()])
      .map(({ link, packets, touched }) => ({ link, packets, touched }))
  }

  /** What echo requests over a link, and their answers, would meet from now on. */
  echo({ from, to }: Link, { count, gapMs = 2, bytes = 56 }: EchoOptions): readonly EchoReply[] {
    const there = { src: from, dest: to, body: { type: 'echo' } }
    const back = { src: to, dest: from, body: { type: 'echo_ok' } }
    const bits = 8 * (bytes + HEADER_BYTES)
    const now = this.options.scheduler.now()
    /** When what leaves at these times arrives at the other end; ns. */
    const crossed = (one: Message, times: readonly number[]): readonly number[] =>
      times
        .flatMap((at) => (this.copies(one) === 1 ? [at] : [at, at]))
        .filter(() => !this.isCut(one.src, one.dest) && !this.isLost(one))
        .filter(() => this.touching('hold', one) === undefined)
        .map((at) => at + this.travelNs(one, at, bits))
    const replies: EchoReply[] = []
    for (let sequence = 0; sequence < count; sequence++) {
      const sent = now + sequence * gapMs * 1e6
      for (const arrived of crossed(back, crossed(there, [sent])))
        replies.push({ sequence, ms: (arrived - sent) / 1e6, atMs: (arrived - now) / 1e6 })
    }
    return replies.sort((a, b) => a.atMs - b.atMs)
  }

  send(message: Message): void {
    const copies = this.copies(message)
    if (copies > 1) this.doubled.add(message)
    for (let copy = copies; copy > 0; copy--) this.travel(message)
  }

  /** Whether a message set out twice: what became of one copy says nothing about the other. */
  isDoubled(message: Message): boolean {
    return this.doubled.has(message)
  }

  /** How many of a message set out. */
  private copies(message: Message): 1 | 2 {
    const duplicate = this.touching('duplicate', message)
    if (duplicate === undefined || !this.chance(duplicate.shaping.percent)) return 1
    duplicate.on.touched++
    return 2
  }

  private travel(message: Message): void {
    if (this.isLost(message)) return
    const { scheduler } = this.options
    const now = scheduler.now()
    scheduler.at(now + this.travelNs(message, now, MESSAGE_BITS), () => this.land(message))
  }

  /** How long a message that leaves at a time (ns) is on its way. */
  private travelNs(message: Message, at: number, bits: number): number {
    const { random } = this.options
    let ms = LATENCY_MS.least - LATENCY_MS.more * Math.log(1 - random.float())
    if (this.shaped.size === 0) return ms * 1e6
    const delay = this.touching('delay', message)
    if (delay !== undefined) {
      const { ms: mean, jitterMs, distribution } = delay.shaping
      ms += Math.max(0, mean + jitterMs * this.draw(distribution))
    }
    const reorder = this.touching('reorder', message)
    if (reorder !== undefined && this.chance(reorder.shaping.percent)) ms += reorder.shaping.gapMs
    return ms * 1e6 + this.queueNs(message, at, bits)
  }

  /** How long a message waits for a link whose rate is limited. */
  private queueNs(message: Message, at: number, bits: number): number {
    const rate = this.touching('rate', message)
    if (rate === undefined) return 0
    const { shaping, on } = rate
    on.busyUntil = Math.max(at, on.busyUntil) + (bits / (shaping.kbitS * 1000)) * 1e9
    return on.busyUntil - at
  }

  private isLost(message: Message): boolean {
    if (this.shaped.size === 0) return false
    const corrupt = this.touching('corrupt', message)
    // A checksum tells that it is wrong, and it is dropped.
    if (corrupt !== undefined && this.chance(corrupt.shaping.percent)) {
      corrupt.on.touched++
      this.refused.set(message.dest, (this.refused.get(message.dest) ?? 0) + 1)
      return true
    }
    const loss = this.touching('loss', message)
    if (loss === undefined) return false
    const { shaping, on } = loss
    const { percent, burst = 1 } = shaping
    if (on.burst === 0 && !this.chance(burstPercent(percent, burst))) return false
    on.burst = (on.burst > 0 ? on.burst : burst) - 1
    on.touched++
    return true
  }

  /** The end of a message's way: it waits where messages are held. */
  private land(message: Message): void {
    if (this.touching('hold', message) !== undefined) this.shaped.get('hold')!.held.push(message)
    else this.arrive(message)
  }

  private arrive(message: Message): void {
    if (!this.isCut(message.src, message.dest)) this.options.deliver(message)
  }

  /** The shaping of a kind that a message meets, which counts it. */
  private touching<K extends Shaping['kind']>(
    kind: K,
    { src, dest }: Message,
  ): Touching<K> | undefined {
    const shaped = this.shaped.get(kind)
    const on = shaped?.links.get(this.end(src))?.get(this.end(dest))
    if (shaped === undefined || on === undefined) return undefined
    on.packets++
    return { shaping: shaped.shaping as Touching<K>['shaping'], on }
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

/** How often a burst of so many losses must begin for so many percent to be lost altogether. */
const burstPercent = (percent: number, burst: number): number =>
  percent >= 100 ? 100 : 100 / (1 + (burst * (100 - percent)) / percent)
