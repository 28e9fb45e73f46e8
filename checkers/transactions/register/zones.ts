/**
 * The order of the versions of a register in real time, if a register is taken to be linearizable: one version comes
 * before another when a transaction that left the first had ended before one began that found the second. Only the
 * earliest such end and the latest such beginning of a version count (Gibbons and Korach 1997), so that nothing needs
 * to be compared in pairs.
 */
import { FAIL, NONE, OK } from '../../history.ts'
import type { Shown } from './shown.ts'
import { eachInteraction, type Versions } from './versions.ts'

export interface Zones {
  /** For each version the transaction that left it and ended first, or NONE. */
  readonly ended: Int32Array
  /** For each version the transaction that found it and began last, or NONE. */
  readonly began: Int32Array
}

/** O(micro-operations²) of each transaction */
export const zonesOf = (versions: Versions): Zones => {
  const { size, outcome, completed } = versions.transactions
  const ended = new Int32Array(versions.size).fill(NONE)
  const began = new Int32Array(versions.size).fill(NONE)
  for (let one = 0; one < size; one++) {
    if (outcome[one] === FAIL) continue
    eachInteraction(versions, one, (found, left) => {
      // Transactions are numbered as they began.
      began[found] = one
      if (outcome[one] !== OK) return
      const known = ended[left]!
      if (known === NONE || completed[one]! < completed[known]!) ended[left] = one
    })
  }
  return { ended, began }
}

/** The versions of a register that were found, by when that was for the last time, and those moments. */
export interface Row {
  readonly versions: readonly number[]
  readonly moments: readonly number[]
}

/** O(n log n) */
export const rowOf = (
  { transactions: { invoked } }: Versions,
  { all, start }: Shown,
  { began }: Zones,
  key: number,
  wanted: (version: number) => boolean,
): Row => {
  const versions = [...all.subarray(start[key]!, start[key + 1]!)]
    .filter((one) => began[one] !== NONE && wanted(one))
    .sort((a, b) => began[a]! - began[b]!)
  return { versions, moments: versions.map((one) => invoked[began[one]!]!) }
}

/** The place in a row from which on all versions were found only after a moment. O(log n) */
export const placeAfter = ({ moments }: Row, moment: number): number => {
  let [low, high] = [0, moments.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (moments[middle]! > moment) high = middle
    else low = middle + 1
  }
  return low
}
