/**
 * Vector clocks along program order and reads-from (Fidge 1988, Mattern 1989). What precedes an
 * operation is the first operations of each session, so a clock holds one bound a session: an operation
 * precedes when its number is below the bound of its session. Kept are the clocks of writes alone, and
 * the current one of each session.
 */
import { NONE } from '../history.ts'
import { type Meter, OutOfLimits } from '../limits.ts'
import type { Sessions } from './sessions.ts'

/** Entries: 4 GB. */
const LARGEST = 2 ** 30

export class Clocks {
  /** `current[s * count + t]`: what session s knows of session t. */
  readonly current: Int32Array
  /** The place of each write's clock in `kept`, or NONE. */
  readonly place: Int32Array
  readonly kept: Int32Array
  private readonly count: number

  /** @throws OutOfLimits before it takes more than there is */
  constructor(
    private readonly sessions: Sessions,
    meter: Meter,
  ) {
    const { size, count, writes } = sessions
    this.count = count
    this.place = new Int32Array(size).fill(NONE)
    let kept = 0
    for (let op = 0; op < size; op++)
      if (writes[op] === 1) {
        this.place[op] = kept
        kept += count
      }
    if (kept + count * count > LARGEST)
      throw new OutOfLimits(`${count} sessions with ${kept / count} writes are too many for clocks`)
    meter.hold((size + kept + count * count) * 4)
    this.kept = new Int32Array(kept)
    this.current = new Int32Array(count * count)
    this.reset()
  }

  /** No session has performed anything. */
  reset(): void {
    const { count } = this
    const { first } = this.sessions
    for (let s = 0; s < count; s++) this.current.set(first.subarray(0, count), s * count)
  }

  get bytes(): number {
    return (this.place.length + this.kept.length + this.current.length) * 4
  }

  /** Takes into the session of `op` all that precedes the write `from`, and the write. O(sessions) */
  join(op: number, from: number): void {
    const { count, current, kept } = this
    const base = this.sessions.session[op]! * count
    if (from < current[base + this.sessions.session[from]!]!) return
    const other = this.place[from]!
    for (let t = 0; t < count; t++) {
      const bound = kept[other + t]!
      if (bound > current[base + t]!) current[base + t] = bound
    }
  }

  /** The session of `op` has performed it; a write's clock is kept, the write itself included. */
  perform(op: number): void {
    const { count, current } = this
    const session = this.sessions.session[op]!
    const base = session * count
    current[base + session] = op + 1
    const place = this.place[op]!
    if (place !== NONE) for (let t = 0; t < count; t++) this.kept[place + t] = current[base + t]!
  }

  /** Whether an operation precedes a write, or is the same. */
  precedes(op: number, write: number): boolean {
    return op < this.kept[this.place[write]! + this.sessions.session[op]!]!
  }
}
