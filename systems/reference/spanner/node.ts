/**
 * A spanserver (Corbett and others 2012, section 2): its time daemon, its replicas of groups, and what it does for clients.
 */
import type { Message, Program, World } from '../../../harness/api.ts'
import { Groups } from '../raft/groups.ts'
import { reply } from '../replies.ts'
import type { Bug } from './bugs.ts'
import { Front } from './front.ts'
import type { Outcome } from './messages.ts'
import { groups, replicasOf } from './placement.ts'
import { Replica } from './replica.ts'
import { Router } from './router.ts'
import type { Command } from './tablet.ts'
import { TimeDaemon } from './time-daemon.ts'
import { TrueTime } from './true-time.ts'

export interface SpannerOptions {
  readonly bug: Bug | 'none'
  readonly snapshotAfter: number
  /** The largest uncertainty that a server takes part with, ms. */
  readonly uncertaintyMs: number
}

/** The shortest wait for a leader, ms. */
const ELECTION_MS = 150
/** What the build that looks at nobody else assumes of its clock, ms. */
const ASSUMED_MS = 5

export class SpannerNode implements Program {
  private readonly time: TrueTime
  private readonly daemon: TimeDaemon
  private readonly groups: Groups<Command, Outcome>
  private readonly router: Router
  private readonly replicas: ReadonlyMap<string, Replica>
  private readonly front: Front

  constructor(
    private readonly world: World,
    { bug, snapshotAfter, uncertaintyMs }: SpannerOptions,
  ) {
    const assumed = bug === 'SP2' ? { assumedMs: ASSUMED_MS } : {}
    this.time = new TrueTime(world, { mostMs: uncertaintyMs, ...assumed })
    this.daemon = new TimeDaemon(world, this.time)
    this.groups = new Groups(world, { bug: 'none', snapshotAfter, electionMs: ELECTION_MS })
    this.router = new Router(world)
    const { time, router } = this
    const server = { world, time, router, groups: this.groups, bug }
    const own = groups.filter((group) => replicasOf(group, world.nodes).includes(world.self))
    this.replicas = new Map(own.map((group) => [group, new Replica(server, group)]))
    this.front = new Front(world, time, router)
  }

  receive(message: Message): void {
    const { body } = message
    if (this.groups.receive(message) || this.daemon.receive(message)) return
    if (this.router.receive(message)) return
    if (body.type === 'ask') this.replicas.get(body.tablet as string)?.serve(message)
    else if (body.type === 'status') this.tellStatus(message)
    else this.front.receive(message)
  }

  /** The primary is whoever leads the first group; `led` counts all groups that it leads. */
  private tellStatus(message: Message): void {
    const led = [...this.replicas].filter(([, { leads }]) => leads).map(([group]) => group)
    reply(this.world, message, { type: 'status_ok', leads: led.includes(groups[0]!), led })
  }
}
