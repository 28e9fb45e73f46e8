/**
 * The coordinator of two-phase commit, the leader of one of the groups that take part (Corbett and others 2012, section 4.2.1;
 * Gray and Lamport, "Consensus on Transaction Commit", 2006: its decision is replicated, so it blocks nobody for longer
 * than its group is gone). It locks what it writes, waits for the timestamps of all participants, and takes one that is not
 * before any of them. It tells nobody before that timestamp is past. Who asks for the outcome of a transaction that
 * nobody wants to commit learns that it was aborted, which is decided then, for good.
 */
import type { Json } from '../../../harness/api.ts'
import { writeLocks } from './locking.ts'
import type { Commit, Outcome, Vote } from './messages.ts'
import type { Asker, Seat } from './seat.ts'

/** How long it waits for the locks and the votes, ms. */
const PATIENCE_MS = 700

interface Coordination {
  readonly transaction: string
  commit: Commit | undefined
  hasLocks: boolean
  isDecided: boolean
  readonly votes: Map<string, number>
  readonly askers: Map<string, Asker>
}

export class Coordinator {
  private readonly open = new Map<string, Coordination>()

  constructor(private readonly seat: Seat) {}

  /** A client wants it committed. */
  commit(commit: Commit, asker: Asker): void {
    const one = this.opened(commit.owner.name, 'client', asker)
    if (one === undefined || one.commit !== undefined) return
    one.commit = commit
    const { part, owner } = commit
    const { locking, term } = this.seat
    const isLocked =
      part.term === null || (part.term === term && locking.holds(owner.name, part.locks))
    if (!isLocked) this.decide(one, null)
    else
      locking.acquire(owner, writeLocks(part.writes.map(([key]) => key)), {
        granted: () => {
          one.hasLocks = true
          this.mayCommit(one)
        },
        denied: () => this.decide(one, null),
      })
  }

  /** A participant has prepared, or never will. */
  vote({ transaction, group, stamp }: Vote, asker: Asker): void {
    const one = this.opened(transaction, group, asker)
    if (one === undefined) return
    if (stamp === null) this.decide(one, null)
    else {
      one.votes.set(group, stamp)
      this.mayCommit(one)
    }
  }

  /** Undefined where it is decided: whoever asks is told. */
  private opened(transaction: string, who: string, asker: Asker): Coordination | undefined {
    const outcome = this.seat.tablet.outcomeOf(transaction)
    if (outcome !== undefined) {
      this.whenKnown(outcome, () => asker.answer(outcome as unknown as Json))
      return undefined
    }
    const known = this.open.get(transaction)
    const one = known ?? this.begun(transaction)
    one.askers.set(who, asker)
    return one
  }

  private begun(transaction: string): Coordination {
    const one: Coordination = {
      transaction,
      commit: undefined,
      hasLocks: false,
      isDecided: false,
      votes: new Map(),
      askers: new Map(),
    }
    this.open.set(transaction, one)
    this.seat.after(PATIENCE_MS, () => this.decide(one, null))
    return one
  }

  private mayCommit(one: Coordination): void {
    const { transaction, commit, hasLocks, votes } = one
    if (commit === undefined || !hasLocks || one.isDecided) return
    if (!commit.participants.every((group) => votes.has(group))) return
    const { locking, stamps } = this.seat
    const keys = commit.part.writes.map(([key]) => key)
    const isLocked = locking.holds(transaction, [...commit.part.locks, ...writeLocks(keys)])
    const stamp = isLocked ? stamps.assign(transaction, Math.max(...votes.values())) : undefined
    this.decide(one, stamp ?? null)
  }

  private decide(one: Coordination, stamp: number | null): void {
    if (one.isDecided) return
    one.isDecided = true
    const { transaction, commit } = one
    const { locking, stamps } = this.seat
    if (stamp !== null) locking.pin(transaction)
    const writes = commit?.part.writes ?? []
    this.seat.propose({ f: 'decide', transaction, stamp, writes }, (outcome) => {
      stamps.arrived(transaction)
      this.whenKnown(outcome, () => {
        this.open.delete(transaction)
        locking.finish(transaction)
        for (const asker of one.askers.values()) asker.answer(outcome as unknown as Json)
        this.seat.changed()
      })
    })
  }

  /** Nobody hears of a commit before its timestamp is past. */
  private whenKnown({ stamp }: Outcome, then: () => void): void {
    if (stamp === null) then()
    else this.seat.stamps.whenVisible(stamp, then)
  }
}
