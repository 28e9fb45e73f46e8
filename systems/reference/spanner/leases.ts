/**
 * Leases of leaders (Corbett and others 2012, section 4.1.1 and appendix A). A server lends its vote to the leader that it
 * hears for `LEASE_MS`, and nobody else is elected before. The leader counts its lease from the earliest time at which
 * it can have asked for the votes of a majority, and goes by it only while its end has certainly not arrived; a voter
 * counts from the latest time at which it can have been asked, and is free only when the end has certainly passed. So the
 * lease intervals of a group's leaders are disjoint, as far as true time goes.
 *
 * What a server has lent is kept in memory alone: after a start its vote counts as lent just now, to somebody unknown. A
 * leader that abdicates gives back the votes of its term.
 */
import type { World } from '../../../harness/api.ts'
import type { Lending } from '../raft/machine.ts'
import type { Bug } from './bugs.ts'
import type { TrueTime } from './true-time.ts'

export const LEASE_MS = 600
/** A server without a time looks so often whether it has one, ms. */
const AGAIN_MS = 10
/** No term: to whom it lent its vote before it was started. */
const SOMEBODY = -1

export class Leases implements Lending {
  /** Undefined where it had no time when it lent it: it counts from when it has one. */
  private until: number | undefined
  private lentTo = SOMEBODY
  /** When each round of asking began, at the earliest. */
  private rounds = new Map<number, number>()
  private heard = 0
  private end = Number.NEGATIVE_INFINITY

  /** @param extended is called when the lease of this server, which leads, lasts longer than before */
  constructor(
    private readonly world: World,
    private readonly time: TrueTime,
    private readonly bug: Bug | 'none',
    private readonly extended: () => void,
  ) {
    this.awaitTime()
  }

  // ------------------------------------------------------------ the voter

  /** Whether nobody has its vote now; that its own election time-out is over says nothing of the leader's lease. */
  isFree(givenBack: number | undefined): boolean {
    if (this.bug === 'SP3') return true
    const now = this.time.now()
    if (now === undefined) return false
    this.until ??= now.latest + LEASE_MS
    return this.lentTo === givenBack || now.earliest > this.until
  }

  lend(term: number): void {
    const now = this.time.now()
    this.lentTo = term
    this.until = now === undefined ? undefined : now.latest + LEASE_MS
  }

  private awaitTime(): void {
    const now = this.time.now()
    if (now !== undefined) this.until ??= now.latest + LEASE_MS
    if (this.until === undefined) this.world.after(AGAIN_MS, () => this.awaitTime())
  }

  // ------------------------------------------------------------ the leader

  asks(round: number): void {
    const now = this.time.now()
    if (now !== undefined) this.rounds.set(round, now.earliest)
  }

  granted(round: number): void {
    if (round <= this.heard) return
    this.heard = round
    const from = this.rounds.get(round)
    for (const earlier of this.rounds.keys()) if (earlier <= round) this.rounds.delete(earlier)
    if (from === undefined) return
    this.end = Math.max(this.end, from + LEASE_MS)
    this.extended()
  }

  /** Leads no more. */
  lose(): void {
    this.rounds = new Map()
    this.heard = 0
    this.end = Number.NEGATIVE_INFINITY
  }

  /** Whether this server, which leads, has the lease now, and still has it at a time. */
  covers(time: number): boolean {
    return this.time.before(this.end) && time < this.end
  }
}
