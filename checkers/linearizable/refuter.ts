/**
 * Finds most violations of registers in linear time, whatever the values: what an operation saw had
 * certainly been overwritten. Of an observer of v take the last end of all installs of v that began
 * before the observer ended. If another operation began after that, left or saw another value and was
 * over before the observer began, then v was gone for good. (linearizability.md calls it stage 0; it is
 * what is left of Gibbons and Korach's zones when values repeat.)
 *
 * Never a false alarm, but no proof of the contrary: what is not refuted here goes to the search.
 */
import { NONE } from '../history.ts'
import type { Registers } from '../registers/registers.ts'
import { POLL_MASK } from './chains.ts'
import { NEVER } from './part.ts'

export interface Refutation {
  /** The operation that saw a value that was gone, or that nobody had begun to write. */
  readonly observer: number
  /** The operation that shows another value in between; NONE where nobody had written it. */
  readonly between: number
  /** The last install of what the observer saw; NONE for the initial value. */
  readonly install: number
}

/** The first refutation of each of some keys. O(events). */
export const refute = (
  registers: Registers,
  wanted: ReadonlySet<number>,
  poll: () => void,
): ReadonlyMap<number, Refutation> => {
  const refuter = new Refuter(registers)
  const found = new Map<number, Refutation>()
  const { key, start } = registers
  const opAt = operationsAt(registers, wanted)
  for (let position = 0; position < opAt.length; position++) {
    if ((position & POLL_MASK) === 0) poll()
    const op = opAt[position]! - 1
    if (op < 0 || found.has(key[op]!)) continue
    if (start[op] === position) refuter.begin(op)
    else {
      const refutation = refuter.finish(op)
      if (refutation !== undefined) found.set(key[op]!, refutation)
    }
  }
  return found
}

/** For each event of the operations of some keys 1 + their number. */
const operationsAt = (registers: Registers, wanted: ReadonlySet<number>): Int32Array => {
  const { history, size, key, start, end } = registers
  const all = wanted.size === registers.versions.keys
  const opAt = new Int32Array(history.length)
  for (let op = 0; op < size; op++) {
    if (!all && !wanted.has(key[op]!)) continue
    opAt[start[op]!] = op + 1
    if (end[op] !== NEVER) opAt[end[op]!] = op + 1
  }
  return opAt
}

class Refuter {
  /** Of each version: the install that ends last of those begun so far, or NONE. */
  private readonly lastInstall: Int32Array
  /** Of each key: of the operations that are over, the one that began last. */
  private readonly latest: Int32Array
  /** And the one that began last of those that show another value than this one. */
  private readonly other: Int32Array
  /** Both, when each operation began. */
  private readonly latestThen: Int32Array
  private readonly otherThen: Int32Array

  constructor(private readonly registers: Registers) {
    const { versions, size } = registers
    this.lastInstall = new Int32Array(versions.size).fill(NONE)
    this.latest = new Int32Array(versions.keys).fill(NONE)
    this.other = new Int32Array(versions.keys).fill(NONE)
    this.latestThen = new Int32Array(size)
    this.otherThen = new Int32Array(size)
  }

  begin(op: number): void {
    const { key, end, observed, installed } = this.registers
    const version = installed[op]!
    if (version !== NONE && version !== observed[op]) {
      const last = this.lastInstall[version]!
      if (last === NONE || end[op]! > end[last]!) this.lastInstall[version] = op
    }
    this.latestThen[op] = this.latest[key[op]!]!
    this.otherThen[op] = this.other[key[op]!]!
  }

  finish(op: number): Refutation | undefined {
    const version = this.registers.observed[op]!
    const refutation = version === NONE ? undefined : this.refute(op, version)
    this.show(op)
    return refutation
  }

  private refute(observer: number, version: number): Refutation | undefined {
    const { start, end, versions } = this.registers
    const install = this.lastInstall[version]!
    if (install === NONE && version >= versions.keys)
      return { observer, between: NONE, install: NONE }
    const latest = this.latestThen[observer]!
    const between =
      latest !== NONE && this.shown(latest) === version ? this.otherThen[observer]! : latest
    if (between === NONE) return undefined
    const gone = install === NONE || end[install]! < start[between]!
    return gone ? { observer, between, install } : undefined
  }

  private show(op: number): void {
    const { key, start } = this.registers
    const value = this.shown(op)
    if (value === NONE) return
    const one = key[op]!
    const latest = this.latest[one]!
    if (latest === NONE) this.latest[one] = op
    else if (start[op]! > start[latest]!) {
      if (this.shown(latest) !== value) this.other[one] = latest
      this.latest[one] = op
    } else if (this.shown(latest) !== value) {
      const other = this.other[one]!
      if (other === NONE || start[op]! > start[other]!) this.other[one] = op
    }
  }

  /** The version that was certainly there when an operation had taken effect, or NONE. */
  private shown(op: number): number {
    const { observed, installed } = this.registers
    return installed[op] === NONE ? observed[op]! : installed[op]!
  }
}
