/**
 * What the paper takes for granted: that messages from one node to another arrive, each once and in the order in
 * which they were sent. Requests are numbered and sent again until they are acknowledged; those that come
 * out of turn are dropped. An acknowledgement says which requests its sender has on its disk. It has a place
 * in the order as well: it stands after all requests that its sender had made by then, and counts
 * only when these have come.
 */
import type { Json, Message, World } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'
import type { Counts, Requests, Stamped } from './requests.ts'

/** What was not acknowledged for so long is sent again; also how often silent nodes hear of each other; ms. */
const AGAIN_MS = 40
/** What comes within so long travels together, ms. */
const GATHER_MS = 2
/** Requests that a message carries at most. */
const BATCH = 64

interface Sent {
  readonly type: 'requests'
  /** How many of the sender's requests come before these. */
  readonly after: number
  readonly requests: readonly Stamped[]
  /** What the sender has on its disk when it has made `made` requests itself. */
  readonly acknowledged: Counts
  readonly made: number
}

/** How far a node has our requests. */
interface Outgoing {
  /** How many were sent, and not given up for lost. */
  sent: number
  /** How many have arrived, as it says. */
  arrived: number
  /** How many had arrived when that was last looked at. */
  before: number
}

export class Channels {
  /** By node: what it is known to have on its disk. */
  private readonly acknowledged: Map<string, Counts>
  private readonly outgoing: Map<string, Outgoing>
  private isGathering = false

  constructor(
    private readonly world: World,
    private readonly requests: Requests,
    private readonly bug: Bug | 'none',
  ) {
    const { nodes } = world
    const nothing = Object.fromEntries(nodes.map((name) => [name, 0]))
    this.acknowledged = new Map(nodes.map((name) => [name, nothing]))
    this.outgoing = new Map(this.others().map((name) => [name, { sent: 0, arrived: 0, before: 0 }]))
    this.repeat()
  }

  /** Whether everybody, this node too, has the first so many requests of a node on its disk. */
  isAcknowledged(node: string, count: number): boolean {
    for (const counts of this.acknowledged.values()) if (counts[node]! < count) return false
    return true
  }

  /** These requests are on this node's disk: the others are told, and sent those that are its own. */
  secured(counts: Counts): void {
    this.acknowledge(this.world.self, counts)
    if (this.isGathering) return
    this.isGathering = true
    this.world.after(GATHER_MS, () => {
      this.isGathering = false
      for (const name of this.others()) this.send(name)
    })
  }

  /** @returns the requests that have come in turn and are new */
  receive({ src, body }: Message): readonly Stamped[] {
    const { after, requests, acknowledged, made } = body as unknown as Sent
    const outgoing = this.outgoing.get(src)!
    outgoing.arrived = Math.max(outgoing.arrived, acknowledged[this.world.self]!)
    const known = this.requests.count(src)
    const fresh = after <= known ? requests.slice(known - after) : []
    const isInOrder = made <= known + fresh.length
    if (isInOrder || this.bug === 'LC4') this.acknowledge(src, acknowledged)
    return fresh
  }

  private send(name: string): void {
    const { self } = this.world
    const outgoing = this.outgoing.get(name)!
    const acknowledged = this.acknowledged.get(self)!
    const made = acknowledged[self]!
    const requests = this.requests.from(self, outgoing.sent, made, BATCH)
    const what = { after: outgoing.sent, requests: requests as unknown as Json, acknowledged, made }
    this.world.send(name, { type: 'requests', ...what })
    outgoing.sent += requests.length
  }

  /** Begins again with what a node lacks, when nothing has arrived there for a while. */
  private repeat(): void {
    for (const [name, outgoing] of this.outgoing) {
      const { arrived, before } = outgoing
      if (arrived === before || outgoing.sent < arrived) outgoing.sent = arrived
      outgoing.before = arrived
      this.send(name)
    }
    this.world.after(AGAIN_MS, () => this.repeat())
  }

  /** What a node has said before stays true. */
  private acknowledge(name: string, counts: Counts): void {
    const before = this.acknowledged.get(name)!
    const both = Object.entries(counts).map(([node, count]) => [
      node,
      Math.max(count, before[node]!),
    ])
    this.acknowledged.set(name, Object.fromEntries(both))
  }

  private others(): readonly string[] {
    return this.world.nodes.filter((name) => name !== this.world.self)
  }
}
