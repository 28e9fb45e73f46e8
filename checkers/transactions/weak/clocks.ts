/**
 * How far each transaction sees into each session, in its causal past: rows of a clock, kept only as long as a transaction that
 * follows needs them. In a million transactions of fifty sessions a few thousand rows are alive at a time.
 */
import type { Meter } from '../../limits.ts'
import { doubled, NONE } from '../../typed-arrays.ts'

export class Clocks {
  /** The places of the last transactions seen, row by row; NONE where none was. */
  items: Int32Array
  private readonly row: Int32Array
  private readonly free: number[] = []
  private rows = 0

  constructor(
    size: number,
    readonly sessions: number,
    private readonly meter: Meter,
  ) {
    this.row = new Int32Array(size).fill(NONE)
    this.items = new Int32Array(sessions * 16)
    meter.hold(this.items.byteLength + this.row.byteLength)
  }

  /** Where the clock of a transaction begins in `items`. */
  at(one: number): number {
    return this.row[one]! * this.sessions
  }

  /** A clock for a transaction that has seen nothing. @throws OutOfLimits */
  create(one: number): void {
    this.row[one] = this.free.pop() ?? this.more()
    const at = this.at(one)
    this.items.fill(NONE, at, at + this.sessions)
  }

  /** A clock for a transaction that has seen what another one has. @throws OutOfLimits */
  copy(from: number, to: number): void {
    this.row[to] = this.free.pop() ?? this.more()
    const at = this.at(from)
    this.items.copyWithin(this.at(to), at, at + this.sessions)
  }

  /** Gives the clock of a transaction that nobody needs any more to another one. */
  hand(from: number, to: number): void {
    this.row[to] = this.row[from]!
  }

  release(one: number): void {
    this.free.push(this.row[one]!)
  }

  private more(): number {
    if ((this.rows + 1) * this.sessions > this.items.length) {
      this.meter.hold(this.items.byteLength)
      this.items = doubled(this.items, Int32Array)
    }
    return this.rows++
  }
}
