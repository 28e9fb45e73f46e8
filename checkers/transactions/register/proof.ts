/**
 * Whether the transactions alone prove a dependency over registers, given the sources of the order of versions that
 * were chosen. Uses nothing that the search for dependencies found.
 */
import { FAIL, OK } from '../../history.ts'
import { NULL_CODE, READ, type Transactions } from '../columns.ts'
import type { Step } from '../paths.ts'
import { RW, WR } from '../relations.ts'
import type { Source } from './order.ts'

/** @param witnesses transactions that show an order of versions */
export const provesWrite = (
  transactions: Transactions,
  chosen: readonly Source[],
  { from, to, relation }: Step,
  witnesses: readonly number[],
): boolean => {
  const keys = touched(transactions, from).filter((key) => touched(transactions, to).includes(key))
  return keys.some((key) => {
    const [first, second] = [shows(transactions, from, key), shows(transactions, to, key)]
    if (relation === WR) return first.wrote !== undefined && first.wrote === second.read
    const before = relation === RW ? first.read : first.wrote
    const after = second.wrote
    if (before === undefined || after === undefined || before === after) return false
    if (before === NULL_CODE) return relation === RW
    if (chosen.includes('wfr-keys') && second.read === before) return true
    const all = [...new Set([from, to, ...witnesses])]
    return all.some((one) =>
      all.some(
        (other) =>
          left(transactions, one, key) === before &&
          found(transactions, other, key) === after &&
          isBefore(transactions, chosen, one, other),
      ),
    )
  })
}

const isBefore = (
  { outcome, completed, invoked, process }: Transactions,
  chosen: readonly Source[],
  one: number,
  other: number,
): boolean =>
  outcome[one] === OK &&
  completed[one]! < invoked[other]! &&
  (chosen.includes('linearizable-keys') ||
    (chosen.includes('sequential-keys') && process[one] === process[other]))

const touched = ({ first, end, key }: Transactions, one: number): number[] => [
  ...new Set(key.subarray(first[one]!, end[one]!)),
]

/** The codes of what a transaction shows of a register: what it read before it wrote, and what it wrote last. */
const shows = (
  { first, end, kind, key, value, outcome }: Transactions,
  one: number,
  register: number,
): { readonly read: number | undefined; readonly wrote: number | undefined } => {
  if (outcome[one] === FAIL) return { read: undefined, wrote: undefined }
  const steps: number[] = []
  for (let at = first[one]!; at < end[one]!; at++) if (key[at] === register) steps.push(at)
  const [begin] = steps
  const last = steps.findLast((at) => kind[at] !== READ)
  const reads = begin !== undefined && kind[begin] === READ && outcome[one] === OK
  return {
    read: reads ? value[begin] : undefined,
    wrote: last === undefined ? undefined : value[last],
  }
}

const left = (transactions: Transactions, one: number, key: number): number | undefined => {
  const { read, wrote } = shows(transactions, one, key)
  return wrote ?? read
}

const found = (transactions: Transactions, one: number, key: number): number | undefined => {
  const { read, wrote } = shows(transactions, one, key)
  return read ?? wrote
}
