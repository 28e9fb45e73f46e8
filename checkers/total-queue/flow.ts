/**
 * What went into a queue and what came out, in columns by element. An element may be enqueued more than
 * once; its copies cannot be told apart. O(n).
 */
import { strange } from '../guarded.ts'
import { FAIL, type History, INVOKE, NEMESIS, NONE, OK } from '../history.ts'
import type { Meter } from '../limits.ts'
import { NotInModel, type Primitive } from '../model.ts'
import { Versions } from '../registers/versions.ts'

/** Acknowledged copies that never came out: one entry each. */
export interface Missing {
  /** The queue was empty after they had been acknowledged. */
  readonly proven: readonly number[]
  /** The queue was never shown to be empty after them. */
  readonly waiting: readonly number[]
}

/** How an element went in and came out, as positions. */
export interface Ways {
  readonly puts: readonly number[]
  readonly outs: readonly number[]
}

/**
 * How many of the puts can have come out, when each can only once and after it was invoked. Both in
 * order; the put invoked last has the fewest outs to choose from, so it chooses first.
 */
const matched = (puts: readonly number[], outs: readonly number[]): number => {
  let left = outs.length
  let count = 0
  for (let at = puts.length - 1; at >= 0 && left > 0; at--)
    if (outs[left - 1]! > puts[at]!) {
      left--
      count++
    }
  return count
}

export class Flow {
  /** By element: how many enqueues did not fail, and the first of them to be invoked. */
  readonly puts: number[] = []
  readonly firstPut: number[] = []
  /** By element: how many enqueues were acknowledged. */
  readonly acks: number[] = []
  /** By element: the first invocation of an enqueue, failed or not. */
  readonly attempt: number[] = []
  /** By element: how often it came out, and the completion of the first time. */
  readonly outs: number[] = []
  readonly firstOut: number[] = []
  attempted = 0
  acknowledged = 0
  dequeued = 0
  /** How many elements dequeues and drains of unknown outcome may have taken. */
  takers = 0
  /** Invocation of the answer of emptiness that began last, or NONE. */
  emptyStart = NONE
  private emptyEnd = NONE
  /** The last invocation of a dequeue that gave something. */
  private lastGiving = NONE
  private readonly values: Versions
  private repeated: ReadonlyMap<number, Ways> | undefined

  constructor(
    readonly history: History,
    private readonly meter: Meter,
  ) {
    this.values = new Versions(1, null, history.length, history.columns.value.span)
    this.grow(0)
    const { type, process, f } = history.columns
    for (let position = 0; position < history.length; position++) {
      meter.step()
      if (type[position] !== INVOKE || process[position] === NEMESIS) continue
      const name = history.fs[f[position]!]!
      if (name === 'enqueue') this.enqueue(position)
      else if (name === 'dequeue') this.dequeue(position)
      else if (name === 'drain') this.drain(position)
      else throw strange(history, position, 'enqueue, dequeue or drain')
      meter.bytes = this.values.bytes + this.puts.length * 48
    }
  }

  /** An element as it was given. */
  element(element: number): Primitive {
    return this.values.value(element)
  }

  /**
   * The queue is shown to have held nothing of what was acknowledged before this position: the last
   * answer of emptiness began here, and nothing came out that was asked for after it. 0 when it never was.
   */
  emptyFrom(): number {
    return this.emptyStart === NONE || this.lastGiving > this.emptyEnd ? 0 : this.emptyStart
  }

  /** Elements of which acknowledged copies never came out, once for each copy. */
  missing(empty: number): Missing {
    const proven: number[] = []
    const waiting: number[] = []
    const { partner } = this.history.columns
    for (let element = 0; element < this.puts.length; element++) {
      this.meter.step()
      if (this.acks[element] === 0) continue
      const once = this.puts[element] === 1 && this.outs[element] === 1
      if (once && this.firstOut[element]! > this.firstPut[element]!) continue
      const { puts, outs } = this.ways(element)
      const acked = puts.filter((put) => this.isAcked(put))
      const early = acked.filter((put) => partner[put]! < empty)
      const short = acked.length - matched(acked, outs)
      const certain = early.length - matched(early, outs)
      for (let copy = 0; copy < short; copy++) (copy < certain ? proven : waiting).push(element)
    }
    return { proven, waiting }
  }

  /** Elements that came out before anything could have put them in. */
  unexpected(): readonly number[] {
    return this.where((element) => {
      const put = this.firstPut[element]!
      return this.outs[element]! > 0 && (put === NONE || put > this.firstOut[element]!)
    })
  }

  /** Elements that came out more often than they had been put in by then, and at least once. */
  duplicated(): readonly number[] {
    return this.where((element) => {
      if (this.puts[element] === 0 || this.outs[element]! < 2) return false
      const { puts, outs } = this.ways(element)
      const later = outs.filter((out) => out > puts[0]!)
      return matched(puts, later) < later.length
    })
  }

  /** Of one element: invocations that put it in and did not fail; completions that gave it out. In order. */
  ways(element: number): Ways {
    if (this.puts[element]! < 2 && this.outs[element]! < 2)
      return {
        puts: this.puts[element] === 0 ? [] : [this.firstPut[element]!],
        outs: this.outs[element] === 0 ? [] : [this.firstOut[element]!],
      }
    this.repeated ??= this.collectRepeated()
    return this.repeated.get(element)!
  }

  /** Whether the enqueue invoked at a position was acknowledged. */
  isAcked(put: number): boolean {
    const { partner, type } = this.history.columns
    return partner[put] !== NONE && type[partner[put]!] === OK
  }

  /** How many copies came out beyond those acknowledged, and were put in with unknown outcome. */
  recovered(): number {
    let copies = 0
    for (let element = 0; element < this.puts.length; element++) {
      const out = Math.min(this.puts[element]!, this.outs[element]!)
      copies += Math.max(0, out - this.acks[element]!)
    }
    return copies
  }

  private where(holds: (element: number) => boolean): readonly number[] {
    const some: number[] = []
    for (let element = 0; element < this.puts.length; element++)
      if (holds(element)) some.push(element)
    return some
  }

  /** Of elements that went in or came out more than once. */
  private collectRepeated(): ReadonlyMap<number, Ways> {
    const repeated = new Map<number, { puts: number[]; outs: number[] }>()
    const entry = (value: unknown): { puts: number[]; outs: number[] } | undefined => {
      const element = this.values.of(0, value)
      if (this.puts[element]! < 2 && this.outs[element]! < 2) return undefined
      const known = repeated.get(element) ?? { puts: [], outs: [] }
      repeated.set(element, known)
      return known
    }
    const { type, process, f, partner, value } = this.history.columns
    for (let position = 0; position < this.history.length; position++) {
      this.meter.step()
      if (process[position] === NEMESIS) continue
      const name = this.history.fs[f[position]!]!
      if (name === 'enqueue') {
        const completion = partner[position]!
        const failed = completion !== NONE && type[completion] === FAIL
        if (type[position] === INVOKE && !failed) entry(value.at(position))?.puts.push(position)
      } else if (type[position] === OK) {
        const given = value.at(position)
        const some = name === 'drain' ? (given as readonly unknown[]) : [given]
        for (const one of some) entry(one)?.outs.push(position)
      }
    }
    return repeated
  }

  private number(value: unknown): number {
    const element = this.values.of(0, value)
    if (element === this.puts.length) this.grow(element)
    return element
  }

  private grow(element: number): void {
    this.puts[element] = 0
    this.acks[element] = 0
    this.outs[element] = 0
    this.firstPut[element] = NONE
    this.attempt[element] = NONE
    this.firstOut[element] = NONE
  }

  private enqueue(position: number): void {
    const { value, partner, type } = this.history.columns
    const element = this.number(value.at(position))
    const completion = partner[position]!
    this.attempted++
    if (this.attempt[element] === NONE) this.attempt[element] = position
    if (completion !== NONE && type[completion] === FAIL) return
    if (this.puts[element]!++ === 0) this.firstPut[element] = position
    if (completion === NONE || type[completion] !== OK) return
    this.acknowledged++
    this.acks[element]!++
  }

  private dequeue(position: number): void {
    const { value, partner, type } = this.history.columns
    const completion = partner[position]!
    if (completion === NONE || (type[completion] !== OK && type[completion] !== FAIL)) {
      this.takers++
      return
    }
    const given = type[completion] === OK ? value.at(completion) : null
    if (given !== undefined && given !== null) {
      this.take(given, completion)
      this.lastGiving = position
      return
    }
    const error = this.history.error(completion)
    if (type[completion] === OK || error === undefined || error === 'empty')
      this.empty(position, completion)
  }

  private drain(position: number): void {
    const { value, partner, type, index } = this.history.columns
    const completion = partner[position]!
    if (completion === NONE || (type[completion] !== OK && type[completion] !== FAIL)) {
      this.takers = Number.POSITIVE_INFINITY
      return
    }
    if (type[completion] === FAIL) return
    const elements: unknown = value.at(completion)
    if (!Array.isArray(elements))
      throw new NotInModel(`the drain ${index[position]} completed without a list of elements`)
    for (const element of elements) {
      this.meter.step()
      this.take(element, completion)
    }
    this.empty(position, completion)
  }

  private take(value: unknown, completion: number): void {
    const element = this.number(value)
    this.dequeued++
    this.outs[element]!++
    const first = this.firstOut[element]!
    if (first === NONE || completion < first) this.firstOut[element] = completion
  }

  private empty(start: number, end: number): void {
    this.emptyStart = start
    this.emptyEnd = end
  }
}
