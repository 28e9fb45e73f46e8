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
 * Such a pair is found by going through the blocks once, from the latest t to the earliest: a block is in
 * conflict with one that has a later t when its t comes after the f of that one, and its f before the t.
 * Only the block of those before whose f is the earliest counts: as long as there was no conflict, what
 * comes now has its t before the f of all others. The block of the initial value stands before all.
 */
import { NONE } from '../history.ts'
import { type Chains, POLL_MASK } from './chains.ts'
import { NEVER } from './part.ts'

export class Blocks {
  /** Of an operation that began last in its block: 1 + the first version of the block, or 0. */
  private readonly heads: Int32Array
  /** Of a block, by its first version: the operation that ended first; NONE for the initial value. */
  private readonly first: Int32Array
  /** Of a block, by its first version: the operation that began last. */
  private readonly last: Int32Array

  /** Adds what it finds to the contradictions. O(operations). @throws OutOfLimits */
  constructor(private readonly chains: Chains) {
    const { size, versions } = chains.registers
    this.heads = new Int32Array(size)
    this.first = new Int32Array(versions.size)
    this.last = new Int32Array(versions.size)
    this.follow()
    this.compare()
  }

  get bytes(): number {
    return this.heads.byteLength + this.first.byteLength * 2
  }

  /**
   * At a position of the history: 1 + the first version of the block that comes next there, or 0. Without a
   * contradiction, to go through them is to go through the blocks of each key in a legal order.
   */
  places(): Int32Array {
    const { chains, heads, first } = this
    const { history, start, end } = chains.registers
    const places = new Int32Array(history.length)
    for (let op = 0; op < heads.length; op++) {
      const head = heads[op]! - 1
      if (head >= 0) places[Math.min(end[first[head]!]!, start[op]!)] = head + 1
    }
    return places
  }

  /** Goes along every chain. */
  private follow(): void {
    const { chains } = this
    const { observed, end, versions } = chains.registers
    const { producer } = chains
    const { size, keys: initial } = versions
    const reached = new Uint8Array(size)
    for (let version = 0; version < size; version++) {
      if ((version & POLL_MASK) === 0) chains.poll(this.bytes)
      const op = producer[version]!
      if (version >= initial) {
        if (op === NONE || observed[op] !== NONE) continue
        if (end[op] === NEVER && !chains.counts(op)) continue
      }
      if (chains.isOpen(versions.key(version))) this.walk(version, reached)
    }
    for (let version = initial; version < size; version++)
      if (reached[version] === 0 && producer[version] !== NONE)
        if (chains.counts(producer[version]!) && chains.isOpen(versions.key(version)))
          this.circle(version)
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
    this.chains.contradict(this.chains.registers.versions.key(head), [ended, began])
  }

  private place(head: number, first: number, last: number): void {
    const isInitial = head < this.chains.registers.versions.keys
    this.first[head] = isInitial ? NONE : first
    this.last[head] = last
    if (!isInitial) this.heads[last] = head + 1
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
    chains.contradict(versions.key(from), ops)
  }

  /** Whether two blocks must each stand before the other. */
  private compare(): void {
    const { chains, heads, first, last } = this
    const { start, end, versions } = chains.registers
    /** Of each key: the block so far whose f is the earliest. */
    const earliest = new Int32Array(versions.keys).fill(NONE)
    for (let op = heads.length - 1; op >= 0; op--) {
      if ((op & POLL_MASK) === 0) chains.poll(this.bytes)
      const block = heads[op]! - 1
      if (block < 0) continue
      const key = versions.key(block)
      const f = end[first[block]!]!
      const initial = last[key]!
      if (initial !== NONE && f < start[initial]!) this.conflict(key, key, block)
      const after = earliest[key]!
      if (after !== NONE) {
        const afterF = end[first[after]!]!
        if (afterF < start[op]! && f < start[last[after]!]!) this.conflict(key, after, block)
        if (f > afterF) continue
      }
      earliest[key] = block
    }
  }

  private conflict(key: number, one: number, other: number): void {
    const { chains, first, last } = this
    chains.contradict(key, [first[one]!, last[one]!, first[other]!, last[other]!])
  }
}
