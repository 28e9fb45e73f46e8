/**
 * What the weak levels are judged by: which transactions happened, in which session each stands, whose version each read saw, and
 * which keys each one wrote. All in columns, a few bytes a micro-operation. A transaction of unknown outcome happened
 * when somebody saw what it wrote; if nobody did, it may be taken not to have happened.
 */
import { FAIL, OK } from '../../history.ts'
import type { Meter } from '../../limits.ts'
import { NONE } from '../../typed-arrays.ts'
import { READ, SCALAR, type Transactions, WRITE } from '../columns.ts'
import { NULL_CODE } from '../elements.ts'
import type { Writers } from '../writers.ts'
import type { Level } from './level.ts'

/** In place of a transaction: the state before all of them. */
export const INITIAL = -2

/** Up to so many writes of a transaction are looked through one by one. */
const FEW = 8

export interface Dependencies {
  readonly transactions: Transactions
  /** 1 for the transactions that happened: the others have neither reads nor writes here. */
  readonly happened: Uint8Array
  readonly sessions: number
  /**
   * The session of each transaction that happened, its place in it from 0, and the one before it there, or NONE. Where
   * sessions do not count each transaction has one of its own.
   */
  readonly session: Int32Array
  readonly place: Int32Array
  readonly previous: Int32Array
  /** The reads of a transaction are those from `firstRead[it]` on, before `firstRead[it + 1]`. */
  readonly firstRead: Int32Array
  /** The micro-operation of each read, and the other transaction, or INITIAL, whose version it saw. */
  readonly read: Int32Array
  readonly source: Int32Array
  /** The writes of a transaction are those from `firstWrite[it]` on, before `firstWrite[it + 1]`: the last one to each key. */
  readonly firstWrite: Int32Array
  readonly write: Int32Array
  /** How long the longest list is that was read of each spine. */
  readonly observed: Int32Array
}

/**
 * Reads of what nobody wrote, or a failed transaction, and of a transaction's own writes are left out: they are anomalies of
 * their own, or none. O(micro-operations)
 */
export const dependenciesOf = (
  transactions: Transactions,
  writers: Writers,
  { sessions }: Pick<Level, 'sessions'>,
): Dependencies => {
  const reading = new Reading(transactions, writers)
  const own = sessions ? transactions.process : Int32Array.from(transactions.process.keys())
  return reading.dependencies(own)
}

/** Whether a transaction wrote a key. O(log its writes) */
export const writesTo = (
  { transactions, firstWrite, write }: Dependencies,
  one: number,
  key: number,
): boolean => {
  let [low, high] = [firstWrite[one]!, firstWrite[one + 1]!]
  if (high - low <= FEW) {
    for (let at = low; at < high; at++) if (transactions.key[write[at]!] === key) return true
    return false
  }
  while (low < high) {
    const middle = (low + high) >>> 1
    if (transactions.key[write[middle]!]! < key) low = middle + 1
    else high = middle
  }
  return low < firstWrite[one + 1]! && transactions.key[write[low]!] === key
}

/** Calls a function with each transaction that read from others twice or more, and the range of these reads. @throws OutOfLimits */
export const eachReader = (
  { transactions, firstRead }: Dependencies,
  meter: Meter,
  visit: (one: number, from: number, end: number) => void,
): void => {
  for (let one = 0; one < transactions.size; one++) {
    meter.step()
    const [from, end] = [firstRead[one]!, firstRead[one + 1]!]
    if (end - from >= 2) visit(one, from, end)
  }
}

/** Bytes that the columns hold. */
export const bytesOfDependencies = ({ happened, read, write }: Dependencies): number =>
  happened.length * 21 + read.length * 8 + write.length * 4

class Reading {
  private readonly happened: Uint8Array
  /** The transaction that was last to write each key, plus 1, while they are read one after another. */
  private readonly wrote: Int32Array
  private readonly observed: Int32Array
  /** The first writes of values that were written several times: nobody can tell which one a read saw. */
  private readonly ambiguous: ReadonlySet<number>

  constructor(
    private readonly transactions: Transactions,
    private readonly writers: Writers,
  ) {
    const { size, outcome, keys, key, value, names } = transactions
    this.happened = new Uint8Array(size)
    for (let one = 0; one < size; one++) if (outcome[one] === OK) this.happened[one] = 1
    this.wrote = new Int32Array(keys)
    this.observed = new Int32Array(names.lists.size)
    this.ambiguous = new Set(writers.duplicates.map((at) => writers.of(key[at]!, value[at]!)))
  }

  /** @param process in whose session each transaction stands */
  dependencies(process: Int32Array): Dependencies {
    const { transactions, happened, observed } = this
    const reads = this.reads()
    this.meetElements()
    const writes = this.writes()
    return { transactions, happened, observed, ...this.sessions(process), ...reads, ...writes }
  }

  private reads(): Pick<Dependencies, 'firstRead' | 'read' | 'source'> {
    const { size, first, end, kind, outcome } = this.transactions
    const count = this.count(READ)
    const firstRead = new Int32Array(size + 1)
    const read = new Int32Array(count)
    const source = new Int32Array(count)
    let place = 0
    for (let one = 0; one < size; one++) {
      if (outcome[one] === OK)
        for (let at = first[one]!; at < end[one]!; at++) {
          const from = kind[at] === READ ? this.source(at, one) : NONE
          if (from === NONE) continue
          if (from !== INITIAL) this.happened[from] = 1
          read[place] = at
          source[place++] = from
        }
      firstRead[one + 1] = place
    }
    return { firstRead, read: read.subarray(0, place), source: source.subarray(0, place) }
  }

  /** How many micro-operations of transactions are reads, or none. */
  private count(wanted: number): number {
    const { kind, owner } = this.transactions
    let count = 0
    for (let at = 0; at < owner.length; at++)
      if (owner[at] !== NONE && (kind[at] === READ) === (wanted === READ)) count++
    return count
  }

  /** The other transaction whose version a read saw, or INITIAL; NONE where it is no version of another one. */
  private source(at: number, reader: number): number {
    const { key, value, length, owner, outcome } = this.transactions
    const elements = length[at]!
    let seen = value[at]!
    if (elements !== SCALAR) {
      const { start, items } = this.transactions.names.lists
      if (elements > this.observed[seen]!) this.observed[seen] = elements
      seen = elements === 0 ? NULL_CODE : items[start.items[seen]! + elements - 1]!
    }
    if (seen === NULL_CODE) return INITIAL
    const writer = this.writers.of(key[at]!, seen)
    if (writer === NONE || this.ambiguous.has(writer)) return NONE
    const from = owner[writer]!
    return from === reader || outcome[from] === FAIL ? NONE : from
  }

  /** Transactions of unknown outcome of which somebody saw an element, the last one of a list or one in front. */
  private meetElements(): void {
    const { names, owner, outcome } = this.transactions
    const { items, start, key } = names.lists
    for (let spine = 0; spine < this.observed.length; spine++)
      for (let place = 0; place < this.observed[spine]!; place++) {
        const writer = this.writers.of(key.items[spine]!, items[start.items[spine]! + place]!)
        if (writer === NONE || this.ambiguous.has(writer)) continue
        if (outcome[owner[writer]!] !== FAIL) this.happened[owner[writer]!] = 1
      }
  }

  private writes(): Pick<Dependencies, 'firstWrite' | 'write'> {
    const { size, first, end, kind, key } = this.transactions
    const firstWrite = new Int32Array(size + 1)
    const write = new Int32Array(this.count(WRITE))
    let place = 0
    for (let one = 0; one < size; one++) {
      const from = place
      if (this.happened[one] === 1)
        for (let at = end[one]! - 1; at >= first[one]!; at--) {
          if (kind[at] === READ || this.wrote[key[at]!] === one + 1) continue
          this.wrote[key[at]!] = one + 1
          write[place++] = at
        }
      if (place - from > FEW) write.subarray(from, place).sort((a, b) => key[a]! - key[b]!)
      firstWrite[one + 1] = place
    }
    return { firstWrite, write: write.subarray(0, place) }
  }

  private sessions(
    process: Int32Array,
  ): Pick<Dependencies, 'sessions' | 'session' | 'place' | 'previous'> {
    const { size } = this.transactions
    const session = new Int32Array(size).fill(NONE)
    const place = new Int32Array(size)
    const previous = new Int32Array(size).fill(NONE)
    const known = new Map<number, number>()
    const last: number[] = []
    for (let one = 0; one < size; one++) {
      if (this.happened[one] === 0) continue
      let own = known.get(process[one]!)
      if (own === undefined) {
        own = last.push(NONE) - 1
        known.set(process[one]!, own)
      }
      session[one] = own
      const before = last[own]!
      if (before !== NONE) {
        previous[one] = before
        place[one] = place[before]! + 1
      }
      last[own] = one
    }
    return { sessions: last.length, session, place, previous }
  }
}
