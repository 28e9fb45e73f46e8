/**
 * One node of a broadcast service in the manner of ISIS: it offers one channel for each promise that a broadcast can make, and a
 * client chooses by the channel's name. Each channel is a stack of layers, from below: links that send again, a way to
 * spread items to all, and an order (Hadzilacos and Toueg 1994; Cachin, Guerraoui and Rodrigues 2011, chapter 3).
 */
import { type Message, type Program, refusal, type World } from '../../../harness/api.ts'
import { Door } from '../connection.ts'
import { reply } from '../replies.ts'
import { BestEffort } from './best-effort.ts'
import type { Bug } from './bugs.ts'
import { CausalOrder } from './causal.ts'
import { Channel } from './channel.ts'
import { Detector } from './detector.ts'
import { Disk } from './disk.ts'
import { Eager } from './eager.ts'
import { FifoOrder } from './fifo.ts'
import { Gossip } from './gossip.ts'
import { lifeOf } from './item.ts'
import { Joining } from './joining.ts'
import { Lazy } from './lazy.ts'
import { Links } from './links.ts'
import { AnyOrder, type Order } from './order.ts'
import type { Spread, SpreadOptions } from './spread.ts'
import { Stability } from './stability.ts'
import { TotalOrder } from './total.ts'

/** How items reach everybody, but those of the channel that promises the least. */
export const spreads: Readonly<Record<string, new (options: SpreadOptions) => Spread>> = {
  eager: Eager,
  lazy: Lazy,
  gossip: Gossip,
}

/** Channels by what they promise. */
const promises = ['best-effort', 'reliable', 'fifo', 'causal', 'total'] as const
type Promised = (typeof promises)[number]

const LIFE = 'life'
/** Set when it has what the others had when its life began. */
const JOINED = 'joined'

export interface NodeOptions {
  readonly bug: Bug | 'none'
  /** One of `spreads`. */
  readonly spread: string
}

export class BroadcastNode implements Program {
  private readonly disk: Disk
  private readonly links: Links
  private readonly stability: Stability
  private readonly detector: Detector
  private readonly channels: ReadonlyMap<string, Channel>
  private readonly joining: Joining
  private readonly door: Door
  /** From one loss of its disk to the next. */
  private readonly life: string
  private isMember = false

  constructor(
    private readonly world: World,
    private readonly options: NodeOptions,
  ) {
    this.disk = new Disk(world.storage)
    const kept = this.disk.get(LIFE) as string | undefined
    this.life = kept ?? lifeOf(world.self, world.random())
    this.links = new Links(world, options.bug, ({ channel, item }, from, then) =>
      this.channels.get(channel)!.receive(item, from, then),
    )
    this.stability = new Stability(world, (channel, name) =>
      this.channels.get(channel)!.isDone(name),
    )
    this.detector = new Detector(world)
    this.channels = new Map(promises.map((promise) => [promise, this.open(promise)]))
    this.joining = new Joining({
      ...{ world, disk: this.disk, channels: this.channels, life: this.life },
      joined: () => this.disk.put(JOINED, true, () => this.enter()),
    })
    this.door = new Door(world, lifeOf(world.self, world.random()))
    for (const channel of this.channels.values()) channel.read()
    this.disk.put(LIFE, this.life, () => {
      if (this.disk.get(JOINED) === true) this.enter()
      else this.joining.begin()
    })
  }

  receive(message: Message): void {
    const { src, body } = message
    switch (body.type) {
      case 'letters':
      case 'got':
        this.links.hear(message)
        break
      case 'digest':
      case 'rumour':
        this.channels.get(body.channel as string)!.spread.hear?.(src, body)
        break
      case 'delivered':
      case 'is-delivered':
        this.stability.hear(message)
        break
      case 'alive':
        this.detector.heard(src)
        break
      case 'join':
      case 'welcome':
        this.joining.hear(message)
        break
      case 'status':
        reply(this.world, message, { type: 'status_ok', member: this.isMember })
        break
      default:
        this.serve(message)
    }
  }

  private enter(): void {
    this.isMember = true
    for (const channel of this.channels.values()) channel.begin()
    this.world.log('takes part')
  }

  private serve(message: Message): void {
    const { world } = this
    if (!this.isMember)
      world.send(message.src, refusal(message, 'temporarily-unavailable', 'not a member yet'))
    else if (this.door.admits(message)) this.carryOut(message)
  }

  private carryOut(message: Message): void {
    const { world } = this
    const { type, channel: name, message: text = null } = message.body
    const channel = this.channels.get(String(name))
    if (channel === undefined)
      world.send(message.src, refusal(message, 'not-supported', `no channel promises ${name}`))
    else if (type === 'read')
      reply(world, message, { type: 'read_ok', messages: [...channel.delivered] })
    else if (name === 'best-effort')
      channel.broadcast(text, { kept: () => reply(world, message, { type: 'broadcast_ok' }) })
    else
      channel.broadcast(text, {
        stable: (after) => reply(world, message, { type: 'broadcast_ok', ...(after && { after }) }),
      })
  }

  private open(promise: Promised): Channel {
    const { world, life, disk, stability, links, detector } = this
    const { bug, spread } = this.options
    const Way = promise === 'best-effort' ? BestEffort : spreads[spread]!
    return new Channel({
      ...{ name: promise, world, bug, life, disk, stability },
      order: (channel) => this.order(promise, channel),
      spread: (channel) =>
        new Way({
          ...{ world, bug, links, life, channel: promise },
          isSuspected: (node) => detector.isSuspected(node),
          onSuspicion: (then) => detector.onSuspicion(then),
          items: () => channel.items,
          receive: ({ item }, from) => channel.receive(item, from, () => {}),
        }),
    })
  }

  private order(promise: Promised, channel: Channel): Order {
    const { world, life } = this
    const { bug } = this.options
    const deliver = channel.deliver.bind(channel)
    switch (promise) {
      case 'fifo':
        return new FifoOrder(life, deliver)
      case 'causal':
        return new CausalOrder({ life, bug, deliver })
      case 'total':
        return new TotalOrder({
          ...{ world, life, deliver, bug },
          say: (word) => channel.say(word),
          whenStable: (item, then) => this.stability.wait(promise, item, then),
          finish: (word) => channel.finish(word),
        })
      default:
        return new AnyOrder(deliver)
    }
  }
}
