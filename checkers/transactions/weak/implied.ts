/**
 * What a level implies of the order in which transactions commit: pairs of which the first must come before the second, for a read
 * of a third one saw the second's version of a key although that transaction had seen the first, which wrote the key as well.
 */
import { doubled } from '../../typed-arrays.ts'

export class Implied {
  length = 0
  from = new Int32Array(1024)
  /** Or INITIAL, before which nothing can be: the read alone breaks the level. */
  to = new Int32Array(1024)
  /** The read, by its place among the reads of all transactions. */
  read = new Int32Array(1024)

  get bytes(): number {
    return this.from.length * 12
  }

  /** Amortised O(1) */
  add(from: number, to: number, read: number): void {
    if (this.length === this.from.length) {
      this.from = doubled(this.from, Int32Array)
      this.to = doubled(this.to, Int32Array)
      this.read = doubled(this.read, Int32Array)
    }
    this.from[this.length] = from
    this.to[this.length] = to
    this.read[this.length++] = read
  }
}
