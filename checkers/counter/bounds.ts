/**
 * Goes through a history of counters once and finds the reads out of bounds. Four sums a key are
 * enough: of the positive and of the negative values, those acknowledged and those attempted so far. What
 * certainly counts is acknowledged when the read begins, what may count is attempted when it ends.
 */
import { strange } from '../guarded.ts'
import { FAIL, type History, INVOKE, NEMESIS, NONE, OK } from '../history.ts'
import type { Meter } from '../limits.ts'
import { NotInModel } from '../model.ts'

/** A read out of bounds. */
export interface Misread {
  /** Position of its invocation and of its completion. */
  readonly start: number
  readonly end: number
  readonly value: number
  readonly lower: number
  readonly upper: number
}

/** The sums of one key. */
interface Sums {
  ackedUp: number
  ackedDown: number
  triedUp: number
  triedDown: number
}

export class Bounds {
  adds = 0
  acknowledged = 0
  reads = 0
  readonly low: Misread[] = []
  readonly high: Misread[] = []
  private readonly sums: readonly Sums[]
  /** By position of an open read: the sums acknowledged when it began. */
  private readonly begun = new Map<number, readonly [up: number, down: number]>()

  constructor(
    private readonly history: History,
    initial: number,
    meter: Meter,
  ) {
    const { type, process, f } = history.columns
    const kinds = history.fs.map((name) => (name === 'add' ? ADD : name === 'read' ? READ : OTHER))
    this.sums = Array.from({ length: history.keys.length + 1 }, () => ({
      ...{ ackedUp: initial, ackedDown: 0, triedUp: initial, triedDown: 0 },
    }))
    for (let position = 0; position < history.length; position++) {
      meter.step()
      if (process[position] === NEMESIS) continue
      const kind = kinds[f[position]!]!
      if (kind === OTHER) throw strange(history, position, 'add or read')
      if (kind === ADD) this.add(position)
      else if (type[position] === INVOKE) {
        const { ackedUp, ackedDown } = this.sumsOf(position)
        this.begun.set(position, [ackedUp, ackedDown])
      } else if (type[position] === OK) this.read(position)
    }
  }

  private sumsOf(position: number): Sums {
    const key = this.history.columns.key[position]!
    return this.sums[key === NONE ? this.sums.length - 1 : key]!
  }

  private add(position: number): void {
    const { type, partner, value } = this.history.columns
    const begins = type[position] === INVOKE
    const completion = partner[position]!
    if (begins && completion !== NONE && type[completion] === FAIL) return
    if (!begins && type[position] !== OK) return
    const start = begins ? position : completion
    const amount = this.whole(value.at(start), start)
    const sums = this.sumsOf(start)
    if (begins) {
      this.adds++
      if (amount > 0) sums.triedUp += amount
      else sums.triedDown += amount
    } else {
      this.acknowledged++
      if (amount > 0) sums.ackedUp += amount
      else sums.ackedDown += amount
    }
    if (!Number.isSafeInteger(sums.triedUp) || !Number.isSafeInteger(sums.triedDown))
      throw new NotInModel('the sum of the adds is beyond 2^53')
  }

  private read(end: number): void {
    const start = this.history.columns.partner[end]!
    const [ackedUp, ackedDown] = this.begun.get(start)!
    this.begun.delete(start)
    const value = this.whole(this.history.columns.value.at(end), start)
    const { triedUp, triedDown } = this.sumsOf(start)
    const lower = ackedUp + triedDown
    const upper = triedUp + ackedDown
    this.reads++
    if (value < lower) this.low.push({ start, end, value, lower, upper })
    if (value > upper) this.high.push({ start, end, value, lower, upper })
  }

  private whole(value: unknown, start: number): number {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value
    const { f, index } = this.history.columns
    throw new NotInModel(
      `operation ${index[start]}: ${this.history.fs[f[start]!]} of ${JSON.stringify(value) ?? 'nothing'}: ` +
        'expected a whole number up to 2^53',
    )
  }
}

const OTHER = 0
const ADD = 1
const READ = 2
