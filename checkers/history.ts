/**
 * The one vocabulary of the house: Jepsen's. A history is a list of events; a client's operation is
 * two of them, an invocation and at most one completion: `ok` happened, `fail` certainly did not,
 * `info` may have happened, now or ever later, and so may one that never completed.
 *
 * A `History` is columnar inside (typed arrays, interned keys, each invocation paired with its
 * completion once), so that millions of events are cheap. It cannot be built from ill-formed input:
 * `HistoryBuilder.add` refuses an event that breaks a rule and says which.
 */
import { NONE } from './typed-arrays.ts'
import { Values } from './values.ts'

export type OpType = 'invoke' | 'ok' | 'fail' | 'info'
export type Process = number | 'nemesis'
export type Key = string | number

/** What a generator asks for and a client performs. The meaning depends on `f`, `key` and `value` alone. */
export interface Call {
  readonly f: string
  readonly key?: Key
  readonly value: unknown
}

/** One line of a history. `time` is in nanoseconds since the run began, on a monotonic clock. */
export type HistoryEvent<C extends Call = Call> = C & {
  readonly index: number
  readonly time: number
  readonly type: OpType
  readonly process: Process
  readonly node?: string
  readonly error?: string
}

/** An invocation with its completion. Without a completion the outcome is `info`. */
export interface Operation<C extends Call = Call> {
  readonly invoke: HistoryEvent<C>
  readonly completion: HistoryEvent<C> | undefined
  readonly outcome: 'ok' | 'fail' | 'info'
}

/** An event that breaks a rule of histories. `message` says what was found and what was expected. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError'
}

export const INVOKE = 0
export const OK = 1
export const FAIL = 2
export const INFO = 3
const typeNames: readonly OpType[] = ['invoke', 'ok', 'fail', 'info']
const typeCodes: Readonly<Record<string, number>> = {
  invoke: INVOKE,
  ok: OK,
  fail: FAIL,
  info: INFO,
}

/** The process code of the nemesis in the `process` column. */
export const NEMESIS = -1
export { NONE }

/** The columns of a history; each has one entry an event. */
export interface Columns {
  readonly index: Float64Array
  readonly time: Float64Array
  readonly type: Uint8Array
  readonly process: Int32Array
  /** Index into `fs`. */
  readonly f: Uint16Array
  /** Index into `keys`, or NONE. */
  readonly key: Int32Array
  /** Position of the other event; NONE for an invocation that never completed, and for the nemesis' events. */
  readonly partner: Int32Array
  readonly value: Values
}

export class History<C extends Call = Call> implements Iterable<HistoryEvent<C>> {
  constructor(
    readonly length: number,
    readonly columns: Columns,
    readonly fs: readonly string[],
    readonly keys: readonly Key[],
    /** Index into `nodeNames` of each event, or NONE. */
    private readonly node: Int32Array,
    private readonly nodeNames: readonly string[],
    private readonly errors: ReadonlyMap<number, string>,
  ) {}

  /** The event at a position (0 … length-1), as an object. */
  event(position: number): HistoryEvent<C> {
    const { columns } = this
    const key = columns.key[position]!
    const node = this.nodeNames[this.node[position]!]
    const error = this.errors.get(position)
    const process = columns.process[position]!
    return {
      index: columns.index[position]!,
      time: columns.time[position]!,
      type: typeNames[columns.type[position]!]!,
      process: process === NEMESIS ? 'nemesis' : process,
      f: this.fs[columns.f[position]!]!,
      ...(key === NONE ? {} : { key: this.keys[key]! }),
      value: columns.value.at(position),
      ...(node === undefined ? {} : { node }),
      ...(error === undefined ? {} : { error }),
    } as HistoryEvent<C>
  }

  /** Whether events have times of their own; in foreign histories the place may stand for the time. */
  get timed(): boolean {
    return this.columns.time.some((time, position) => time !== position)
  }

  /** When the event at a position happened, in words: `12.410 s`, or `event 7` without times. */
  moment(position: number, digits = 3): string {
    return this.timed
      ? `${(this.columns.time[position]! / 1e9).toFixed(digits)} s`
      : `event ${this.columns.index[position]}`
  }

  /** The `error` field of the event at a position. */
  error(position: number): string | undefined {
    return this.errors.get(position)
  }

  /** The client operation whose invocation stands at a position. */
  operation(position: number): Operation<C> {
    const partner = this.columns.partner[position]!
    const completion = partner === NONE ? undefined : this.event(partner)
    const outcome = completion === undefined ? 'info' : (completion.type as 'ok' | 'fail' | 'info')
    return { invoke: this.event(position), completion, outcome }
  }

  /** The name of the node that the event at a position came from or went to, where the history tells. */
  nodeName(position: number): string | undefined {
    return this.nodeNames[this.node[position]!]
  }

  /** All events in order, as objects: for small histories and reports; checkers use `columns`. */
  *[Symbol.iterator](): IterableIterator<HistoryEvent<C>> {
    for (let position = 0; position < this.length; position++) yield this.event(position)
  }

  /** All client operations in the order of their invocations. */
  *operations(): IterableIterator<Operation<C>> {
    const { type, process } = this.columns
    for (let position = 0; position < this.length; position++)
      if (type[position] === INVOKE && process[position] !== NEMESIS) yield this.operation(position)
  }

  /** The nemesis' events in order: faults as planned and executed, and what was observed. */
  *nemesis(): IterableIterator<HistoryEvent> {
    const { process } = this.columns
    for (let position = 0; position < this.length; position++)
      if (process[position] === NEMESIS) yield this.event(position)
  }

  /** Builds a history from events. @throws HistoryError on the first ill-formed one. */
  static from<C extends Call = Call>(events: Iterable<EventInput<C>>): History<C> {
    const builder = new HistoryBuilder<C>()
    for (const event of events) builder.add(event)
    return builder.build()
  }
}

/** An event before it has its place: `index` and `time` default to the position. */
export type EventInput<C extends Call = Call> = C & {
  readonly index?: number
  readonly time?: number
  readonly type: OpType
  readonly process: Process
  readonly node?: string
  readonly error?: string
}

/** Builds a history event by event, in amortised O(1) each. */
export class HistoryBuilder<C extends Call = Call> {
  private length = 0
  private capacity = 1024
  private index = new Float64Array(this.capacity)
  private time = new Float64Array(this.capacity)
  private type = new Uint8Array(this.capacity)
  private process = new Int32Array(this.capacity)
  private f = new Uint16Array(this.capacity)
  private key = new Int32Array(this.capacity)
  private partner = new Int32Array(this.capacity)
  private value = new Values()
  private node = new Int32Array(this.capacity)
  private readonly nodeIds = new Map<string, number>()
  private readonly errors = new Map<number, string>()
  private readonly fIds = new Map<string, number>()
  private readonly fs: string[] = []
  private readonly keyIds = new Map<Key, number>()
  /** Position of each process' open invocation; RETIRED after an `info`. */
  private readonly open = new Map<number, number>()

  /** @throws HistoryError when the event cannot follow the ones before it. */
  add(event: EventInput<C>): void {
    const position = this.length
    const { index = position, time = position } = event
    if (position > 0 && index <= this.index[position - 1]!)
      throw new HistoryError(
        `index ${index} follows ${this.index[position - 1]}: expected a larger one`,
      )
    if (position > 0 && time < this.time[position - 1]!)
      throw new HistoryError(
        `time runs backwards: ${time} ns follows ${this.time[position - 1]} ns`,
      )
    const type = typeCodes[event.type]
    if (type === undefined)
      throw new HistoryError(
        `type ${JSON.stringify(event.type)}: expected invoke, ok, fail or info`,
      )
    const process = event.process === 'nemesis' ? NEMESIS : event.process
    const partner = process === NEMESIS ? NONE : this.pair(process, type, event, position)
    if (position === this.capacity) this.grow()
    this.index[position] = index
    this.time[position] = time
    this.type[position] = type
    this.process[position] = process
    this.f[position] = this.internF(event.f)
    this.key[position] = event.key === undefined ? NONE : intern(this.keyIds, event.key)
    this.partner[position] = partner
    if (partner !== NONE) this.partner[partner] = position
    this.value.push(event.value)
    this.node[position] = event.node === undefined ? NONE : intern(this.nodeIds, event.node)
    if (event.error !== undefined) this.errors.set(position, event.error)
    this.length++
  }

  /**
   * Takes the key out of every client's value, for formats that write both as one; `split` leaves a
   * value alone by undefined. O(n), once, before `build`.
   */
  separate(split: (value: unknown) => readonly [key: Key, value: unknown] | undefined): void {
    this.value = this.value.map((value, position) => {
      const pair = this.process[position] === NEMESIS ? undefined : split(value)
      if (pair === undefined) return value
      this.key[position] = intern(this.keyIds, pair[0])
      return pair[1]
    })
  }

  build(): History<C> {
    const { length } = this
    const columns: Columns = {
      index: this.index.subarray(0, length),
      time: this.time.subarray(0, length),
      type: this.type.subarray(0, length),
      process: this.process.subarray(0, length),
      f: this.f.subarray(0, length),
      key: this.key.subarray(0, length),
      partner: this.partner.subarray(0, length),
      value: this.value,
    }
    const keys = [...this.keyIds.keys()]
    const node = this.node.subarray(0, length)
    const nodeNames = [...this.nodeIds.keys()]
    return new History<C>(length, columns, this.fs, keys, node, nodeNames, this.errors)
  }

  /** Checks the rules of one process and returns the position of the invocation completed, or NONE. */
  private pair(process: number, type: number, event: EventInput<C>, position: number): number {
    const open = this.open.get(process)
    if (type === INVOKE) {
      if (open === RETIRED)
        throw new HistoryError(
          `process ${process} invokes ${event.f} after an info: an indeterminate process never invokes again`,
        )
      if (open !== undefined && open !== IDLE)
        throw new HistoryError(
          `process ${process} invokes ${event.f} while its ${this.fName(open)} is still open: a process has one open operation`,
        )
      this.open.set(process, position)
      return NONE
    }
    if (open === undefined)
      throw new HistoryError(`process ${process} completes ${event.f} without an invocation`)
    if (open === IDLE || open === RETIRED)
      throw new HistoryError(`process ${process} completes ${event.f} twice`)
    if (this.fName(open) !== event.f)
      throw new HistoryError(
        `process ${process} completes ${event.f} but had invoked ${this.fName(open)}`,
      )
    this.open.set(process, type === INFO ? RETIRED : IDLE)
    return open
  }

  private fName(position: number): string {
    return this.fs[this.f[position]!]!
  }

  /** A history of 65,536 kinds of operation is no history of a system, and the column has 16 bits. */
  private internF(f: string): number {
    const id = intern(this.fIds, f)
    if (id === this.fs.length) {
      if (id === 2 ** 16)
        throw new HistoryError(`f ${JSON.stringify(f)}: more than 65,536 different`)
      this.fs.push(f)
    }
    return id
  }

  private grow(): void {
    this.capacity *= 2
    const larger = <A extends { set(from: A): void }>(make: new (n: number) => A, from: A): A => {
      const to = new make(this.capacity)
      to.set(from)
      return to
    }
    this.index = larger(Float64Array, this.index)
    this.time = larger(Float64Array, this.time)
    this.type = larger(Uint8Array, this.type)
    this.process = larger(Int32Array, this.process)
    this.f = larger(Uint16Array, this.f)
    this.key = larger(Int32Array, this.key)
    this.partner = larger(Int32Array, this.partner)
    this.node = larger(Int32Array, this.node)
  }
}

const IDLE = -1
const RETIRED = -2

const intern = <T>(ids: Map<T, number>, item: T): number => {
  const known = ids.get(item)
  if (known !== undefined) return known
  ids.set(item, ids.size)
  return ids.size - 1
}
