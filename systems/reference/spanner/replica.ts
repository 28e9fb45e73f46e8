/**
 * One server's replica of a group: its copy of the state, its vote, and, as long as it leads, what a leader does. It serves
 * only while it has the lease. Who commits waits for as long as its leader is uncertain of the time, so a leader that
 * has become too uncertain abdicates, if another server has all of the log.
 */
import type { Json, Message, World } from '../../../harness/api.ts'
import type { Groups } from '../raft/groups.ts'
import type { RaftNode } from '../raft/node.ts'
import type { Bug } from './bugs.ts'
import { Leading } from './leading.ts'
import { Leases } from './leases.ts'
import type { GroupRequest, Outcome } from './messages.ts'
import { replicasOf } from './placement.ts'
import type { Router } from './router.ts'
import { type Command, Tablet } from './tablet.ts'
import type { TrueTime } from './true-time.ts'

/** A leader looks so often at its uncertainty, ms; and abdicates where it is larger than this, ms. */
const LOOK_MS = 100
const UNCERTAIN_MS = 100

export interface Server {
  readonly world: World
  readonly time: TrueTime
  readonly router: Router
  readonly groups: Groups<Command, Outcome>
  readonly bug: Bug | 'none'
}

export class Replica {
  readonly world: World
  readonly time: TrueTime
  readonly router: Router
  readonly tablet = new Tablet()
  readonly leases: Leases
  readonly raft: RaftNode<Command, Outcome>
  private leading: Leading | undefined
  private readonly nodes: readonly string[]

  constructor(
    private readonly server: Server,
    readonly group: string,
  ) {
    const { world, time, router, bug, groups } = server
    this.world = world
    this.time = time
    this.router = router
    this.nodes = replicasOf(group, world.nodes)
    this.leases = new Leases(world, time, bug, () => this.leading?.changed())
    const listener = {
      lending: this.leases,
      leads: (term: number) => {
        this.leading = new Leading(this, term)
      },
      ended: () => {
        this.leading?.end()
        this.leading = undefined
        this.leases.lose()
      },
    }
    this.raft = groups.start({ name: group, nodes: this.nodes, machine: this.tablet, listener })
    this.look()
  }

  has(bug: Bug): boolean {
    return this.server.bug === bug
  }

  get leads(): boolean {
    return this.leading?.serves === true
  }

  /** Somebody asks whoever leads the group. */
  serve({ src, body }: Message): void {
    const id = body.id ?? null
    if (this.leading?.serves !== true) {
      this.world.send(src, { type: 'elsewhere', id, leader: this.raft.known })
      return
    }
    const answer = (told: Json): void => this.world.send(src, { type: 'told', id, answer: told })
    const asker = { key: `${src} ${id}`, answer }
    this.leading.serve(body.request as unknown as GroupRequest, asker)
  }

  private look(): void {
    const { leading } = this
    const heir = this.nodes.find((name) => name !== this.world.self && this.raft.isUpToDate(name))
    if (leading?.serves === true && heir !== undefined && this.isUncertain())
      leading.close(() => this.raft.abdicate(heir))
    this.world.after(LOOK_MS, () => this.look())
  }

  private isUncertain(): boolean {
    const now = this.time.now()
    return now !== undefined && now.latest - now.earliest > UNCERTAIN_MS
  }
}
