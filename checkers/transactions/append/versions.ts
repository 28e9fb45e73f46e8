/**
 * The order in which the elements of each list were appended: that of the longest list that was read, for lists
 * only grow at their end (Elle, section 4). What was appended and never read comes behind all that was.
 */
import { FAIL, NONE, OK } from '../../history.ts'
import type { Meter } from '../../limits.ts'
import { type Chains, chainsOf } from '../chains.ts'
import { APPEND, READ, SCALAR, type Transactions } from '../columns.ts'
import type { Lists } from '../lists.ts'
import { Writers } from '../writers.ts'

export interface Versions extends Chains {
  readonly transactions: Transactions
  readonly writers: Writers
  /** The micro-operation that read the longest list of each key, or NONE where all were empty. */
  readonly longest: Int32Array
  /** Behind which item of `lists.items` the order of each key ends, and where it begins. */
  readonly begin: Int32Array
  readonly end: Int32Array
  /**
   * For each item of an order the append of that element, or of the first element behind it, whose transaction
   * may have happened: NONE where there is none. An element that stands there twice counts once.
   */
  readonly following: Int32Array
  /** The item of each append in the order of its key, or NONE where it was never read. */
  readonly item: Int32Array
  /** How many elements each spine begins with as the order of its key does. */
  readonly common: Int32Array
  /** How many elements of each spine were read. */
  readonly read: Int32Array
  /** 1 for appends that were read, but only in lists that contradict the order of their key. */
  readonly apart: Uint8Array
  /** 1 for appends of a value that was appended to the key several times: nobody can tell them apart. */
  readonly ambiguous: Uint8Array
}

/** O(micro-operations + elements) @throws OutOfLimits */
export const versionsOf = (transactions: Transactions, meter: Meter): Versions => {
  const { names, keys, owner, outcome } = transactions
  const writers = new Writers(transactions)
  const { longest, read } = longestReads(transactions)
  const ambiguous = new Uint8Array(owner.length)
  for (const at of writers.duplicates) {
    ambiguous[at] = 1
    ambiguous[writers.of(transactions.key[at]!, transactions.value[at]!)] = 1
  }
  const { lists } = names
  const begin = new Int32Array(keys)
  const end = new Int32Array(keys)
  const following = new Int32Array(lists.items.length).fill(NONE)
  const item = new Int32Array(owner.length).fill(NONE)
  meter.hold(writers.bytes + owner.length * 14 + following.byteLength)
  for (let key = 0; key < keys; key++) {
    const known = longest[key]!
    if (known === NONE) continue
    begin[key] = lists.start.items[transactions.value[known]!]!
    end[key] = begin[key]! + transactions.length[known]!
    for (let at = begin[key]!; at < end[key]!; at++) {
      meter.step()
      const append = writers.of(key, lists.items[at]!)
      if (append === NONE || ambiguous[append] === 1 || item[append] !== NONE) continue
      item[append] = at
      if (outcome[owner[append]!] !== FAIL) following[at] = append
    }
    for (let at = end[key]! - 2; at >= begin[key]!; at--)
      if (following[at] === NONE) following[at] = following[at + 1]!
  }
  const common = Int32Array.from({ length: lists.size }, (_, spine) =>
    inCommon(lists, spine, begin[lists.key.items[spine]!]!, end[lists.key.items[spine]!]!),
  )
  const apart = new Uint8Array(owner.length)
  for (let spine = 0; spine < lists.size; spine++) {
    const codes = lists.codes(spine, read[spine]!)
    for (let at = common[spine]!; at < codes.length; at++) {
      const append = writers.of(lists.key.items[spine]!, codes[at]!)
      if (append !== NONE && item[append] === NONE) apart[append] = 1
    }
  }
  const chains = chainsOf(transactions)
  const order = { longest, begin, end, following, item, common, read, apart }
  return { ...chains, ...order, transactions, writers, ambiguous }
}

const inCommon = (
  { items, start, length }: Lists,
  spine: number,
  begin: number,
  end: number,
): number => {
  const own = start.items[spine]!
  const most = Math.min(length.items[spine]!, end - begin)
  if (own === begin) return most
  let same = 0
  while (same < most && items[own + same] === items[begin + same]) same++
  return same
}

/** Whether nobody read what was appended, so that it comes behind all that was read. */
export const isUnread = ({ item, ambiguous, apart }: Versions, append: number): boolean =>
  item[append] === NONE && ambiguous[append] === 0 && apart[append] === 0

/** Calls a function with every read of a list by a transaction that is known to have committed. */
export const eachRead = (
  { size, first, end, kind, length, outcome }: Transactions,
  visit: (read: number, reader: number, length: number) => void,
): void => {
  for (let one = 0; one < size; one++) {
    if (outcome[one] !== OK) continue
    // A read of nothing is one of the empty list.
    for (let at = first[one]!; at < end[one]!; at++)
      if (kind[at] === READ) visit(at, one, length[at] === SCALAR ? 0 : length[at]!)
  }
}

/** Calls a function with every append, whatever became of it. */
export const eachAppend = (
  { size, first, end, kind }: Transactions,
  visit: (append: number, writer: number) => void,
): void => {
  for (let one = 0; one < size; one++)
    for (let at = first[one]!; at < end[one]!; at++) if (kind[at] === APPEND) visit(at, one)
}

const longestReads = (
  transactions: Transactions,
): { readonly longest: Int32Array; readonly read: Int32Array } => {
  const { keys, key, length, value, names } = transactions
  const longest = new Int32Array(keys).fill(NONE)
  const spines = new Int32Array(names.lists.size)
  eachRead(transactions, (read, _, elements) => {
    if (elements === 0) return
    if (elements > spines[value[read]!]!) spines[value[read]!] = elements
    const known = longest[key[read]!]!
    if (known === NONE || elements > length[known]!) longest[key[read]!] = read
  })
  return { longest, read: spines }
}

/** The code of the last element of a list that was read. */
export const lastElement = ({ names, value }: Transactions, read: number, length: number): number =>
  names.lists.items[names.lists.start.items[value[read]!]! + length - 1]!

/** The item behind the version that was read in the order of its key, which may be its end; NONE where it has none. */
export const itemBehind = (
  { transactions: { key, value }, begin, common }: Versions,
  read: number,
  length: number,
): number => (length > 0 && length > common[value[read]!]! ? NONE : begin[key[read]!]! + length)
