/**
 * The last write of each session to each key, and the one before each write. The sessions that wrote a key stand next to each other
 * in memory, for they are all looked through at every read of the key.
 */
import { doubled, NONE } from '../../typed-arrays.ts'
import type { Dependencies } from './dependencies.ts'

export class LastWrites {
  /** The slots of a key are those from `start[key]` on, `used[key]` of them. */
  readonly start: Int32Array
  readonly used: Int32Array
  /** The session of each slot, and its last write to the key by its place among the writes of all transactions. */
  session = new Int32Array(1024)
  last = new Int32Array(1024)
  /** The place in the session of the transaction of that write: kept here to be near when nothing else is needed. */
  lastPlace = new Int32Array(1024)
  /** The write before each write, of the same session to the same key, or NONE. */
  readonly older: Int32Array
  /** The place of each write's transaction in its session. */
  readonly place: Int32Array
  private readonly room: Int32Array
  private reserved = 0

  constructor(private readonly dependencies: Dependencies) {
    const { transactions, write } = dependencies
    this.start = new Int32Array(transactions.keys)
    this.used = new Int32Array(transactions.keys)
    this.room = new Int32Array(transactions.keys)
    this.older = new Int32Array(write.length)
    this.place = new Int32Array(write.length)
  }

  get bytes(): number {
    return this.older.length * 8 + this.start.length * 12 + this.session.length * 12
  }

  /** The transaction of a write. */
  of(write: number): number {
    const { transactions, write: at } = this.dependencies
    return transactions.owner[at[write]!]!
  }

  /** Takes in what a transaction wrote; those of its session before it were taken in before. O(writes · sessions of the key) */
  add(one: number): void {
    const { transactions, session, place, firstWrite, write } = this.dependencies
    for (let at = firstWrite[one]!; at < firstWrite[one + 1]!; at++) {
      const slot = this.slot(transactions.key[write[at]!]!, session[one]!)
      this.older[at] = this.last[slot]!
      this.last[slot] = at
      this.lastPlace[slot] = place[one]!
      this.place[at] = place[one]!
    }
  }

  private slot(key: number, session: number): number {
    const start = this.start[key]!
    const end = start + this.used[key]!
    for (let slot = start; slot < end; slot++) if (this.session[slot] === session) return slot
    if (this.used[key] === this.room[key]) this.move(key)
    const slot = this.start[key]! + this.used[key]!++
    this.session[slot] = session
    this.last[slot] = NONE
    return slot
  }

  /** Twice as much room for a key. */
  private move(key: number): void {
    const room = Math.max(1, this.room[key]! * 2)
    const to = this.reserved
    this.reserved += room
    if (this.reserved > this.session.length) {
      this.session = doubled(this.session, Int32Array, this.reserved)
      this.last = doubled(this.last, Int32Array, this.reserved)
      this.lastPlace = doubled(this.lastPlace, Int32Array, this.reserved)
    }
    const from = this.start[key]!
    this.session.copyWithin(to, from, from + this.used[key]!)
    this.last.copyWithin(to, from, from + this.used[key]!)
    this.lastPlace.copyWithin(to, from, from + this.used[key]!)
    this.start[key] = to
    this.room[key] = room
  }
}
