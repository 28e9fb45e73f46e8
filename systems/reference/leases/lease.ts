/**
 * A leader's lease as the leader itself sees it, without any clock but its own steady one: it lasts so long from
 * the sending of the last ping that was answered, which is before the keeper renewed it (Gray and Cheriton,
 * "Leases", 1989, section 2). What a paused leader is told, it is told late: only the storage knows for certain.
 */
import type { World } from '../../../harness/api.ts'

export class OwnLease {
  /** The latest ping whose answer said that it leads. */
  private confirmed = 0
  /** The latest ping that was sent as long ago as a lease lasts. */
  private past = 0
  private last = 0

  /** @param over is called when the lease is over */
  constructor(
    private readonly world: World,
    private readonly lastsMs: number,
    private readonly over: () => void,
  ) {}

  /** A ping is sent. @returns its number */
  ping(): number {
    const number = ++this.last
    this.world.after(this.lastsMs, () => {
      this.past = number
      if (this.confirmed === number) this.over()
    })
    return number
  }

  /** A ping was answered: it leads. @returns whether that is still worth anything */
  confirm(number: number): boolean {
    if (number <= this.past) return false
    this.confirmed = Math.max(this.confirmed, number)
    return true
  }
}
