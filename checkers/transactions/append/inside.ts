/**
 * Anomalies that one transaction shows by itself: a read that is not what its own reads and appends before it left
 * (INT of Cerone, Bernardi and Gotsman 2015), a read of what it appended only later, appends in another order.
 */
import { FAIL, NONE } from '../../history.ts'
import { APPEND, READ, SCALAR } from '../columns.ts'
import type { Tally } from '../tally.ts'
import { indexesOf, keyWord, listWord, operation, readWord, valueWord } from '../words.ts'
import { eachAppend, eachRead, isUnread, type Versions } from './versions.ts'

/** O(micro-operations), where a transaction touches no key very often */
export const findInternal = (versions: Versions, tally: Tally): void => {
  const { transactions, previous } = versions
  eachRead(transactions, (read, reader) => {
    if (previous[read] === NONE) return
    const expected = expectation(versions, read)
    if (fits(versions, read, expected)) return
    tally.add('internal', () => ({
      summary:
        `${operation(transactions, reader)} read ${keyWord(transactions, transactions.key[read]!)} = ` +
        `${readWord(transactions, read)} where ${wordsOf(versions, expected)}`,
      ops: indexesOf(transactions, [reader]),
    }))
  })
  eachAppend(transactions, (append, writer) => findReversed(versions, append, writer, tally))
  findFuture(versions, tally)
}

/** Reads of what the transaction appended only later; its appends, however many, are not compared with each other. */
const findFuture = (versions: Versions, tally: Tally): void => {
  const { transactions, previous } = versions
  const { size, first, end, kind } = transactions
  // The read of the same key before each micro-operation of the transaction at hand that has one.
  const before = new Map<number, number>()
  for (let one = 0; one < size; one++) {
    if (before.size > 0) before.clear()
    for (let at = first[one]!; at < end[one]!; at++) {
      const last = previous[at]!
      if (last === NONE) continue
      const read = kind[last] === READ ? last : before.get(last)
      if (read === undefined) continue
      before.set(at, read)
      if (kind[at] !== APPEND) continue
      let seen: number | undefined = read
      while (seen !== undefined && !contains(versions, seen, at)) seen = before.get(seen)
      if (seen !== undefined) tellFuture(versions, seen, at, tally)
    }
  }
}

const tellFuture = (
  { transactions }: Versions,
  read: number,
  append: number,
  tally: Tally,
): void => {
  const { owner, key, value } = transactions
  const one = owner[append]!
  tally.add('future-read', () => ({
    summary:
      `${operation(transactions, one)} read ${keyWord(transactions, key[append]!)} = ` +
      `${readWord(transactions, read)} before it appended ${valueWord(transactions, value[append]!)} itself`,
    ops: indexesOf(transactions, [one]),
  }))
}

/** Two appends of one transaction that stand in the list the other way round, or the second one alone. */
const findReversed = (versions: Versions, append: number, writer: number, tally: Tally): void => {
  const { transactions, previous, item } = versions
  if (item[append] === NONE || transactions.outcome[writer] === FAIL) return
  let first = previous[append]!
  while (first !== NONE && transactions.kind[first] === READ) first = previous[first]!
  if (first === NONE) return
  if (item[first] === NONE ? !isUnread(versions, first) : item[first]! < item[append]!) return
  const key = transactions.key[append]!
  const read = versions.longest[key]!
  const reader = transactions.owner[read]!
  const [one, other] = [first, append].map((at) => valueWord(transactions, transactions.value[at]!))
  tally.add('cyclic-versions', () => ({
    summary:
      `${operation(transactions, writer)} appended ${one} to ${keyWord(transactions, key)} before ${other}, ` +
      `and ${operation(transactions, reader)} read ${readWord(transactions, read)}, without ${one} before ${other}`,
    ops: indexesOf(transactions, [writer, reader]),
  }))
}

/** What a transaction must see: all of a list where it read it before, else its end. */
interface Expectation {
  /** The read before, or NONE. */
  readonly read: number
  /** What it appended since then, or at all. */
  readonly appended: readonly number[]
}

const expectation = ({ transactions, previous }: Versions, read: number): Expectation => {
  const appended: number[] = []
  let before = previous[read]!
  for (; before !== NONE && transactions.kind[before] === APPEND; before = previous[before]!)
    appended.push(transactions.value[before]!)
  return { read: before, appended: appended.reverse() }
}

const codesOf = ({ transactions }: Versions, read: number): Int32Array => {
  const { length, value, names } = transactions
  return length[read] === SCALAR
    ? new Int32Array(0)
    : names.lists.codes(value[read]!, length[read]!)
}

const fits = (
  versions: Versions,
  read: number,
  { read: before, appended }: Expectation,
): boolean => {
  const { value, length } = versions.transactions
  const found = codesOf(versions, read)
  const old = found.length - appended.length
  if (old < 0 || appended.some((code, place) => found[old + place] !== code)) return false
  if (before === NONE) return true
  const known = codesOf(versions, before)
  if (known.length !== old) return false
  if (length[before] !== SCALAR && value[before] === value[read]) return true
  return known.every((code, place) => found[place] === code)
}

const wordsOf = (versions: Versions, { read, appended }: Expectation): string => {
  const { transactions } = versions
  if (read === NONE)
    return `it had appended ${appended.map((code) => valueWord(transactions, code)).join(', ')} before`
  const expected = [...codesOf(versions, read), ...appended]
  return `its own operations before left ${listWord(transactions, expected)}`
}

/** Whether a read saw the value of an append of the same key. */
const contains = (versions: Versions, read: number, append: number): boolean => {
  const { transactions, longest, begin, item } = versions
  const { key, value, length } = transactions
  if (length[read] === SCALAR) return false
  const known = longest[key[read]!]!
  if (known !== NONE && value[known] === value[read] && item[append] !== NONE)
    return item[append]! < begin[key[read]!]! + length[read]!
  return codesOf(versions, read).includes(value[append]!)
}
