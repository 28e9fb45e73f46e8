/**
 * The transactions of a history in columns: whoever judges them works on numbers. One entry a transaction in
 * the order of the invocations, one entry a micro-operation; the micro-operations of a transaction are a range
 * of their columns, for an `ok` one those of its completion, else those of its invocation, whose reads tell
 * nothing. Columns of micro-operations belong to the history and have others in between.
 */

import { strange } from '../guarded.ts'
import { type History, INFO, INVOKE, type Key, NEMESIS, NONE, OK } from '../history.ts'
import { NotInModel } from '../model.ts'
import { TRANSACTION } from '../values.ts'
import { NULL_CODE, type Scalar } from './elements.ts'
import { type MicroOperations, SCALAR } from './micro-operations.ts'

export { NULL_CODE, SCALAR }

/** Kinds of micro-operation. */
export const READ = 0
export const APPEND = 1
export const WRITE = 2
const kinds: Readonly<Record<string, number>> = {
  r: READ,
  read: READ,
  append: APPEND,
  w: WRITE,
  write: WRITE,
}
const OTHER = 255

export interface Transactions {
  readonly history: History
  /** How many transactions there are. */
  readonly size: number
  /** Positions of the events in the history; `completed` may be NONE. */
  readonly invoked: Int32Array
  readonly completed: Int32Array
  readonly process: Int32Array
  /** OK, FAIL or INFO: it may have happened or not. */
  readonly outcome: Uint8Array
  /** The first micro-operation of each transaction, and behind its last one. */
  readonly first: Int32Array
  readonly end: Int32Array

  /** READ, APPEND or WRITE. */
  readonly kind: Uint8Array
  /** A number below `keys`. */
  readonly key: Int32Array
  /** The code of what was written or read, NULL_CODE for null; of a list that was read, its spine. */
  readonly value: Int32Array
  /** The length of a list, or SCALAR. */
  readonly length: Int32Array
  /** The transaction of each micro-operation, or NONE. */
  readonly owner: Int32Array
  /** How many keys there are. */
  readonly keys: number
  /** What the numbers stand for: names of keys, values of codes, elements of spines. */
  readonly names: MicroOperations
}

/** Which micro-operations a checker reads: lists that are appended to, or registers that are written. */
export type DataType = 'list-append' | 'rw-register'

/**
 * The transactions of a history. O(micro-operations)
 * @throws NotInModel for an operation that is no transaction of the data type
 */
export const transactionsOf = (history: History, type: DataType): Transactions =>
  new Reading(history, type).read()

/** The name of a key as people write it. */
export const keyOf = ({ names }: Transactions, key: number): Key => names.keys[key]!

/** The value that a code stands for. */
export const scalarOf = ({ names }: Transactions, code: number): Scalar =>
  names.elements.value(code)

/** The transaction's `index`, that of its invocation: how anomalies name it. */
export const indexOf = ({ history, invoked }: Transactions, transaction: number): number =>
  history.columns.index[invoked[transaction]!]!

/** Bytes that the columns hold beside those of the history. */
export const bytesOf = ({ size, owner }: Transactions): number => size * 21 + owner.length * 5

class Reading {
  private readonly names: MicroOperations
  private readonly kind: Uint8Array
  private readonly owner: Int32Array
  private readonly written: number

  constructor(
    private readonly history: History,
    type: DataType,
  ) {
    const { f, used, fs } = history.columns.value.transactions
    this.names = history.columns.value.transactions
    this.written = type === 'list-append' ? APPEND : WRITE
    const kindOf = Uint8Array.from(fs, (name) => kinds[name] ?? OTHER)
    this.kind = new Uint8Array(used)
    for (let at = 0; at < used; at++) this.kind[at] = kindOf[f[at]!]!
    this.owner = new Int32Array(used).fill(NONE)
  }

  read(): Transactions {
    const { history, names, kind, owner } = this
    const { type, process, partner } = history.columns
    let size = 0
    for (let at = 0; at < history.length; at++)
      if (type[at] === INVOKE && process[at] !== NEMESIS) size++
    const columns = {
      invoked: new Int32Array(size),
      completed: new Int32Array(size),
      process: new Int32Array(size),
      outcome: new Uint8Array(size),
      first: new Int32Array(size),
      end: new Int32Array(size),
    }
    for (let at = 0, transaction = 0; at < history.length; at++) {
      if (type[at] !== INVOKE || process[at] === NEMESIS) continue
      const completion = partner[at]!
      const outcome = completion === NONE ? INFO : type[completion]!
      columns.invoked[transaction] = at
      columns.completed[transaction] = completion
      columns.process[transaction] = process[at]!
      columns.outcome[transaction] = outcome
      this.place(columns, transaction, at, outcome === OK ? completion : at)
      transaction++
    }
    const { key, value, length, keys } = names
    return { history, size, ...columns, kind, key, value, length, owner, keys: keys.length, names }
  }

  private place(
    columns: { readonly first: Int32Array; readonly end: Int32Array },
    transaction: number,
    invoked: number,
    told: number,
  ): void {
    const { f, key } = this.history.columns
    if (this.history.fs[f[invoked]!] !== 'txn') throw strange(this.history, invoked, '"txn"')
    if (key[invoked] !== NONE)
      throw this.error(invoked, 'it has a key: expected keys in the micro-operations alone')
    const number = this.transaction(told)
    const first = number === NONE ? 0 : this.names.first(number)
    const end = number === NONE ? 0 : this.names.end(number)
    columns.first[transaction] = first
    columns.end[transaction] = end
    for (let at = first; at < end; at++) {
      this.owner[at] = transaction
      this.check(at, told, told !== invoked)
    }
    if (told !== invoked) this.compare(invoked, told, first, end)
  }

  /** The number of a transaction among the values; NONE for one of no micro-operations. */
  private transaction(position: number): number {
    const { value } = this.history.columns
    if (value.kind[position] === TRANSACTION) return value.code[position]!
    const found = value.at(position)
    if (Array.isArray(found) && found.length === 0) return NONE
    throw this.error(
      position,
      `value ${brief(found)}: expected micro-operations [f, key, value], a key being a text or a number, ` +
        'a value a text, a number, true, false, null or a list of these',
    )
  }

  /** @param done whether the read tells what was there */
  private check(at: number, position: number, done: boolean): void {
    const kind = this.kind[at]!
    const { length, value } = this.names
    const lists = this.written === APPEND
    const fine =
      kind === READ
        ? !done ||
          (lists ? length[at] !== SCALAR || value[at] === NULL_CODE : length[at] === SCALAR)
        : kind === this.written && length[at] === SCALAR && value[at] !== NULL_CODE
    if (fine) return
    const expected = lists
      ? '["append", key, value] or ["r", key, list or null]'
      : '["w", key, value] or ["r", key, value or null]'
    const found = brief(this.names.microOperation(at))
    throw this.error(position, `micro-operation ${found}: expected ${expected}`)
  }

  /** What was invoked and what was done are the same micro-operations, but for what was read. */
  private compare(invoked: number, completed: number, first: number, end: number): void {
    const { value } = this.history.columns
    if (value.kind[invoked] !== TRANSACTION) return
    const { key, value: code } = this.names
    const asked = this.names.first(value.code[invoked]!)
    let same = end - first === this.names.count(value.code[invoked]!)
    for (let at = first; same && at < end; at++) {
      const other = asked + at - first
      same =
        this.kind[at] === this.kind[other] &&
        key[at] === key[other] &&
        (this.kind[at] === READ || code[at] === code[other])
    }
    if (!same)
      throw this.error(
        completed,
        `value ${brief(value.at(completed))}: expected that of its invocation, ${brief(value.at(invoked))}`,
      )
  }

  private error(position: number, message: string): NotInModel {
    return new NotInModel(`operation ${this.history.columns.index[position]}: ${message}`)
  }
}

const brief = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`
}
