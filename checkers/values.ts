/**
 * The values of a history's events, one column. Almost all are small whole numbers, nothing, or two or
 * three of those (the `[from, to]` of a compare-and-set), and those are kept in typed arrays: a million
 * little lists on the heap cost the garbage collector more time, again and again, than it takes to judge
 * the history that they belong to. So would transactions, which have columns of their own
 * (`transactions/micro-operations.ts`). A list is made anew whenever it is asked for.
 */
import { MicroOperations } from './transactions/micro-operations.ts'
import { doubled, NONE } from './typed-arrays.ts'

/** Kinds of value in `Values.kind`. */
export const ABSENT = 0
export const NULL = 1
/** A whole number of 32 bits: the code is the number. */
export const NUMBER = 2
/** Lists of two and three, each a small number or null: the code is the place of the first in `elements`. */
export const PAIR = 3
export const TRIPLE = 4
/** Anything else: the code is its place in `others`. */
const OTHER = 5
/** A list of micro-operations: the code is its number in `transactions`. */
export const TRANSACTION = 6

/** Stands for null in `elements`. */
export const NULL_ELEMENT = -(2 ** 31)

/** Between which numbers others lie, both included; none do where `least` is the larger. */
export interface Span {
  readonly least: number
  readonly greatest: number
}

export class Values {
  length = 0
  private least = Number.POSITIVE_INFINITY
  private greatest = Number.NEGATIVE_INFINITY
  /** Kind and code of each value; may be longer than `length`. */
  kind = new Uint8Array(1024)
  code = new Int32Array(1024)
  /** What the lists of two and three hold, one after another. */
  elements = new Int32Array(64)
  readonly transactions = new MicroOperations()
  private used = 0
  private readonly others: unknown[] = []

  /** Amortised O(1). */
  push(value: unknown): void {
    const position = this.length++
    if (position === this.kind.length) {
      this.kind = doubled(this.kind, Uint8Array)
      this.code = doubled(this.code, Int32Array)
    }
    if (isSmall(value)) {
      this.set(position, NUMBER, value)
      this.meet(value)
    } else if (value === undefined) this.set(position, ABSENT, 0)
    else if (value === null) this.set(position, NULL, 0)
    else if (isTuple(value))
      this.set(position, value.length === 2 ? PAIR : TRIPLE, this.store(value))
    else {
      const transaction = Array.isArray(value) ? this.transactions.push(value) : NONE
      if (transaction !== NONE) this.set(position, TRANSACTION, transaction)
      else this.set(position, OTHER, this.others.push(value) - 1)
    }
  }

  /** The value at a position (0 … length-1); lists of two and three are new ones each time. */
  at(position: number): unknown {
    const code = this.code[position]!
    switch (this.kind[position]) {
      case ABSENT:
        return undefined
      case NULL:
        return null
      case NUMBER:
        return code
      case PAIR:
        return [this.element(code), this.element(code + 1)]
      case TRIPLE:
        return [this.element(code), this.element(code + 1), this.element(code + 2)]
      case TRANSACTION:
        return this.transactions.at(code)
      default:
        return this.others[code]
    }
  }

  /** Between which numbers all small ones lie, those in lists of two and three included. */
  get span(): Span {
    return { least: this.least, greatest: this.greatest }
  }

  /** How many elements the list at a position has; -1 where there is none. */
  listLength(position: number): number {
    const kind = this.kind[position]
    if (kind === PAIR) return 2
    if (kind === TRIPLE) return 3
    if (kind === TRANSACTION) return this.transactions.count(this.code[position]!)
    const other = kind === OTHER ? this.others[this.code[position]!] : undefined
    return Array.isArray(other) ? other.length : -1
  }

  /** A copy with every value replaced by what a function makes of it. O(n). */
  map(change: (value: unknown, position: number) => unknown): Values {
    const changed = new Values()
    for (let position = 0; position < this.length; position++)
      changed.push(change(this.at(position), position))
    return changed
  }

  private element(place: number): number | null {
    const element = this.elements[place]!
    return element === NULL_ELEMENT ? null : element
  }

  private meet(value: number): void {
    if (value < this.least) this.least = value
    if (value > this.greatest) this.greatest = value
  }

  private set(position: number, kind: number, code: number): void {
    this.kind[position] = kind
    this.code[position] = code
  }

  private store(tuple: readonly (number | null)[]): number {
    const place = this.used
    if (place + tuple.length > this.elements.length)
      this.elements = doubled(this.elements, Int32Array)
    for (const element of tuple) {
      this.elements[this.used++] = element ?? NULL_ELEMENT
      if (element !== null) this.meet(element)
    }
    return place
  }
}

const isSmall = (value: unknown): value is number =>
  typeof value === 'number' && Object.is(value | 0, value)

const isElement = (value: unknown): boolean =>
  value === null || (isSmall(value) && value !== NULL_ELEMENT)

const isTuple = (value: unknown): value is readonly (number | null)[] =>
  Array.isArray(value) &&
  (value.length === 2 || value.length === 3) &&
  isElement(value[0]) &&
  isElement(value[1]) &&
  (value.length === 2 || isElement(value[2]))
