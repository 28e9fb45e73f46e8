/**
 * What transactions over registers show to each other: the value that each read first of a register, before it wrote
 * there, and the one that it left behind. A version is named by the micro-operation that wrote it, or, if nobody
 * did, by the first that read it; the initial one of each register comes behind those.
 */
import { FAIL, NONE, OK } from '../../history.ts'
import type { Meter } from '../../limits.ts'
import { type Chains, chainsOf } from '../chains.ts'
import { NULL_CODE, READ, type Transactions } from '../columns.ts'
import { Writers } from '../writers.ts'

export interface Versions extends Chains {
  readonly transactions: Transactions
  readonly writers: Writers
  /** How many numbers versions have: those of micro-operations, and one a register. */
  readonly size: number
  /**
   * The version of each micro-operation that others may see: of the first read of a register, before any write, by a
   * transaction that committed, and of the last write to it by one that may have; else NONE.
   */
  readonly version: Int32Array
  /** 1 for writes of a value that was written to the register several times. */
  readonly ambiguous: Uint8Array
}

/** O(micro-operations) @throws OutOfLimits */
export const versionsOf = (transactions: Transactions, meter: Meter): Versions => {
  const { size, first, end, kind, key, value, owner, outcome, keys } = transactions
  const writers = new Writers(transactions)
  const chains = chainsOf(transactions)
  const ambiguous = new Uint8Array(owner.length)
  for (const at of writers.duplicates) {
    ambiguous[at] = 1
    ambiguous[writers.of(key[at]!, value[at]!)] = 1
  }
  meter.hold(writers.bytes + owner.length * 14)
  const version = new Int32Array(owner.length).fill(NONE)
  const garbage = new Map<number, Map<number, number>>()
  const unwritten = (read: number): number => {
    const known = garbage.get(key[read]!) ?? new Map<number, number>()
    garbage.set(key[read]!, known)
    const before = known.get(value[read]!)
    if (before === undefined) known.set(value[read]!, read)
    return before ?? read
  }
  const read = (at: number): number => {
    if (value[at] === NULL_CODE) return owner.length + key[at]!
    const writer = writers.of(key[at]!, value[at]!)
    if (writer === NONE) return unwritten(at)
    return ambiguous[writer] === 1 ? NONE : writer
  }
  for (let one = 0; one < size; one++) {
    if (outcome[one] === FAIL) continue
    for (let at = first[one]!; at < end[one]!; at++) {
      meter.step()
      if (kind[at] === READ) {
        if (outcome[one] === OK && chains.previous[at] === NONE) version[at] = read(at)
      } else if (chains.intermediate[at] === 0 && ambiguous[at] === 0) version[at] = at
    }
  }
  return { ...chains, transactions, writers, ambiguous, version, size: owner.length + keys }
}

/** The register of a version. */
export const keyOfVersion = ({ transactions }: Versions, version: number): number => {
  const { owner, key } = transactions
  return version < owner.length ? key[version]! : version - owner.length
}

/** The code of the value of a version. */
export const codeOfVersion = ({ transactions }: Versions, version: number): number =>
  version < transactions.owner.length ? transactions.value[version]! : NULL_CODE

/** The transaction that wrote a version for others to see, or NONE. */
export const writerOf = ({ transactions, version: versions }: Versions, version: number): number =>
  version < versions.length && versions[version] === version && transactions.kind[version] !== READ
    ? transactions.owner[version]!
    : NONE

/**
 * Calls a function for each register that a transaction shows a version of, with the first and the last one that it
 * shows: the same where it shows but one. O(micro-operations²) of the transaction
 */
export const eachInteraction = (
  versions: Versions,
  transaction: number,
  visit: (found: number, left: number) => void,
): void => {
  const { transactions, version, previous } = versions
  const { first, end, kind } = transactions
  for (let at = end[transaction]! - 1; at >= first[transaction]!; at--) {
    const left = version[at]!
    if (left === NONE) continue
    if (kind[at] === READ) {
      if (!isFollowed(versions, at)) visit(left, left)
      continue
    }
    let before = previous[at]!
    while (before !== NONE && previous[before] !== NONE) before = previous[before]!
    const found = before === NONE || kind[before] !== READ ? NONE : version[before]!
    visit(found === NONE ? left : found, left)
  }
}

/** Whether a write of the same transaction and register comes behind a read, which the write then tells of. */
const isFollowed = ({ transactions, version }: Versions, read: number): boolean => {
  const { owner, end, key, kind } = transactions
  for (let at = read + 1; at < end[owner[read]!]!; at++)
    if (key[at] === key[read] && kind[at] !== READ && version[at] !== NONE) return true
  return false
}
