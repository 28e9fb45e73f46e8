/**
 * Anomalies that single reads of lists show, without a cycle: aborted and intermediate reads (G1a, G1b of Adya),
 * values that nobody appended, elements that repeat, orders that no one list can have had.
 */
import { FAIL, NONE } from '../../history.ts'
import type { Meter } from '../../limits.ts'
import type { Tally } from '../tally.ts'
import { indexesOf, keyWord, operation, readWord, valueWord } from '../words.ts'
import type { Marks } from './marks.ts'
import { eachRead, lastElement, type Versions } from './versions.ts'

/** O(micro-operations) @throws OutOfLimits */
export const findWrongReads = (
  versions: Versions,
  marks: Marks,
  tally: Tally,
  meter: Meter,
): void => {
  const reads = new Reads(versions, marks, tally)
  eachRead(versions.transactions, (read, reader, length) => {
    meter.step()
    if (length > 0) reads.look(read, reader, length)
  })
}

class Reads {
  /** Keys whose orders were told to be incompatible. */
  private readonly told = new Set<number>()

  constructor(
    private readonly versions: Versions,
    private readonly marks: Marks,
    private readonly tally: Tally,
  ) {}

  look(read: number, reader: number, length: number): void {
    const { garbage, aborted, repeated } = this.marks
    const spine = this.versions.transactions.value[read]!
    const before = (column: Int32Array): boolean =>
      column[spine] !== NONE && column[spine]! < length
    if (before(aborted)) this.aborted(read, reader, aborted[spine]!)
    if (before(garbage)) this.garbage(read, reader, garbage[spine]!)
    if (before(repeated)) this.repeated(read, reader, repeated[spine]!)
    if (length > this.versions.common[spine]!) this.apart(read, reader)
    this.intermediate(read, reader, length)
  }

  private aborted(read: number, reader: number, place: number): void {
    const writer = this.writer(read, place)
    this.tally.add('G1a', () => ({
      summary:
        `${this.did(read, reader)}, although ${this.name(writer)}, ` +
        `which appended ${this.element(read, place)}, failed`,
      ops: indexesOf(this.versions.transactions, [reader, writer]),
    }))
  }

  private garbage(read: number, reader: number, place: number): void {
    this.tally.add('garbage-read', () => ({
      summary: `${this.did(read, reader)}, although nobody appended ${this.element(read, place)}`,
      ops: indexesOf(this.versions.transactions, [reader]),
    }))
  }

  private repeated(read: number, reader: number, place: number): void {
    this.tally.add('duplicate-elements', () => {
      const { transactions, writers } = this.versions
      const append = writers.of(transactions.key[read]!, this.code(read, place))
      const writer = append === NONE ? [] : [transactions.owner[append]!]
      return {
        summary: `${this.did(read, reader)}: ${this.element(read, place)} stands there twice`,
        ops: indexesOf(transactions, [reader, ...writer]),
      }
    })
  }

  private apart(read: number, reader: number): void {
    const { transactions, longest } = this.versions
    const key = transactions.key[read]!
    if (this.told.has(key)) return
    this.told.add(key)
    const other = longest[key]!
    const second = transactions.owner[other]!
    this.tally.add('incompatible-order', () => ({
      summary:
        `${this.did(read, reader)}, and ${this.name(second)} read ${readWord(transactions, other)}: ` +
        'neither is the beginning of the other, so they cannot come from one list',
      ops: indexesOf(transactions, [reader, second]),
    }))
  }

  private intermediate(read: number, reader: number, length: number): void {
    const { transactions, writers, intermediate, following, item, begin, longest } = this.versions
    const { key, owner, outcome, value } = transactions
    const place = key[read]!
    const own = value[read] === value[longest[place]!]
    const at = begin[place]! + length - 1
    const known = own && item[following[at]!] === at ? following[at]! : NONE
    const append =
      known === NONE ? writers.of(place, lastElement(transactions, read, length)) : known
    if (append === NONE || intermediate[append] === 0 || owner[append] === reader) return
    const writer = owner[append]!
    if (outcome[writer] === FAIL || this.versions.ambiguous[append] === 1) return
    this.tally.add('G1b', () => ({
      summary:
        `${this.did(read, reader)}, an intermediate state of ${this.name(writer)}, ` +
        `which appended more to ${keyWord(transactions, place)} after ` +
        valueWord(transactions, value[append]!),
      ops: indexesOf(transactions, [reader, writer]),
    }))
  }

  private code(read: number, place: number): number {
    const { names, value } = this.versions.transactions
    return names.lists.codes(value[read]!, place + 1)[place]!
  }

  private element(read: number, place: number): string {
    return valueWord(this.versions.transactions, this.code(read, place))
  }

  private writer(read: number, place: number): number {
    const { transactions, writers } = this.versions
    return transactions.owner[writers.of(transactions.key[read]!, this.code(read, place))]!
  }

  private name(transaction: number): string {
    return operation(this.versions.transactions, transaction)
  }

  /** "operation 4 read [1 2] of x". */
  private did(read: number, reader: number): string {
    const { transactions } = this.versions
    const key = keyWord(transactions, transactions.key[read]!)
    return `${this.name(reader)} read ${key} = ${readWord(transactions, read)}`
  }
}
