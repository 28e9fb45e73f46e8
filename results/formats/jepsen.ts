/**
 * Events as Jepsen and its relatives write them, whatever the notation: what may be missing, what is said
 * in other words than ours, and keys that are a part of the value.
 *
 * `jepsen.independent` makes every value a pair [key value], which prints as a plain vector. A history
 * is taken for one of many keys only when the value of every client's event is such a pair (that of a
 * compare-and-set [key [from to]]) and one of them shows that it is no plain value: an invocation that
 * asks for the value of a key, [key nil], or a compare-and-set.
 */
import type { EventInput, Key, OpType, Process } from '../../checkers/history.ts'
import { FormatError, type ReadOptions, type Sink, short } from './format.ts'

/** The fields that are read. */
export const fields: ReadonlySet<string> = new Set([
  ...['index', 'time', 'type', 'process', 'f', 'key', 'value', 'node', 'error', 'exception'],
])

/** A key and a value that are tagged as a pair. */
const TUPLE = '#jepsen.independent/tuple'

/** The fields of a map as an event. @throws FormatError naming the first field that is wrong */
export const eventOf = (map: Readonly<Record<string, unknown>>): EventInput => {
  const type = typeOf(map.type)
  const pair = tupleOf(map.value)
  const key = pair?.[0] ?? map.key ?? undefined
  if (key !== undefined && !isKey(key)) throw wrong('key', key, 'a name or a number')
  const { index, time, node } = map
  // Histories of transactions alone, as Elle has them, may leave out that they are, and a single process.
  const bare = map.f === undefined && isTransaction(map.value)
  const f = bare ? 'txn' : map.f
  const process = bare ? (map.process ?? 0) : map.process
  if (typeof f !== 'string' || f === '') throw wrong('f', f, 'the name of an operation')
  if (given(index) && !whole(index)) throw wrong('index', index, 'a whole number')
  if (given(time) && !Number.isFinite(time)) throw wrong('time', time, 'nanoseconds')
  return {
    type,
    process: processOf(process, type),
    f,
    value: pair === undefined ? (map.value ?? null) : pair[1],
    ...(given(index) && { index: index as number }),
    ...(given(time) && { time: time as number }),
    ...(key !== undefined && { key: key as Key }),
    ...(given(node) && { node: text(node) }),
    ...(failed(map) && { error: text(map.error ?? map.exception ?? 'nil') }),
  }
}

/**
 * Whether an error is told, be it without a word: an operation that failed for one was no answer of the
 * system, so it is no observation either.
 */
const failed = (map: Readonly<Record<string, unknown>>): boolean =>
  map.error !== undefined || map.exception !== undefined

/** Whether a value is a list of micro-operations [f key value]. */
const isTransaction = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((step) => Array.isArray(step) && typeof step[0] === 'string')

const given = (value: unknown): boolean => value !== undefined && value !== null

const whole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

const isKey = (value: unknown): value is Key =>
  typeof value === 'string' || typeof value === 'number'

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const typeOf = (type: unknown): OpType => {
  if (type === 'invoke' || type === 'ok' || type === 'fail' || type === 'info') return type
  throw wrong('type', type, 'invoke, ok, fail or info')
}

/** Clients are numbers; what has a name is a nemesis, and no other name may invoke anything. */
const processOf = (process: unknown, type: OpType): Process => {
  if (whole(process) && (process as number) < 2 ** 31) return process as number
  if (typeof process === 'string' && (type === 'info' || process === 'nemesis')) return 'nemesis'
  throw wrong('process', process, 'a whole number or nemesis')
}

const tupleOf = (value: unknown): readonly [Key, unknown] | undefined => {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, TUPLE)) return undefined
  const pair = pairOf((value as Record<string, unknown>)[TUPLE])
  if (pair !== undefined) return pair
  throw new FormatError(`${short(JSON.stringify(value))}: expected a key and a value`)
}

const pairOf = (value: unknown): readonly [Key, unknown] | undefined =>
  Array.isArray(value) && value.length === 2 && isKey(value[0])
    ? (value as [Key, unknown])
    : undefined

const wrong = (field: string, found: unknown, expected: string): FormatError =>
  new FormatError(
    found === undefined || found === null
      ? `no field "${field}": expected ${expected}`
      : `field "${field}" is ${short(JSON.stringify(found))}: expected ${expected}`,
  )

/** Gives Jepsen's events on, once the whole history has told whether keys are a part of the values. */
export class JepsenEvents {
  private index = -1
  private time = -1
  /** Whether an event had a time; without any, places stand for times. */
  private timed = false
  private backwards: number | undefined
  /** Whether every client's value has been a pair so far, and whether one showed that it is no plain one. */
  private pairs = true
  private shown = false

  constructor(
    private readonly name: string,
    private readonly sink: Sink,
    private readonly options: ReadOptions,
  ) {}

  /**
   * Takes the next event. The order is that of the lines: a clock that ran backwards is held, and what
   * has no index or time is placed behind the event before it.
   */
  add(event: EventInput, line: number): void {
    const { index = this.index + 1, time = this.timed ? this.time : this.time + 1 } = event
    if (this.pairs && event.process !== 'nemesis') this.look(event)
    if (time < this.time) this.backwards ??= line
    this.timed ||= event.time !== undefined
    this.index = index
    this.time = Math.max(this.time, time)
    if (event.index === index && event.time === this.time) this.sink.add(event, line)
    else this.sink.add({ ...event, index, time: Math.max(0, this.time) }, line)
  }

  /** To be called behind the last event. @throws FormatError for keys that were asked for and are not there */
  end(): void {
    const { name, sink, options } = this
    if (this.backwards !== undefined)
      sink.note(`${name}:${this.backwards}: times run backwards: the order of the lines counts`)
    if (options.independent === true && !this.pairs)
      throw new FormatError(
        `${name}: not every value is [key value]: expected an independent history`,
      )
    const told = this.pairs && this.shown && options.independent === undefined
    if (told)
      sink.note(
        `${name}: every value is [key value]: taken for independent keys (--no-independent)`,
      )
    if (told || options.independent === true) sink.separate(pairOf)
  }

  private look({ f, type, key, value }: EventInput): void {
    if (key !== undefined || pairOf(value) === undefined) {
      this.pairs = false
      return
    }
    const [, inner] = value as [Key, unknown]
    const isPair = Array.isArray(inner) && inner.length >= 2
    if (f === 'cas' && !isPair) this.pairs = false
    else if (f === 'cas' || (type === 'invoke' && inner === null)) this.shown = true
  }
}
