/**
 * A participant of two-phase commit that does not coordinate (Corbett and others 2012, section 4.2.1): the leader of a group
 * locks what the transaction writes there, takes a prepare timestamp, replicates that it has prepared, and votes. From
 * then on only the coordinator's word ends it; whoever leads the group later votes again until there is an outcome.
 */
import { writeLocks } from './locking.ts'
import type { Commit, Lock, Outcome } from './messages.ts'
import type { Asker, Seat } from './seat.ts'
import type { Prepared } from './tablet.ts'

/** How long it waits for locks, ms: two that wait for each other in two groups would do so for ever. */
const PATIENCE_MS = 400

/** One that is about to be prepared. */
interface Preparing {
  asker: Asker
  /** Nobody takes it back any more. */
  isUnderWay: boolean
}

export class Participant {
  private readonly preparing = new Map<string, Preparing>()
  private readonly cancels = new Set<() => void>()

  constructor(private readonly seat: Seat) {}

  /** What earlier leaders have prepared is locked, and waits for its outcome. */
  begin(): void {
    const { locking, tablet } = this.seat
    for (const prepared of tablet.allPrepared()) {
      const nothing = (): void => {}
      locking.acquire(prepared.owner, prepared.locks, { granted: nothing, denied: nothing })
      locking.pin(prepared.owner.name)
      this.vote(prepared)
    }
  }

  end(): void {
    for (const cancel of this.cancels) cancel()
  }

  prepare(commit: Commit, asker: Asker): void {
    const { owner, part } = commit
    const { name } = owner
    const { locking, tablet, term } = this.seat
    const isHere = tablet.prepared(name) !== undefined || tablet.outcomeOf(name) !== undefined
    const known = this.preparing.get(name)
    if (isHere) asker.answer({ prepared: true })
    else if (known !== undefined) known.asker = asker
    else {
      this.preparing.set(name, { asker, isUnderWay: false })
      const locks = [...part.locks, ...writeLocks(part.writes.map(([key]) => key))]
      const refuse = (): void => this.refuse(commit)
      const isLocked = part.term === null || (part.term === term && locking.holds(name, part.locks))
      this.seat.after(PATIENCE_MS, refuse)
      if (!isLocked) refuse()
      else {
        const granted = (): void => this.granted(commit, locks)
        locking.acquire(owner, locks, { granted, denied: refuse })
      }
    }
  }

  private granted(commit: Commit, locks: readonly Lock[]): void {
    const { owner, part, coordinator } = commit
    const { locking, stamps } = this.seat
    const { name } = owner
    const one = this.preparing.get(name)
    if (one === undefined) return
    const stamp = stamps.assign(name)
    if (stamp === undefined) {
      this.refuse(commit)
      return
    }
    one.isUnderWay = true
    locking.pin(name)
    const prepared: Prepared = { owner, stamp, coordinator, writes: part.writes, locks }
    this.seat.propose({ f: 'prepare', prepared }, () => {
      stamps.arrived(name)
      this.preparing.delete(name)
      one.asker.answer({ prepared: true })
      this.vote(prepared)
    })
  }

  /** Before it has prepared, a participant may refuse on its own. */
  private refuse({ owner, coordinator }: Commit): void {
    const { name } = owner
    const { locking, router, group } = this.seat
    const one = this.preparing.get(name)
    if (one === undefined || one.isUnderWay) return
    this.preparing.delete(name)
    locking.giveUp(name, 'it could not be prepared')
    one.asker.answer({ over: 'it could not be prepared' })
    const vote = { f: 'vote', transaction: name, group, stamp: null } as const
    this.keep(router.ask(coordinator, vote, () => {}))
  }

  private vote({ owner, stamp, coordinator }: Prepared): void {
    const { router, group } = this.seat
    const vote = { f: 'vote', transaction: owner.name, group, stamp } as const
    this.keep(
      router.ask(coordinator, vote, (answer) =>
        this.finish(owner.name, answer as unknown as Outcome),
      ),
    )
  }

  private finish(transaction: string, { stamp }: Outcome): void {
    this.seat.propose({ f: 'finish', transaction, stamp }, () => {
      this.seat.locking.finish(transaction)
      this.seat.changed()
    })
  }

  private keep(cancel: () => void): void {
    this.cancels.add(cancel)
  }
}
