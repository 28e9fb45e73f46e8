/**
 * The common case in one scan: registers whose installed values never repeat, and that are linearizable.
 * The theorem is that of blocks.ts. Here it is decided on the history's own columns, with five numbers a
 * version (Gibbons and Korach's zone of it, and the version that replaced it) and none an operation: the
 * memory that a decision touches is most of what it costs.
 *
 * There is one answer, yes. Whatever speaks against it or is out of the ordinary (a value installed
 * twice, a failed compare-and-set that does not tell what it saw, an operation that the model does not
 * have) ends the scan without an answer, and the history is judged where proofs are made.
 */
import type { Limits } from '../checker.ts'
import { FAIL, type History, INFO, INVOKE, NEMESIS, NONE, OK } from '../history.ts'
import { poll } from '../limits.ts'
import type { RegisterSettings } from '../model.ts'
import { CAS, keyAt, kindsOf, READ, WRITE } from '../registers/registers.ts'
import { Versions } from '../registers/versions.ts'
import { POLL_MASK } from './chains.ts'
import { NEVER } from './part.ts'

/** What there is to tell of registers that are linearizable. */
export interface Accepted {
  /** Operations that count, as in the columns of registers. */
  readonly operations: number
  readonly indeterminate: number
  /** How many keys have operations. */
  readonly keys: number
}

/** Says yes, or nothing. O(events). @throws OutOfLimits */
export const accepted = (
  history: History,
  settings: RegisterSettings,
  limits: Limits,
): Accepted | undefined => {
  const zones = new Zones(history, settings, limits)
  if (!zones.scan()) return undefined
  zones.settle()
  return zones.walk() && zones.compare() ? zones : undefined
}

/**
 * The zone of a version, in `Zones.times`: four times from here on. Times are positions in the history,
 * plus one: 0 is none.
 */
const ZONE = 4
/** When its installer began, negative for a compare-and-set. */
const BEGUN = 0
/** When its installer ended, or NEVER. */
const ENDED = 1
/** The first end, and the last start, of the others that saw it. */
const FIRST_END = 2
const LAST_START = 3

class Zones implements Accepted {
  operations = 0
  indeterminate = 0
  private readonly versions: Versions
  private times: Int32Array
  /** Of each version: 1 + the one that a compare-and-set made of it, or 0. */
  private next: Int32Array
  /** Versions installed by compare-and-sets of unknown outcome, and the ones that those saw. */
  private readonly unsure = new Map<number, number>()
  /** Of each key: whether it has operations. */
  private readonly used: Uint8Array
  /** At a time: 1 + the head of the block whose last operation began then, or 0. */
  private blocks = new Int32Array(0)
  private ordinary = true

  constructor(
    private readonly history: History,
    private readonly settings: RegisterSettings,
    private readonly limits: Limits,
  ) {
    const { length, keys, columns } = history
    const expected = (length >> 1) + 1
    this.versions = new Versions(keys.length + 1, settings.initial, expected, columns.value.span)
    this.times = new Int32Array((this.versions.keys + expected) * ZONE)
    this.next = new Int32Array(this.versions.keys + expected)
    this.used = new Uint8Array(this.versions.keys)
  }

  get keys(): number {
    return this.used.reduce((sum, used) => sum + used, 0)
  }

  /** Reads the history: zones of all versions. */
  scan(): boolean {
    const { history } = this
    const { type, partner, process, f } = history.columns
    const kinds = kindsOf(history)
    for (let position = 0; position < history.length && this.ordinary; position++) {
      if ((position & POLL_MASK) === POLL_MASK) this.poll()
      const kind = kinds[f[position]!]!
      const other = partner[position]!
      if (other === NONE && process[position] === NEMESIS) continue
      if (type[position] !== INVOKE) {
        // What was seen is told at the end, in the order in which the file is read.
        if (kind === READ && type[position] === OK) this.read(other, position)
        else if (kind === CAS && type[position] === FAIL) this.refusal(other, position)
      } else if (kind === WRITE) this.write(position, other)
      else if (kind === CAS && this.settings.cas) this.cas(position, other)
      else if (kind !== READ) this.ordinary = false
    }
    return this.ordinary
  }

  /** Which operations of unknown outcome must have happened: those whose version was seen. */
  settle(): void {
    const { unsure, next } = this
    for (const start of unsure.keys())
      for (let version = start; this.wasSeen(version); ) {
        const from = unsure.get(version)
        if (from === undefined || next[from] === version + 1) break
        next[from] = version + 1
        version = from
      }
  }

  /** Goes along every chain of versions, from a write or the initial value on: is its block right? */
  walk(): boolean {
    const { versions, times } = this
    this.blocks = new Int32Array(this.history.length + 1)
    let awaited = 0
    for (let version = 0; version < versions.size; version++) {
      if ((version & POLL_MASK) === POLL_MASK) this.poll()
      if (version >= versions.keys) {
        const begun = times[version * ZONE + BEGUN]!
        if (!this.counts(version)) continue
        if (begun === 0) return false
        if (begun < 0) awaited++
        if (begun <= 0) continue
      }
      const reached = this.follow(version)
      if (reached === BROKEN) return false
      awaited -= reached
    }
    // No walk comes to versions that compare-and-sets made out of each other, without a first one, nor to
    // what one made of a version that another took away as well.
    return awaited === 0
  }

  /** No two blocks must each stand before the other: from the latest last start to the earliest. */
  compare(): boolean {
    const { versions, times, next, blocks } = this
    const earliest = new Int32Array(versions.keys).fill(NEVER)
    const itsLast = new Int32Array(versions.keys)
    for (let last = blocks.length - 1; last > 0; last--) {
      if ((last & POLL_MASK) === POLL_MASK) this.poll()
      const head = blocks[last]! - 1
      if (head < 0) continue
      const key = versions.key(head)
      const first = times[head * ZONE + FIRST_END]!
      // The block of the initial value stands before all others of its key.
      if (first < next[key]!) return false
      if (earliest[key]! < last && first < itsLast[key]!) return false
      if (first >= earliest[key]!) continue
      earliest[key] = first
      itsLast[key] = last
    }
    return true
  }

  private poll(): void {
    const { versions, times, next, blocks } = this
    const bytes = versions.bytes + times.byteLength + next.byteLength + blocks.byteLength
    poll(this.limits, bytes + this.unsure.size * 48)
  }

  private read(invocation: number, completion: number): void {
    const key = this.key(invocation)
    const version = this.versions.at(key, this.history.columns.value, completion)
    this.see(key, version, invocation, completion)
  }

  private write(invocation: number, completion: number): void {
    const { type, value } = this.history.columns
    const outcome = completion === NONE ? INFO : type[completion]!
    if (outcome === FAIL) return
    const key = this.key(invocation)
    const version = this.versions.at(key, value, invocation)
    this.install(version, invocation + 1, this.end(key, completion, outcome))
  }

  private cas(invocation: number, completion: number): void {
    const { type, value } = this.history.columns
    const outcome = completion === NONE ? INFO : type[completion]!
    if (value.listLength(invocation) < 2) this.ordinary = false
    // One that failed is read where it ends.
    if (outcome === FAIL || !this.ordinary) return
    const key = this.key(invocation)
    const from = this.versions.element(key, value, invocation, 0)
    const to = this.versions.element(key, value, invocation, 1)
    if (from === to) {
      if (outcome === OK) this.see(key, from, invocation, completion)
      return
    }
    this.install(to, -invocation - 1, this.end(key, completion, outcome))
    if (outcome === INFO) this.unsure.set(to, from)
    else {
      this.reach(from)
      this.next[from] = to + 1
    }
  }

  private refusal(invocation: number, completion: number): void {
    const { value } = this.history.columns
    if (this.settings.failedCas === 'drop' || this.history.error(completion) !== undefined) return
    if (value.listLength(completion) < 3) {
      this.ordinary = false
      return
    }
    const key = this.key(invocation)
    const version = this.versions.element(key, value, completion, 2)
    this.see(key, version, invocation, completion)
  }

  private key(invocation: number): number {
    return this.versions.keys === 1 ? 0 : keyAt(this.history, invocation)
  }

  private count(key: number): void {
    this.operations++
    this.used[key] = 1
  }

  private end(key: number, completion: number, outcome: number): number {
    this.count(key)
    if (outcome !== INFO) return completion + 1
    this.indeterminate++
    return NEVER
  }

  private install(version: number, begun: number, ended: number): void {
    this.reach(version)
    const zone = version * ZONE
    if (version < this.versions.keys || this.times[zone + BEGUN] !== 0) this.ordinary = false
    this.times[zone + BEGUN] = begun
    this.times[zone + ENDED] = ended
  }

  private see(key: number, version: number, invocation: number, completion: number): void {
    this.count(key)
    this.reach(version)
    const { times } = this
    const zone = version * ZONE
    const first = times[zone + FIRST_END]!
    if (first === 0 || completion < first) times[zone + FIRST_END] = completion + 1
    if (invocation >= times[zone + LAST_START]!) times[zone + LAST_START] = invocation + 1
  }

  /** There may be more versions than invocations promise: those that nobody installed. */
  private reach(version: number): void {
    if (version < this.next.length) return
    const larger = (from: Int32Array): Int32Array => {
      const to = new Int32Array(from.length * 2)
      to.set(from)
      return to
    }
    this.times = larger(this.times)
    this.next = larger(this.next)
  }

  private wasSeen(version: number): boolean {
    return this.times[version * ZONE + FIRST_END] !== 0 || this.next[version] !== 0
  }

  /** Whether a version takes part: it was there for certain. */
  private counts(version: number): boolean {
    const ended = this.times[version * ZONE + ENDED]!
    return (ended !== 0 && ended !== NEVER) || this.wasSeen(version)
  }

  /** How many versions come after the head of a chain; BROKEN where its block is not right. */
  private follow(head: number): number {
    const { times, next } = this
    const initial = this.versions.keys
    let first = NEVER
    let last = 0
    let after = -1
    for (let version = head; version >= 0; version = next[version]! - 1) {
      const zone = version * ZONE
      after++
      if (version >= initial) {
        const begun = Math.abs(times[zone + BEGUN]!)
        const ended = times[zone + ENDED]!
        if (ended < last) return BROKEN
        if (begun > last) last = begun
        if (ended < first) first = ended
      }
      const seen = times[zone + FIRST_END]!
      if (seen === 0) continue
      if (seen < last) return BROKEN
      if (times[zone + LAST_START]! > last) last = times[zone + LAST_START]!
      if (seen < first) first = seen
    }
    this.place(head, first, last)
    return after
  }

  /** A chain was followed to its end, so its head keeps the first end of the whole block from now on. */
  private place(head: number, first: number, last: number): void {
    if (head < this.versions.keys) this.next[head] = last
    else {
      this.times[head * ZONE + FIRST_END] = first
      this.blocks[last] = head + 1
    }
  }
}

const BROKEN = -1
