/**
 * Updates that were lost, because two transactions read the same version of a list and both appended to it (P4 of
 * Berenson et al. 1995), and updates of what was never committed.
 */
import { FAIL, NONE, OK } from '../../history.ts'
import { READ } from '../columns.ts'
import type { Tally } from '../tally.ts'
import { indexesOf, keyWord, operation, readWord, valueWord } from '../words.ts'
import { eachAppend, itemBehind, type Versions } from './versions.ts'

/** O(micro-operations) */
export const findLostUpdates = (versions: Versions, tally: Tally): void => {
  const { transactions, end, following, item } = versions
  const { key, length, outcome, keys } = transactions
  // The first read of each version, by the item that comes next, that its transaction appended to.
  const taken = new Int32Array(following.length).fill(NONE)
  const takenLast = new Int32Array(keys).fill(NONE)
  eachAppend(transactions, (append, writer) => {
    if (outcome[writer] !== OK) return
    const read = firstRead(versions, append)
    if (read === NONE) return
    const elements = Math.max(0, length[read]!)
    const next = itemBehind(versions, read, elements)
    // A read of what the transaction appended only later is no read before its update.
    if (next === NONE || (item[append] !== NONE && item[append]! < next)) return
    const last = next === end[key[read]!]
    const first = last ? takenLast[key[read]!]! : taken[next]!
    if (first === NONE) {
      if (last) takenLast[key[read]!] = read
      else taken[next] = read
      return
    }
    const other = transactions.owner[first]!
    tally.add('lost-update', () => ({
      summary:
        `${operation(transactions, other)} and ${operation(transactions, writer)} both read ` +
        `${keyWord(transactions, key[read]!)} = ${readWord(transactions, read)} and appended to it`,
      ops: indexesOf(transactions, [other, writer]),
    }))
  })
}

/** The first read of the key by a transaction that then appends to it for the first time; NONE without one. */
const firstRead = ({ transactions, previous }: Versions, append: number): number => {
  let first = NONE
  for (let at = previous[append]!; at !== NONE; at = previous[at]!) {
    if (transactions.kind[at] !== READ) return NONE
    first = at
  }
  return first
}

/** O(micro-operations + elements) */
export const findDirtyUpdates = (versions: Versions, tally: Tally): void => {
  const { transactions, item } = versions
  const { outcome, key } = transactions
  const keys = new Set<number>()
  eachAppend(transactions, (append, writer) => {
    if (outcome[writer] === FAIL && item[append] !== NONE) keys.add(key[append]!)
  })
  for (const one of keys) findDirtyUpdatesOf(versions, one, tally)
}

const findDirtyUpdatesOf = (versions: Versions, key: number, tally: Tally): void => {
  const { transactions, begin, end, item, writers, longest } = versions
  const { outcome, owner, names, value } = transactions
  let failed = NONE
  for (let at = begin[key]!; at < end[key]!; at++) {
    const append = writers.of(key, names.lists.items[at]!)
    if (append === NONE || item[append] !== at) continue
    const writer = owner[append]!
    if (outcome[writer] === FAIL) failed = append
    if (outcome[writer] !== OK) continue
    if (failed !== NONE) {
      const [dirty, reader] = [failed, owner[longest[key]!]!]
      tally.add('dirty-update', () => ({
        summary:
          `${operation(transactions, writer)} appended ${valueWord(transactions, value[append]!)} to ` +
          `${keyWord(transactions, key)} behind ${valueWord(transactions, value[dirty]!)}, ` +
          `which ${operation(transactions, owner[dirty]!)} appended and failed: ` +
          `${operation(transactions, reader)} read ${readWord(transactions, longest[key]!)}`,
        ops: indexesOf(transactions, [owner[dirty]!, writer, reader]),
      }))
    }
    failed = NONE
  }
}
