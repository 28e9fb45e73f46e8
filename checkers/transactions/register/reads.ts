/**
 * Anomalies of registers that need no cycle: aborted and intermediate reads, values that nobody wrote, reads of what
 * the transaction wrote only later, or not of what it wrote or read before, and lost updates.
 */
import { FAIL, NONE, OK } from '../../history.ts'
import type { Meter } from '../../limits.ts'
import { NULL_CODE, READ } from '../columns.ts'
import type { Tally } from '../tally.ts'
import { indexesOf, keyWord, operation, valueWord } from '../words.ts'
import type { Versions } from './versions.ts'

/** O(micro-operations) @throws OutOfLimits */
export const findWrongReads = (versions: Versions, tally: Tally, meter: Meter): void => {
  const { size, first, end, kind, outcome } = versions.transactions
  const reads = new Reads(versions, tally)
  for (let one = 0; one < size; one++) {
    if (outcome[one] !== OK) continue
    for (let at = first[one]!; at < end[one]!; at++) {
      meter.step()
      if (kind[at] === READ) reads.look(at, one)
      else reads.update(at, one)
    }
  }
}

class Reads {
  /** The first read of each version whose transaction then wrote the register. */
  private readonly taken: Int32Array

  constructor(
    private readonly versions: Versions,
    private readonly tally: Tally,
  ) {
    this.taken = new Int32Array(versions.size).fill(NONE)
  }

  look(read: number, reader: number): void {
    const { transactions, writers, previous, intermediate, ambiguous } = this.versions
    const { key, value, outcome, owner } = transactions
    const before = previous[read]!
    if (before !== NONE && value[before] !== value[read])
      this.tell(
        'internal',
        read,
        [],
        `where its own operations before left ${valueWord(transactions, value[before]!)}`,
      )
    if (value[read] === NULL_CODE) return
    const write = writers.of(key[read]!, value[read]!)
    if (write === NONE) {
      this.tell('garbage-read', read, [], 'although nobody wrote that')
      return
    }
    if (ambiguous[write] === 1) return
    const writer = owner[write]!
    if (writer === reader) {
      if (write > read) this.tell('future-read', read, [], 'before it wrote that itself')
      return
    }
    const name = operation(transactions, writer)
    if (outcome[writer] === FAIL)
      this.tell('G1a', read, [writer], `although ${name}, which wrote that, failed`)
    else if (intermediate[write] === 1)
      this.tell('G1b', read, [writer], `although ${name}, which wrote that, wrote more after it`)
  }

  /** A write may be an update of what was read. */
  update(write: number, writer: number): void {
    const { transactions, writers, previous, version } = this.versions
    const { kind, owner, key, value } = transactions
    let read = previous[write]!
    if (read === NONE || kind[read] !== READ) return
    for (; previous[read] !== NONE; read = previous[read]!)
      if (kind[previous[read]!] !== READ) return
    const found = version[read]!
    // A read of what the transaction wrote only later is no read before its update.
    if (found === NONE || owner[writers.of(key[read]!, value[read]!)] === writer) return
    const first = this.taken[found]!
    if (first === NONE) {
      this.taken[found] = read
      return
    }
    const other = owner[first]!
    this.tally.add('lost-update', () => ({
      summary:
        `${operation(transactions, other)} and ${operation(transactions, writer)} both read ` +
        `${keyWord(transactions, key[read]!)} = ${valueWord(transactions, value[read]!)} and wrote it`,
      ops: indexesOf(transactions, [other, writer]),
    }))
  }

  private tell(type: string, read: number, others: readonly number[], why: string): void {
    const { transactions } = this.versions
    const { owner, key, value } = transactions
    const reader = owner[read]!
    this.tally.add(type, () => ({
      summary:
        `${operation(transactions, reader)} read ${keyWord(transactions, key[read]!)} = ` +
        `${valueWord(transactions, value[read]!)}, ${why}`,
      ops: indexesOf(transactions, [reader, ...others]),
    }))
  }
}
