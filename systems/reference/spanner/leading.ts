/**
 * What a server does for a group in one term that it leads, once it knows all that earlier leaders have committed: locks,
 * timestamps, reads and its part in two-phase commit (Corbett and others 2012, section 2.1: a lock table and a transaction
 * manager at each leader). All of it is in memory, and ends with the term.
 */
import type { Json, World } from '../../../harness/api.ts'
import type { RaftNode } from '../raft/node.ts'
import type { Bug } from './bugs.ts'
import { Coordinator } from './coordinator.ts'
import type { Leases } from './leases.ts'
import { Locking, readLocks } from './locking.ts'
import type { Commit, GroupRequest, LockingRead, Outcome } from './messages.ts'
import { Participant } from './participant.ts'
import { SnapshotReads } from './reads.ts'
import type { Router } from './router.ts'
import type { Asker, Seat } from './seat.ts'
import type { Command, Tablet } from './tablet.ts'
import { Timestamps } from './timestamps.ts'
import type { TrueTime } from './true-time.ts'

/** Of the group whose leader it is. */
export interface Led {
  readonly world: World
  readonly group: string
  readonly tablet: Tablet
  readonly raft: RaftNode<Command, Outcome>
  readonly leases: Leases
  readonly time: TrueTime
  readonly router: Router
  has(bug: Bug): boolean
}

export class Leading implements Seat {
  readonly world: World
  readonly group: string
  readonly tablet: Tablet
  readonly router: Router
  readonly locking: Locking
  readonly stamps: Timestamps
  private readonly reads: SnapshotReads
  private readonly coordinator: Coordinator
  private readonly participant: Participant
  private isOver = false
  private isClosed = false

  constructor(
    private readonly led: Led,
    readonly term: number,
  ) {
    const { world, group, tablet, router, time, leases } = led
    this.world = world
    this.group = group
    this.tablet = tablet
    this.router = router
    this.locking = new Locking(world)
    this.stamps = new Timestamps(world, time, leases, this.has)
    this.reads = new SnapshotReads(this, leases)
    this.coordinator = new Coordinator(this)
    this.participant = new Participant(this)
    this.participant.begin()
  }

  has = (bug: Bug): boolean => this.led.has(bug)

  /** Whether it may answer: it has its lease, and is not about to abdicate. */
  get serves(): boolean {
    return !this.isClosed && this.led.leases.covers(Number.NEGATIVE_INFINITY)
  }

  serve(request: GroupRequest, asker: Asker): void {
    if (request.f === 'snapshot-read') this.reads.add(request, asker)
    else if (request.f === 'locking-read') this.read(request, asker)
    else if (request.f === 'commit') this.commit(request, asker)
    else if (request.f === 'vote') this.coordinator.vote(request, asker)
    else this.locking.giveUp(request.transaction, 'it was given up')
  }

  /** What readers may see may have changed. */
  changed(): void {
    if (!this.isOver) this.reads.answer()
  }

  /** Takes no part any more, and calls back when the next leader may. */
  close(then: () => void): void {
    this.isClosed = true
    this.stamps.close(() => {
      if (!this.isOver) then()
    })
  }

  end(): void {
    this.isOver = true
    this.locking.end()
    this.participant.end()
  }

  propose(command: Command, done: (outcome: Outcome) => void): void {
    if (!this.isOver) this.led.raft.propose(command, { done, lost: () => {} })
  }

  after(ms: number, callback: () => void): void {
    this.world.after(ms, () => {
      if (!this.isOver) callback()
    })
  }

  private read({ owner, wanted, term }: LockingRead, asker: Asker): void {
    if (term !== null && term !== this.term) {
      asker.answer({ over: 'its locks are gone with the leader that kept them' })
      return
    }
    this.locking.acquire(owner, readLocks(wanted), {
      granted: () =>
        asker.answer({
          found: this.tablet.versions.find(wanted) as unknown as Json,
          term: this.term,
        }),
      denied: (over) => asker.answer({ over }),
    })
  }

  private commit(commit: Commit, asker: Asker): void {
    if (commit.coordinator === this.group) this.coordinator.commit(commit, asker)
    else this.participant.prepare(commit, asker)
  }
}
