/**
 * Registers as cells: a key with read, write and compare-and-set. The last value must be that of a
 * write which no acknowledged write certainly followed.
 */

import { type History, type Key, NONE } from '../history.ts'
import type { Meter } from '../limits.ts'
import { NEVER as OPEN } from '../linearizable/part.ts'
import { show } from '../model.ts'
import { type Registers, registers } from '../registers/registers.ts'
import { type Cells, type Contradiction, type Order, type Phantom, UNSETTLED } from './cells.ts'
import type { Read, Site } from './quiescence.ts'

const settings = { initial: null, failedCas: 'drop', cas: true } as const

/** Ends of versions that nobody wrote, and of those that were there from the start. */
const UNWRITTEN = -2
const INITIAL = -1

export class RegisterCells implements Cells {
  readonly reads: readonly Read[]
  readonly keys: number
  readonly phantoms: Phantom[] = []
  readonly duplicates = []
  attempted = 0
  acknowledged = 0
  private readonly all: Registers
  /** What each of `reads` saw. */
  private readonly saw: Int32Array
  /** By key: start and number of the acknowledged write that was invoked last. */
  private readonly ackedStart: Int32Array
  private readonly ackedWrite: Int32Array
  /** By version: when the last of its writes ended, and which that is. */
  private readonly writeEnd: Float64Array
  private readonly lastWrite: Int32Array
  /** By version: the first invocation of a write; how many writes, how many of unknown outcome. */
  private readonly firstStart: Int32Array
  private readonly writes: Int32Array
  private readonly open: Int32Array
  /** By version: whether a read had seen it before the history was at rest. */
  private readonly early: Uint8Array
  private readonly byKey: Uint8Array
  private states: readonly number[] = []

  constructor(
    readonly history: History,
    restsFrom: number,
    private readonly order: Order,
    meter: Meter,
  ) {
    const all = registers(history, settings)
    this.all = all
    this.keys = history.keys.length + 1
    const { size } = all.versions
    const byVersion = (fill: number): Int32Array => new Int32Array(size).fill(fill)
    this.ackedStart = new Int32Array(this.keys).fill(NONE)
    this.ackedWrite = new Int32Array(this.keys).fill(NONE)
    this.writeEnd = new Float64Array(size).fill(UNWRITTEN).fill(INITIAL, 0, this.keys)
    this.lastWrite = byVersion(NONE)
    this.firstStart = byVersion(NONE)
    this.writes = byVersion(0)
    this.open = byVersion(0)
    this.early = new Uint8Array(size)
    this.byKey = new Uint8Array(this.keys)
    meter.bytes += all.size * 24 + all.versions.bytes + size * 30
    for (let op = 0; op < all.size; op++) {
      meter.step()
      if (all.installed[op] !== NONE) this.noteWrite(op)
    }
    const observing = this.pureReads()
    this.reads = Array.from(observing, (op) => ({
      start: all.start[op]!,
      end: all.end[op]!,
      key: all.key[op]!,
    }))
    this.saw = Int32Array.from(observing, (op) => all.observed[op]!)
    this.reads.forEach((read, at) => {
      meter.step()
      this.noteRead(read, at, restsFrom)
    })
  }

  updated(key: number): boolean {
    return this.byKey[key] === 1
  }

  cellsOf(key: number): readonly number[] {
    return [key]
  }

  visit(_: number, sites: readonly Site[]): void {
    this.states = sites.map(({ last }) => {
      const first = this.saw[last[0]!]!
      return last.every((read) => this.saw[read] === first) ? first : UNSETTLED
    })
  }

  state(_: number, site: number): number {
    return this.states[site]!
  }

  possible(cell: number, state: number): boolean {
    const end = this.writeEnd[state]!
    if (end === UNWRITTEN || this.ackedStart[cell] === NONE) return end !== UNWRITTEN
    return this.order === 'any' ? end !== INITIAL : end >= this.ackedStart[cell]!
  }

  late(_: number, state: number): boolean {
    if (this.open[state] === 0) return false
    return this.writes[state]! > 1 || this.early[state] === 0
  }

  differs(_: number, read: number): boolean {
    return this.saw[read] !== this.states[0]
  }

  name(cell: number): string {
    const key: Key | undefined = this.history.keys[cell]
    return key === undefined ? 'the register' : String(key)
  }

  label(cell: number): string | number {
    return this.history.keys[cell] ?? 'the register'
  }

  tells(cell: number, state: number): string {
    return `${this.name(cell)} = ${show(this.all.versions.value(state))}`
  }

  contradiction(cell: number, state: number): Contradiction | undefined {
    const { all, history } = this
    if (this.writeEnd[state] === UNWRITTEN) return undefined
    const acked = this.ackedWrite[cell]!
    const before = this.lastWrite[state]!
    const value = show(all.versions.value(all.installed[acked]!))
    const after =
      before === NONE
        ? 'and the register held that before the first write'
        : `and began after every write of ${show(all.versions.value(state))} was over ` +
          `(${history.moment(all.end[before]!)})`
    return {
      type: 'lost',
      updates: (before === NONE ? [acked] : [before, acked]).map((op) => all.start[op]!),
      why:
        `process ${all.process[acked]}'s write of ${value} was acknowledged at ` +
        `${history.moment(all.end[acked]!)} ${after}`,
    }
  }

  private noteWrite(op: number): void {
    const { all } = this
    const version = all.installed[op]!
    const key = all.key[op]!
    const start = all.start[op]!
    const end = all.end[op]!
    this.attempted++
    this.byKey[key] = 1
    this.writes[version]!++
    if (this.firstStart[version] === NONE) this.firstStart[version] = start
    if (end === OPEN) this.open[version]!++
    else {
      this.acknowledged++
      this.ackedStart[key] = start
      this.ackedWrite[key] = op
    }
    if (end > this.writeEnd[version]!) {
      this.writeEnd[version] = end
      this.lastWrite[version] = op
    }
  }

  /** Operations that observe and install nothing, in the order of their completions. */
  private pureReads(): Int32Array {
    const { installed, observed, end, size } = this.all
    const some = new Int32Array(size)
    let length = 0
    for (let op = 0; op < size; op++)
      if (installed[op] === NONE && observed[op] !== NONE) some[length++] = op
    return some.slice(0, length).sort((a, b) => end[a]! - end[b]!)
  }

  private noteRead(read: Read, at: number, restsFrom: number): void {
    const version = this.saw[at]!
    if (read.end <= restsFrom) this.early[version] = 1
    if (version < this.keys) return
    const first = this.firstStart[version]!
    if (first !== NONE && first < read.end) return
    const why = first === NONE ? 'nobody wrote it' : 'its write began only later'
    this.phantoms.push({ cell: read.key, state: version, read: at, why })
  }
}
