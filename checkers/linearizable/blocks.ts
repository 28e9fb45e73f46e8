/**
 * Decides in linear time whether registers are linearizable whose installed values never repeat and
 * never are the initial one, all keys at once. After Gibbons and Korach, "Testing shared memories"
 * (SIAM J. Comput. 1997), extended by compare-and-set.
 *
 * In every legal order a version lives once, so the operations around it stand together: its
 * installer, those that saw it, then the compare-and-set that took it away, with which the next
 * version begins. A block is such a chain of versions, from a write (or the initial value) on. It is
 * right when each of its operations ends after all of the versions before have begun.
 *
 * With f the first end in a block and t the last start, block A must stand before block B when
 * f(A) < t(B), for an operation of A was over before one of B began. The history is linearizable
 * exactly when every block is right and no two blocks must each stand before the other: a longer
 * circle holds a circle of two. For let t(M) be the largest on the circle; every f(A) on it is smaller
 * than the t of A's successor, so than t(M); so M's successor N must stand before M, and M before N.
 *
 * Such a pair is found by going through the blocks once: those with f < t by their f, which must not
 * overlap, and the others by their t, which must not lie within one of the former.
 */
import { NONE } from '../history.ts'
import { type Chains, POLL_MASK } from './chains.ts'
import { NEVER } from './part.ts'

export class Blocks {
  /**
   * At a position of the history: 1 + the first version of the block that comes next there. Without a
   * contradiction, to go through them is to go through the blocks of each key in a legal order.
   */
  readonly at: Int32Array
  /** Of a block, by its first version: the operation that ended first; NONE for the initial value. */
  private readonly first: Int32Array
  /** Of a block, by its first version: the operation that began last. */
  private readonly last: Int32Array

  /** Adds what it finds to the contradictions. O(operations). @throws OutOfLimits */
  constructor(private readonly chains: Chains) {
    const { history, versions } = chains.registers
    this.at = new Int32Array(history.length)
    this.first = new Int32Array(versions.size)
    this.last = new Int32Array(versions.size)
    this.follow()
    this.compare()
  }

  get bytes(): number {
    return this.at.byteLength + this.first.byteLength * 2
  }

  /** Goes along every chain. */
  private follow(): void {
    const { chains } = this
    const { observed, end, versions } = chains.registers
    const { producer } = chains
    const { key, size, keys: initial } = versions
    const reached = new Uint8Array(size)
    for (let version = 0; version < size; version++) {
      if ((version & POLL_MASK) === 0) chains.poll(this.bytes)
      const op = producer[version]!
      if (version >= initial) {
        if (op === NONE || observed[op] !== NONE) continue
        if (end[op] === NEVER && !chains.counts(op)) continue
      }
      if (chains.isOpen(key[version]!)) this.walk(version, reached)
    }
    for (let version = initial; version < size; version++)
      if (reached[version] === 0 && producer[version] !== NONE)
        if (chains.counts(producer[version]!) && chains.isOpen(key[version]!)) this.circle(version)
  }

  /** Whether the chain that begins with a version is right, and where its block stands. */
  private walk(head: number, reached: Uint8Array): void {
    const { chains } = this
    const { start, end, installed } = chains.registers
    const { consumer, firstEnd, lastStart } = chains
    let installer = chains.producer[head]!
    let first = installer
    let last = installer
    for (let version = head; ; version = installed[installer]!) {
      reached[version] = 1
      const reader = firstEnd[version]!
      if (installer !== NONE) {
        if (end[installer]! < start[last]!) {
          this.backwards(head, installer, last)
          return
        }
        if (start[installer]! > start[last]!) last = installer
        if (end[installer]! < end[first]!) first = installer
      }
      if (reader !== NONE) {
        if (last !== NONE && end[reader]! < start[last]!) {
          this.backwards(head, reader, last)
          return
        }
        const latest = lastStart[version]!
        if (last === NONE || start[latest]! > start[last]!) last = latest
        if (first === NONE || end[reader]! < end[first]!) first = reader
      }
      installer = consumer[version]!
      if (installer === NONE) break
      if (last === NONE) {
        first = installer
        last = installer
      }
    }
    this.place(head, first, last)
  }

  /** An operation of a block ended before one began that stands in front of it there. */
  private backwards(head: number, ended: number, began: number): void {
    this.chains.contradict(this.chains.registers.versions.key[head]!, [ended, began])
  }

  private place(head: number, first: number, last: number): void {
    const { start, end, versions } = this.chains.registers
    const initial = head < versions.keys
    this.first[head] = initial ? NONE : first
    this.last[head] = last
    if (!initial) this.at[Math.min(end[first]!, start[last]!)] = head + 1
  }

  /** Versions that compare-and-sets made out of each other, without a first one. */
  private circle(from: number): void {
    const { chains } = this
    const { observed, versions } = chains.registers
    const seen = new Set<number>()
    let version = from
    for (; !seen.has(version); version = observed[chains.producer[version]!]!) seen.add(version)
    const all = [...seen]
    const ops = all.slice(all.indexOf(version)).map((one) => chains.producer[one]!)
    chains.contradict(versions.key[from]!, ops)
  }

  /** Whether two blocks must each stand before the other. */
  private compare(): void {
    const { chains, at, first, last } = this
    const { start, end, versions } = chains.registers
    const { key: keyOf, keys } = versions
    const { length } = at
    /** Of each key: the block so far with f < t that reaches furthest. */
    const furthest = new Int32Array(keys).fill(NONE)
    for (let key = 0; key < keys; key++)
      if (chains.isOpen(key) && last[key] !== NONE) furthest[key] = key
    for (let position = 0; position < length; position++) {
      if ((position & POLL_MASK) === 0) chains.poll(this.bytes)
      const block = at[position]! - 1
      if (block < 0) continue
      const key = keyOf[block]!
      const f = end[first[block]!]!
      const before = furthest[key]!
      if (before !== NONE && f < start[last[before]!]!)
        chains.contradict(key, [first[before]!, last[before]!, first[block]!, last[block]!])
      if (f < start[last[block]!]!) furthest[key] = block
    }
  }
}
