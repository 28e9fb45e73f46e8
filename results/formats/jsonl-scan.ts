/**
 * The fast way through JSON lines: reads the object of one line, its fields in any order, straight from
 * the bytes, and gives up on whatever is not as schism writes it: white space, escapes, objects, numbers
 * with a point. `JSON.parse` then reads the line.
 */
import type { Key, OpType } from '../../checkers/history.ts'
import { byte, DEEPEST, Draft, EXACT, Names, standsAt, UNKNOWN } from './scan.ts'

const NEWLINE = 10
const QUOTE = byte('"')
const COMMA = byte(',')
const COLON = byte(':')
const MINUS = byte('-')
const BACKSLASH = byte('\\')
const OPEN_OBJECT = byte('{')
const CLOSE_OBJECT = byte('}')
const OPEN_ARRAY = byte('[')
const CLOSE_ARRAY = byte(']')

const word = (text: string): Uint8Array => new TextEncoder().encode(text)
const NULL = word('null')
const TRUE = word('true')
const FALSE = word('false')
const types: Readonly<Record<string, OpType>> = {
  invoke: 'invoke',
  ok: 'ok',
  fail: 'fail',
  info: 'info',
}

export class JsonScan extends Draft {
  /** Behind the last object and its line end. */
  at = 0
  private readonly names = new Names()
  private valued = false

  /** Reads the line that begins at a place. @returns whether it is an event, and all of it was known */
  scan(bytes: Buffer, from: number): boolean {
    this.clear()
    this.valued = false
    if (bytes[from] !== OPEN_OBJECT) return false
    this.at = from
    do {
      this.at++
      const name = bytes[this.at] === QUOTE ? this.string(bytes) : undefined
      if (name === undefined || bytes[this.at++] !== COLON || !this.field(name, bytes)) return false
    } while (bytes[this.at] === COMMA)
    if (bytes[this.at] !== CLOSE_OBJECT || bytes[this.at + 1] !== NEWLINE) return false
    this.at += 2
    return this.event !== undefined
  }

  /** Reads the value of a field that is not there yet. */
  private field(name: string, bytes: Buffer): boolean {
    switch (name) {
      case 'index':
      case 'time': {
        const number =
          this[name] === undefined && bytes[this.at] !== MINUS ? this.whole(bytes) : undefined
        this[name] = number
        return number !== undefined
      }
      case 'type': {
        const type = this.type === undefined ? this.any(bytes, 0) : UNKNOWN
        this.type = typeof type === 'string' ? types[type] : undefined
        return this.type !== undefined
      }
      case 'process': {
        const process = this.process === undefined ? this.any(bytes, 0) : UNKNOWN
        const number = typeof process === 'number' && process >= 0 && process < 2 ** 31
        if (!number && process !== 'nemesis') return false
        this.process = process as number | 'nemesis'
        return true
      }
      case 'value': {
        if (this.valued) return false
        this.valued = true
        const value = this.any(bytes, 0)
        this.value = value
        return value !== UNKNOWN
      }
      case 'key': {
        const key = this.key === undefined ? this.any(bytes, 0) : UNKNOWN
        if (typeof key !== 'string' && typeof key !== 'number') return false
        this.key = key as Key
        return true
      }
      case 'f':
      case 'node':
      case 'error': {
        const text = this[name] === undefined ? this.any(bytes, 0) : UNKNOWN
        if (typeof text !== 'string' || (name === 'f' && text === '')) return false
        this[name] = text
        return true
      }
    }
    return false
  }

  /** Any value; UNKNOWN where it is none that is certain. */
  private any(bytes: Buffer, depth: number): unknown {
    const first = bytes[this.at]
    if (first === QUOTE) return this.string(bytes) ?? UNKNOWN
    if (first === OPEN_ARRAY) return this.array(bytes, depth)
    if (this.passes(bytes, NULL)) return null
    if (this.passes(bytes, TRUE)) return true
    return this.passes(bytes, FALSE) ? false : (this.whole(bytes) ?? UNKNOWN)
  }

  private array(bytes: Buffer, depth: number): unknown {
    if (depth === DEEPEST) return UNKNOWN
    const elements: unknown[] = []
    this.at++
    if (bytes[this.at] === CLOSE_ARRAY) {
      this.at++
      return elements
    }
    for (;;) {
      const element = this.any(bytes, depth + 1)
      if (element === UNKNOWN) return UNKNOWN
      elements.push(element)
      const behind = bytes[this.at++]
      if (behind === CLOSE_ARRAY) return elements
      if (behind !== COMMA) return UNKNOWN
    }
  }

  /** A string without escapes. */
  private string(bytes: Buffer): string | undefined {
    const from = this.at + 1
    let at = from
    for (let one = bytes[at]!; one !== QUOTE; one = bytes[++at]!)
      if (one < 32 || one === BACKSLASH) return undefined
    this.at = at + 1
    return this.names.of(bytes, from, at)
  }

  /** A whole number that is certainly exact; what must not follow one is found by whoever reads on. */
  private whole(bytes: Buffer): number | undefined {
    const negative = bytes[this.at] === MINUS
    const from = negative ? this.at + 1 : this.at
    let at = from
    let number = 0
    for (let digit = bytes[at]! - 48; digit >= 0 && digit <= 9; digit = bytes[++at]! - 48)
      number = number * 10 + digit
    const digits = at - from
    if (digits === 0 || digits > EXACT || (digits > 1 && bytes[from] === 48)) return undefined
    this.at = at
    return negative ? -number : number
  }

  private passes(bytes: Buffer, expected: Uint8Array): boolean {
    if (!standsAt(bytes, this.at, expected)) return false
    this.at += expected.length
    return true
  }
}
