/**
 * How replicas bring each other up to date: delta intervals (Almeida, Shoker, Baquero 2018, algorithm 2). A node
 * numbers all changes of its state, its own and those that it received, keeps the last of them, and sends each other
 * node those that it has not acknowledged, always from the first on, so that nobody sees an update without what
 * it followed; or the whole state when some are not kept any more.
 *
 * What a node acknowledged it may lose with its disk. So it says with every message which life it is in, and
 * changes are made for one life: another refuses them and gets everything.
 */
import type { Body, Json, Message, World } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'
import { join, type Replicated } from './lattice.ts'

/** Between two rounds to all others, ms. */
const GOSSIP_MS = 150
/** How many changes are kept. */
const KEPT = 40
/** A change is sent at once to those who are no further behind than so many changes. */
const NEAR = 10

export type Objects = Readonly<Record<string, Replicated>>

/** What is known of another node. */
interface Peer {
  life: string | undefined
  /** The last change that it has. */
  acknowledged: number
}

export interface GossipOptions {
  readonly bug: Bug | 'none'
  readonly run: string
  readonly life: string
  /** The whole state. */
  readonly all: () => Objects
  /** Takes in what came, and calls back when that is safe. */
  readonly receive: (objects: Objects, then: () => void) => void
  /** Somebody else has the changes up to this one. */
  readonly shared: (change: number) => void
}

export class Gossip {
  private readonly peers: ReadonlyMap<string, Peer>
  private changes: { readonly number: number; readonly objects: Objects }[] = []
  private last = 0

  constructor(
    private readonly world: World,
    private readonly options: GossipOptions,
  ) {
    const others = world.nodes.filter((name) => name !== world.self)
    this.peers = new Map(others.map((name) => [name, { life: undefined, acknowledged: 0 }]))
    this.round()
  }

  /** The number of a change that the state has now. */
  note(objects: Objects): number {
    this.changes = [...this.changes.slice(1 - KEPT), { number: ++this.last, objects }]
    return this.last
  }

  /** Sends the latest changes to those who are near. */
  spread(): void {
    for (const [name, peer] of this.peers)
      if (this.last - peer.acknowledged <= NEAR) this.send(name, peer)
  }

  hear({ src, body }: Message): void {
    const peer = this.peers.get(src)!
    if (peer.life !== body.life) {
      peer.life = body.life as string
      peer.acknowledged = 0
    }
    if (body.type === 'acknowledge') this.acknowledged(peer, body)
    else this.changed(src, body)
  }

  private round(): void {
    for (const [name, peer] of this.peers) this.send(name, peer)
    this.world.after(GOSSIP_MS, () => this.round())
  }

  private send(name: string, peer: Peer): void {
    const { life, run } = this.options
    const from = peer.acknowledged
    const first = this.changes[0]?.number ?? this.last + 1
    const isWhole = (from + 1 < first || from === 0) && this.options.bug !== 'CD8'
    const objects = isWhole ? this.options.all() : this.since(from)
    const to = isWhole ? null : (peer.life ?? null)
    this.world.send(name, {
      type: 'changes',
      life,
      run,
      for: to,
      upTo: this.last,
      objects: objects as unknown as Json,
    })
  }

  private since(from: number): Objects {
    const all: Record<string, Replicated> = {}
    for (const { number, objects } of this.changes)
      if (number > from)
        for (const [key, object] of Object.entries(objects))
          all[key] = join(all[key], object, 'none')
    return all
  }

  private changed(src: string, body: Body): void {
    const { life } = this.options
    const acknowledge = (upTo: Json): void =>
      this.world.send(src, { type: 'acknowledge', life, run: body.run!, upTo })
    if (body.for !== null && body.for !== life) acknowledge(0)
    else this.options.receive(body.objects as unknown as Objects, () => acknowledge(body.upTo!))
  }

  private acknowledged(peer: Peer, { run, upTo }: Body): void {
    if (run !== this.options.run) return
    peer.acknowledged = Math.max(peer.acknowledged, upTo as number)
    this.options.shared(upTo as number)
  }
}
