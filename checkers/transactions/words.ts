/** How transactions, keys and values are called in sentences that a person verifies. */
import { show } from '../model.ts'
import { indexOf, keyOf, NULL_CODE, SCALAR, scalarOf, type Transactions } from './columns.ts'
import type { Writers } from './writers.ts'

/** Elements of a list that are shown, the last ones. */
const SHOWN = 8

/** "operation 12". */
export const operation = (transactions: Transactions, transaction: number): string =>
  `operation ${indexOf(transactions, transaction)}`

export const keyWord = (transactions: Transactions, key: number): string =>
  String(keyOf(transactions, key))

/** A written or read scalar. */
export const valueWord = (transactions: Transactions, code: number): string =>
  code === NULL_CODE ? 'nil' : show(scalarOf(transactions, code))

/** A list of codes, its beginning left out where it is long: "[1 2 3]", "[… 7 8]". */
export const listWord = (transactions: Transactions, codes: ArrayLike<number>): string => {
  const from = Math.max(0, codes.length - SHOWN)
  const words = Array.from(codes)
    .slice(from)
    .map((code) => valueWord(transactions, code))
  return `[${from > 0 ? '… ' : ''}${words.join(' ')}]`
}

/** What a micro-operation read. */
export const readWord = (transactions: Transactions, read: number): string => {
  const { length, value, names } = transactions
  if (length[read] === SCALAR) return valueWord(transactions, value[read]!)
  return listWord(transactions, names.lists.codes(value[read]!, length[read]!))
}

/** The `index` of some transactions, ascending, each once. */
export const indexesOf = (transactions: Transactions, of: readonly number[]): readonly number[] =>
  [...new Set(of)].sort((a, b) => a - b).map((one) => indexOf(transactions, one))

/** Writes of one value cannot be told apart, and what followed from them is not known. */
export const doubtOf = (
  transactions: Transactions,
  writers: Writers,
  verb: 'append' | 'write',
): string | undefined => {
  const [second] = writers.duplicates
  if (second === undefined) return undefined
  const { key, value, owner } = transactions
  const first = owner[writers.of(key[second]!, value[second]!)]!
  const [one, other] = [operation(transactions, first), operation(transactions, owner[second]!)]
  const written = `${valueWord(transactions, value[second]!)} to ${keyWord(transactions, key[second]!)}`
  return first === owner[second]
    ? `${one} ${verb}s ${written} twice: expected every value of a key once`
    : `${one} and ${other} both ${verb} ${written}: expected every value of a key once`
}
