/**
 * Reads without locks, as of a timestamp (Corbett and others 2012, sections 4.1.3 and 4.1.4). A leader answers one when
 * nothing can be committed at or before that timestamp any more and nobody sees too early what was: the timestamp is
 * within its lease, no transaction that is prepared or under way has a smaller one (t_safe), and what was committed
 * before it has waited out its commit wait. All timestamps that are assigned later are larger.
 */
import type { Json } from '../../../harness/api.ts'
import type { Leases } from './leases.ts'
import type { SnapshotRead } from './messages.ts'
import type { Asker, Seat } from './seat.ts'

/** Reads that wait are looked at again so often, ms; and for so long. */
const AGAIN_MS = 3
const PATIENCE_MS = 1000

interface Read extends SnapshotRead {
  readonly asker: Asker
  readonly since: number
}

export class SnapshotReads {
  private readonly waiting = new Map<string, Read>()
  private isAwaited = false

  constructor(
    private readonly seat: Seat,
    private readonly leases: Leases,
  ) {}

  add(read: SnapshotRead, asker: Asker): void {
    this.waiting.set(asker.key, { asker, since: this.seat.world.steady(), ...read })
    this.answer()
  }

  /** Answers those that are safe now. */
  answer(): void {
    const now = this.seat.world.steady()
    for (const [key, { stamp, wanted, asker, since }] of this.waiting) {
      const isSafe = this.isSafe(stamp)
      // Its client asks again, if anybody still waits.
      if (isSafe || now - since > PATIENCE_MS) this.waiting.delete(key)
      if (!isSafe) continue
      const { stamps, tablet, term } = this.seat
      stamps.read(stamp)
      const { versions } = tablet
      if (versions.reaches(stamp))
        asker.answer({ found: versions.find(wanted, stamp) as unknown as Json, term })
      else asker.answer({ over: 'it reads what is not kept any more' })
    }
    if (this.waiting.size === 0 || this.isAwaited) return
    this.isAwaited = true
    this.seat.after(AGAIN_MS, () => {
      this.isAwaited = false
      this.answer()
    })
  }

  private isSafe(stamp: number): boolean {
    const { stamps, tablet } = this.seat
    return (
      this.leases.covers(stamp) &&
      stamps.isVisible(Math.min(stamp, tablet.versions.latest)) &&
      stamp < this.leastInDoubt()
    )
  }

  /** The smallest timestamp that a transaction may still be committed with. */
  private leastInDoubt(): number {
    const { stamps, tablet } = this.seat
    const underWay = stamps.leastUnderWay()
    if (this.seat.has('SP4')) return underWay
    return Math.min(underWay, ...tablet.allPrepared().map(({ stamp }) => stamp))
  }
}
