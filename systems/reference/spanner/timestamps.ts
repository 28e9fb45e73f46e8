/**
 * The timestamps that a leader uses (Corbett and others 2012, sections 4.1.2 and 4.2.1): larger than all that it used before,
 * not before TT.now().latest, and within its lease. Those of the leaders before it are smaller, because leases are disjoint
 * and a leader that abdicates waits until the largest that it used is past.
 */
import type { World } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'
import type { Leases } from './leases.ts'
import type { TrueTime } from './true-time.ts'

/** What two timestamps of a leader differ by at least, ms. */
const STEP_MS = 0.001
/** Who waits for a time to be past looks at least so often, ms. */
const LOOK_MS = 10

export class Timestamps {
  /** The largest that was used: s_max (section 4.1.1). */
  private most = Number.NEGATIVE_INFINITY
  /** Those that were assigned and are not in the state machine yet, by transaction. */
  private readonly underWay = new Map<string, number>()
  private isClosed = false

  constructor(
    private readonly world: World,
    private readonly time: TrueTime,
    private readonly leases: Leases,
    private readonly has: (bug: Bug) => boolean,
  ) {}

  /** A timestamp for a transaction, not before `least`; undefined when this leader has none to give now. */
  assign(transaction: string, least = Number.NEGATIVE_INFINITY): number | undefined {
    const now = this.time.now()
    if (now === undefined || this.isClosed) return undefined
    const stamp = Math.max(now.latest, least, this.most + STEP_MS)
    if (!this.leases.covers(stamp)) return undefined
    this.most = stamp
    this.underWay.set(transaction, stamp)
    return stamp
  }

  /** What it was assigned for is in the state machine. */
  arrived(transaction: string): void {
    this.underWay.delete(transaction)
  }

  /** The smallest that was assigned and is not in the state machine. */
  leastUnderWay(): number {
    return Math.min(...this.underWay.values())
  }

  /** Somebody reads as of a timestamp: all that are assigned from now on are larger. */
  read(stamp: number): void {
    this.most = Math.max(this.most, stamp)
  }

  /** Whether a commit with this timestamp may be seen: only once it is certainly past. */
  isVisible(stamp: number): boolean {
    return this.has('SP1') || this.time.after(stamp)
  }

  /** The commit wait (section 4.1.2): calls back when a commit with this timestamp may be seen. */
  whenVisible(stamp: number, then: () => void): void {
    if (this.isVisible(stamp)) then()
    else this.world.after(this.untilPast(stamp), () => this.whenVisible(stamp, then))
  }

  /** About how long it takes, ms: the uncertainty may become smaller meanwhile. */
  private untilPast(stamp: number): number {
    const now = this.time.now()
    return now === undefined ? LOOK_MS : Math.min(LOOK_MS, Math.max(1, stamp - now.earliest))
  }

  /** Assigns none any more, and calls back when all that were used are past: the leader may abdicate (section 4.1.1). */
  close(then: () => void): void {
    this.isClosed = true
    if (this.has('SP5') || this.time.after(this.most)) then()
    else this.world.after(this.untilPast(this.most), () => this.close(then))
  }
}
