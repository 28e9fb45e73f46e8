/**
 * Whether the transactions alone prove a dependency over lists: what they appended and read, and where it stands
 * in lists that were read. Uses nothing that the search for dependencies found.
 */
import { OK } from '../../history.ts'
import { APPEND, READ, SCALAR, type Transactions } from '../columns.ts'
import type { Step } from '../paths.ts'
import { RW, WR } from '../relations.ts'

/** @param witnesses transactions whose reads show the order. O(reads of the key) where an append was never read */
export const provesAppend = (
  transactions: Transactions,
  { from, to, relation }: Step,
  witnesses: readonly number[],
): boolean => {
  const { value, key } = transactions
  return ofKind(transactions, relation === WR ? from : to, APPEND).some((append) => {
    const [code, place] = [value[append]!, key[append]!]
    if (relation === WR)
      return listsOf(transactions, to, place).some((list) => list.at(-1) === code)
    const shown = witnesses.flatMap((one) => listsOf(transactions, one, place))
    const behind = (before: number | undefined, own: readonly Int32Array[]): boolean =>
      shown.some((list) => list.includes(code))
        ? shown.some((list) => stands(list, before, list.indexOf(code)))
        : (before === undefined || [...shown, ...own].some((list) => list.includes(before))) &&
          isUnread(transactions, place, code)
    if (relation === RW) {
      const lists = listsOf(transactions, from, place)
      return lists.some((list) => !list.includes(code) && behind(list.at(-1), [list]))
    }
    return ofKind(transactions, from, APPEND).some(
      (first) => key[first] === place && first !== append && behind(value[first]!, []),
    )
  })
}

/** Whether a list has an element before a place; nothing stands before every place. */
const stands = (list: Int32Array, code: number | undefined, place: number): boolean =>
  place >= 0 && (code === undefined || (list.includes(code) && list.indexOf(code) < place))

const ofKind = ({ first, end, kind }: Transactions, one: number, wanted: number): number[] => {
  const found: number[] = []
  for (let at = first[one]!; at < end[one]!; at++) if (kind[at] === wanted) found.push(at)
  return found
}

/** The lists that a transaction read of a key, where it is known to have committed. */
const listsOf = (transactions: Transactions, one: number, place: number): Int32Array[] => {
  const { outcome, key, length, value, names } = transactions
  if (outcome[one] !== OK) return []
  return ofKind(transactions, one, READ)
    .filter((read) => key[read] === place)
    .map((read) =>
      length[read] === SCALAR ? new Int32Array(0) : names.lists.codes(value[read]!, length[read]!),
    )
}

/** Whether nobody read a value of a key, of those who are known to have committed. */
const isUnread = (transactions: Transactions, place: number, code: number): boolean => {
  const { size, first, end, kind, outcome, key, length, value, names } = transactions
  const looked = new Map<number, number>()
  for (let one = 0; one < size; one++) {
    if (outcome[one] !== OK) continue
    for (let at = first[one]!; at < end[one]!; at++) {
      if (kind[at] !== READ || key[at] !== place || length[at] === SCALAR) continue
      const known = looked.get(value[at]!) ?? 0
      if (length[at]! <= known) continue
      if (names.lists.codes(value[at]!, length[at]!).includes(code, known)) return false
      looked.set(value[at]!, length[at]!)
    }
  }
  return true
}
