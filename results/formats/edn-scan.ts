/**
 * The fast way through Jepsen's EDN: reads one map with the fields of an event, in any order, straight
 * from the bytes. It follows what Jepsen writes (keywords, whole numbers, plain strings, vectors, lists,
 * sets and maps of them) and gives up on anything else, which the library then reads.
 */
import type { Key } from '../../checkers/history.ts'
import { byte, DEEPEST, Draft, EXACT, Names, standsAt, UNKNOWN } from './scan.ts'

const NEWLINE = 10
const QUOTE = byte('"')
const HASH = byte('#')
const MINUS = byte('-')
const COLON = byte(':')
const BACKSLASH = byte('\\')
const OPEN_MAP = byte('{')
const CLOSE_MAP = byte('}')
const OPEN_VECTOR = byte('[')
const CLOSE_VECTOR = byte(']')
const OPEN_LIST = byte('(')
const CLOSE_LIST = byte(')')

const table = (characters: string): Uint8Array => {
  const table = new Uint8Array(256)
  for (const character of characters) table[byte(character)] = 1
  return table
}
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const space = table(' \t\r\n,')
/** What may follow a number or a name. */
const delimiter = table(' \t\r\n,"()[]{};')
/** What names of keywords consist of, as far as nobody can doubt it. */
const nameable = table(`${letters}0123456789-_.*+!?<>=/`)
const letter = table(letters)

const word = (text: string): Uint8Array => new TextEncoder().encode(text)
const OP = word('#jepsen.history.Op')
const NIL = word('nil')
const TRUE = word('true')
const FALSE = word('false')
const types = {
  invoke: word('invoke'),
  ok: word('ok'),
  fail: word('fail'),
  info: word('info'),
} as const
const NEMESIS = word('nemesis')

export class EdnScan extends Draft {
  /** Behind the last map, or where the scan gave up. */
  at = 0
  /** Fields of the last map that no reader looks at. */
  readonly strangers: string[] = []
  private readonly names = new Names()

  /** Reads the map that begins at a place. @returns whether it is an event, and all of it was known */
  scan(bytes: Buffer, from: number): boolean {
    this.clear()
    this.at = standsAt(bytes, from, OP) ? from + OP.length : from
    if (bytes[this.at] !== OPEN_MAP) return false
    this.at++
    for (;;) {
      const at = this.skip(bytes)
      if (bytes[at] === CLOSE_MAP) {
        this.at++
        return this.event !== undefined
      }
      const name = this.keyword(bytes)
      if (name === undefined || !this.field(name, bytes)) return false
    }
  }

  /** Reads the value of a field that is not there yet. */
  private field(name: string, bytes: Buffer): boolean {
    const at = this.skip(bytes)
    switch (name) {
      case 'type':
        return this.type === undefined && this.typeAt(bytes)
      case 'process':
        return this.process === undefined && this.processAt(bytes)
      case 'f': {
        if (this.f !== undefined) return false
        this.f = this.keyword(bytes)
        return this.f !== undefined
      }
      case 'value': {
        if (this.valued) return false
        this.valued = true
        const value = this.any(bytes, 0)
        this.value = value
        return value !== UNKNOWN
      }
      case 'index':
      case 'time': {
        const number =
          this[name] === undefined && bytes[at] !== MINUS ? this.whole(bytes) : undefined
        this[name] = number
        return number !== undefined
      }
      case 'key': {
        const key = this.key === undefined ? this.any(bytes, 0) : UNKNOWN
        if (typeof key !== 'string' && typeof key !== 'number') return false
        this.key = key as Key
        return true
      }
      case 'node':
      case 'error': {
        const text = this[name] === undefined ? this.any(bytes, 0) : UNKNOWN
        if (typeof text !== 'string') return false
        this[name] = text
        return true
      }
    }
    if (name === 'exception' || this.strangers.includes(name)) return false
    this.strangers.push(name)
    return this.any(bytes, 0) !== UNKNOWN
  }

  /** Whether the value of this map was read: a value may be null. */
  private valued = false

  override clear(): void {
    super.clear()
    this.valued = false
    if (this.strangers.length > 0) this.strangers.length = 0
  }

  private typeAt(bytes: Buffer): boolean {
    if (bytes[this.at] !== COLON) return false
    for (const type of ['invoke', 'ok', 'fail', 'info'] as const)
      if (this.passes(bytes, this.at + 1, types[type])) {
        this.type = type
        return true
      }
    return false
  }

  private processAt(bytes: Buffer): boolean {
    if (bytes[this.at] === COLON) {
      this.process = 'nemesis'
      return this.passes(bytes, this.at + 1, NEMESIS)
    }
    const number = bytes[this.at] === MINUS ? undefined : this.whole(bytes)
    if (number === undefined || number >= 2 ** 31) return false
    this.process = number
    return true
  }

  /** Any value; UNKNOWN where it is none that is certain. */
  private any(bytes: Buffer, depth: number): unknown {
    const first = bytes[this.at]!
    switch (first) {
      case COLON:
        return this.keyword(bytes) ?? UNKNOWN
      case QUOTE:
        return this.string(bytes) ?? UNKNOWN
      case OPEN_VECTOR:
        return this.list(bytes, CLOSE_VECTOR, depth)
      case OPEN_LIST:
        return this.list(bytes, CLOSE_LIST, depth)
      case OPEN_MAP:
        return this.map(bytes, depth)
      case HASH:
        if (bytes[this.at + 1] !== OPEN_MAP) return UNKNOWN
        this.at++
        return this.list(bytes, CLOSE_MAP, depth)
    }
    if (letter[first] === 0) return this.whole(bytes) ?? UNKNOWN
    if (this.passes(bytes, this.at, NIL)) return null
    if (this.passes(bytes, this.at, TRUE)) return true
    return this.passes(bytes, this.at, FALSE) ? false : UNKNOWN
  }

  private list(bytes: Buffer, close: number, depth: number): unknown {
    if (depth === DEEPEST) return UNKNOWN
    const elements: unknown[] = []
    this.at++
    for (;;) {
      if (bytes[this.skip(bytes)] === close) {
        this.at++
        return elements
      }
      const element = this.any(bytes, depth + 1)
      if (element === UNKNOWN) return UNKNOWN
      elements.push(element)
    }
  }

  /** A map as an object; keys that are keywords, strings or numbers become its names. */
  private map(bytes: Buffer, depth: number): unknown {
    if (depth === DEEPEST) return UNKNOWN
    const entries: [string, unknown][] = []
    this.at++
    for (;;) {
      if (bytes[this.skip(bytes)] === CLOSE_MAP) break
      const key = this.any(bytes, depth + 1)
      if (typeof key !== 'string' && typeof key !== 'number') return UNKNOWN
      if (bytes[this.skip(bytes)] === CLOSE_MAP) return UNKNOWN
      const value = this.any(bytes, depth + 1)
      if (value === UNKNOWN) return UNKNOWN
      entries.push([String(key), value])
    }
    this.at++
    const object = Object.fromEntries(entries)
    return Object.keys(object).length === entries.length ? object : UNKNOWN
  }

  private keyword(bytes: Buffer): string | undefined {
    const from = this.at + 1
    if (bytes[this.at] !== COLON || letter[bytes[from]!] === 0) return undefined
    let at = from
    while (nameable[bytes[at]!] === 1) at++
    if (delimiter[bytes[at]!] === 0) return undefined
    this.at = at
    return this.names.of(bytes, from, at)
  }

  /** A string without escapes and line ends. */
  private string(bytes: Buffer): string | undefined {
    const from = this.at + 1
    let at = from
    for (let one = bytes[at]!; one !== QUOTE; one = bytes[++at]!)
      if (one < 32 || one === BACKSLASH) return undefined
    this.at = at + 1
    return this.names.of(bytes, from, at)
  }

  /** A whole number that is certainly exact. */
  private whole(bytes: Buffer): number | undefined {
    const negative = bytes[this.at] === MINUS
    const from = negative ? this.at + 1 : this.at
    let at = from
    let number = 0
    for (let digit = bytes[at]! - 48; digit >= 0 && digit <= 9; digit = bytes[++at]! - 48)
      number = number * 10 + digit
    const digits = at - from
    if (digits === 0 || digits > EXACT || delimiter[bytes[at]!] === 0) return undefined
    // In Clojure a leading zero makes the number octal.
    if (digits > 1 && bytes[from] === 48) return undefined
    this.at = at
    return negative ? 0 - number : number
  }

  /** Goes over a word if exactly it stands at a place. */
  private passes(bytes: Buffer, from: number, expected: Uint8Array): boolean {
    const to = from + expected.length
    if (!standsAt(bytes, from, expected) || delimiter[bytes[to]!] === 0) return false
    this.at = to
    return true
  }

  /** Goes over white space but no line ends in a value, whose lines would have to be counted. */
  private skip(bytes: Buffer): number {
    let { at } = this
    while (space[bytes[at]!] === 1 && bytes[at] !== NEWLINE) at++
    this.at = at
    return at
  }
}
