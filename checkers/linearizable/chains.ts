/**
 * The versions of registers whose installed values never repeat, linked to the operations around them:
 * who installed a version, who took it away by compare-and-set, and of the others that saw it the one
 * that ended first and the one that began last. No more is needed to judge them (blocks.ts).
 *
 * Indeterminate operations take part only where they must have happened: something that happened saw
 * what they installed. The others may be left out. What such a one installed was seen by none but
 * others like it, so taking them all out of a legal order leaves it legal.
 */
import type { Limits } from '../checker.ts'
import { NONE } from '../history.ts'
import { poll } from '../limits.ts'
import type { Registers } from '../registers/registers.ts'
import { NEVER } from './part.ts'

/** Operations of one key that cannot all be right, by number. */
export interface Contradiction {
  readonly key: number
  readonly ops: readonly number[]
}

/** The limits are looked at wherever a running number has these bits zero. */
export const POLL_MASK = 0xffff

export class Chains {
  /** Of each version: the operation that installed it, or NONE. */
  readonly producer: Int32Array
  /** Of each version: the compare-and-set that took it away, or NONE. */
  readonly consumer: Int32Array
  /** Of each version: of the other operations that saw it the one that ended first, or NONE. */
  readonly firstEnd: Int32Array
  /** Of each version: the one of them that began last, or NONE. */
  readonly lastStart: Int32Array
  /** Indeterminate operations that must have happened, each with an operation that saw its version. */
  readonly happened = new Map<number, number>()
  /** Of each key: whether some value was installed twice, or the initial one again. */
  readonly repeats: Uint8Array
  /** Of each key that is not linearizable: the first reason found. */
  readonly contradictions = new Map<number, Contradiction>()

  /** O(operations). @throws OutOfLimits */
  constructor(
    readonly registers: Registers,
    private readonly limits: Limits,
  ) {
    const { versions } = registers
    const column = (): Int32Array => new Int32Array(versions.size).fill(NONE)
    this.producer = column()
    this.consumer = column()
    this.firstEnd = column()
    this.lastStart = column()
    this.repeats = new Uint8Array(versions.keys)
    this.findProducers()
    this.link()
  }

  /** What these columns and those of the registers hold. */
  get bytes(): number {
    const { size, versions } = this.registers
    return size * 16 + versions.bytes + this.producer.byteLength * 4 + this.happened.size * 48
  }

  /** Whether a key can be judged by its chains and nothing speaks against it so far. */
  isOpen(key: number): boolean {
    return this.repeats[key] === 0 && !this.contradictions.has(key)
  }

  /** Whether an operation takes part. */
  counts(op: number): boolean {
    return this.registers.end[op] !== NEVER || this.happened.has(op)
  }

  /** The operation that installed a version and takes part, or NONE. */
  installer(version: number): number {
    const op = this.producer[version]!
    return op !== NONE && this.counts(op) ? op : NONE
  }

  contradict(key: number, ops: readonly number[]): void {
    if (!this.contradictions.has(key))
      this.contradictions.set(key, { key, ops: [...new Set(ops)].filter((op) => op !== NONE) })
  }

  /** Looks at the limits. @throws OutOfLimits */
  poll(bytes = 0): void {
    poll(this.limits, this.bytes + bytes)
  }

  private findProducers(): void {
    const { size, observed, installed, versions } = this.registers
    const { producer, repeats } = this
    for (let op = 0; op < size; op++) {
      if ((op & POLL_MASK) === 0) this.poll()
      const version = installed[op]!
      // A compare-and-set of a value to itself is a read.
      if (version === NONE || version === observed[op]) continue
      if (version < versions.keys || producer[version] !== NONE) repeats[versions.key(version)] = 1
      producer[version] = op
    }
  }

  private link(): void {
    const { repeats, producer, firstEnd, lastStart } = this
    const { size, end, observed, installed, versions } = this.registers
    for (let op = 0; op < size; op++) {
      if ((op & POLL_MASK) === 0) this.poll()
      const version = observed[op]!
      if (version === NONE || end[op] === NEVER || repeats[versions.key(version)] === 1) continue
      const cause = producer[version]!
      if (cause === NONE || end[cause] === NEVER) this.follow(op)
      if (installed[op] !== NONE && installed[op] !== version) {
        this.take(op)
        continue
      }
      const first = firstEnd[version]!
      if (first === NONE || end[op]! < end[first]!) firstEnd[version] = op
      // Completed readers come in the order of their invocations.
      lastStart[version] = op
    }
  }

  /** Where what an operation saw comes from: the indeterminate producers that it shows to have happened. */
  private follow(seer: number): void {
    const { end, observed } = this.registers
    for (let op = seer; observed[op] !== NONE; ) {
      const cause = this.producer[observed[op]!]!
      if (cause === NONE) this.unwritten(op)
      if (cause === NONE || end[cause] !== NEVER || this.happened.has(cause)) return
      this.happened.set(cause, op)
      if (observed[cause] !== NONE) this.take(cause)
      op = cause
    }
  }

  private unwritten(op: number): void {
    const { observed, versions } = this.registers
    const version = observed[op]!
    if (version >= versions.keys) this.contradict(versions.key(version), [op])
  }

  /** A compare-and-set that takes part took its version away. */
  private take(op: number): void {
    const { observed, versions } = this.registers
    const version = observed[op]!
    const taker = this.consumer[version]!
    if (taker !== NONE) this.contradict(versions.key(version), [taker, op])
    this.consumer[version] = op
  }
}
