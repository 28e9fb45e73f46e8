/**
 * What is wrong with the lists that were read, found once for all reads that are prefixes of each other: from
 * which element on a read of them is wrong, too.
 */
import { FAIL, NONE } from '../../history.ts'
import type { Meter } from '../../limits.ts'
import type { Versions } from './versions.ts'

/** For each spine, the place of the first element of which something holds; NONE where there is none. */
export interface Marks {
  /** Nobody appended it. */
  readonly garbage: Int32Array
  /** It was appended by a transaction that failed. */
  readonly aborted: Int32Array
  /** It stands there a second time, although it was appended once. */
  readonly repeated: Int32Array
}

/** O(micro-operations + elements) @throws OutOfLimits */
export const marksOf = (versions: Versions, meter: Meter): Marks => {
  const { transactions } = versions
  const { lists } = transactions.names
  const column = (): Int32Array => new Int32Array(lists.size).fill(NONE)
  const marks = { garbage: column(), aborted: column(), repeated: column() }
  const seen = new Int32Array(transactions.owner.length).fill(NONE)
  meter.hold(seen.byteLength + lists.size * 12)
  for (let spine = 0; spine < lists.size; spine++)
    mark(versions, marks, seen, spine, versions.read[spine]!, meter)
  return marks
}

const mark = (
  { transactions, writers, ambiguous, longest, item }: Versions,
  marks: Marks,
  seen: Int32Array,
  spine: number,
  length: number,
  meter: Meter,
): void => {
  const { names, outcome, owner, value } = transactions
  const { lists } = names
  const start = lists.start.items[spine]!
  const key = lists.key.items[spine]!
  const own = value[longest[key]!] === spine
  const strangers = new Set<number>()
  const first = (column: Int32Array, place: number): void => {
    if (column[spine] === NONE) column[spine] = place
  }
  for (let place = 0; place < length; place++) {
    meter.step()
    const code = lists.items[start + place]!
    const append = writers.of(key, code)
    if (append === NONE) {
      first(marks.garbage, place)
      if (strangers.has(code)) first(marks.repeated, place)
      strangers.add(code)
      continue
    }
    if (ambiguous[append] === 1) continue
    if (outcome[owner[append]!] === FAIL) first(marks.aborted, place)
    if (own ? item[append] !== start + place : seen[append] === spine) first(marks.repeated, place)
    seen[append] = spine
  }
}
