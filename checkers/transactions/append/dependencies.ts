/**
 * The dependencies between transactions over lists: each element was appended behind the one before it (ww), a
 * read saw the append of its last element (wr) and did not see the append that came next (rw). Vertices are all
 * transactions that may have happened; what one of unknown outcome read counts for nothing.
 */
import { FAIL, NONE } from '../../history.ts'
import type { Meter } from '../../limits.ts'
import { Edges } from '../edges.ts'
import { cross } from '../ranges.ts'
import { RW, WR, WW } from '../relations.ts'
import {
  eachAppend,
  eachRead,
  isUnread,
  itemBehind,
  lastElement,
  type Versions,
} from './versions.ts'

/** O(micro-operations + elements) @throws OutOfLimits */
export const dependenciesOf = (versions: Versions, meter: Meter): Edges => {
  const finding = new Finding(versions, meter)
  finding.writes()
  finding.reads()
  finding.unread()
  return finding.edges
}

class Finding {
  readonly edges: Edges
  /** For each key with appends that were never read, their transactions, and those that saw all others. */
  private readonly behind = new Map<
    number,
    { readonly writers: Set<number>; readers: Set<number> }
  >()

  constructor(
    private readonly versions: Versions,
    private readonly meter: Meter,
  ) {
    this.edges = new Edges(versions.transactions.size)
    const { transactions } = versions
    eachAppend(transactions, (append, writer) => {
      if (!isUnread(versions, append)) return
      if (transactions.outcome[writer] === FAIL) return
      const key = transactions.key[append]!
      const known = this.behind.get(key)
      if (known === undefined)
        this.behind.set(key, { writers: new Set([writer]), readers: new Set() })
      else known.writers.add(writer)
    })
  }

  writes(): void {
    const { transactions, begin, end, following } = this.versions
    const { keys, owner } = transactions
    for (let key = 0; key < keys; key++) {
      let before = NONE
      for (let at = begin[key]!; at < end[key]!; at++) {
        const append = following[at]!
        if (append === NONE) break
        if (append === before) continue
        if (before !== NONE) this.edges.add(owner[before]!, owner[append]!, WW)
        before = append
      }
      if (before === NONE) continue
      for (const writer of this.behind.get(key)?.writers ?? [])
        this.edges.add(owner[before]!, writer, WW)
    }
  }

  reads(): void {
    const { edges, versions, meter } = this
    const { transactions, writers, following, end, ambiguous, item } = versions
    const { key, owner, outcome } = transactions
    eachRead(transactions, (read, reader, length) => {
      meter.step()
      const place = key[read]!
      const next = itemBehind(versions, read, length)
      if (length > 0) {
        const known = next === NONE ? NONE : following[next - 1]!
        const append =
          known !== NONE && item[known] === next - 1
            ? known
            : writers.of(place, lastElement(transactions, read, length))
        if (append !== NONE && ambiguous[append] === 0 && outcome[owner[append]!] !== FAIL)
          edges.add(owner[append]!, reader, WR)
      }
      if (next === NONE) return
      const after = next < end[place]! ? following[next]! : NONE
      if (after !== NONE) edges.add(reader, owner[after]!, RW)
      else this.behind.get(place)?.readers.add(reader)
    })
  }

  unread(): void {
    for (const { readers, writers } of this.behind.values())
      cross(this.edges, [...readers], [...writers], RW)
  }
}
