/**
 * What the scanners of regular events share: the event that they fill, names that they have seen before
 * and the bytes that they look for. A scanner reads what it knows for certain and gives up on everything
 * else, which a slower reader then takes; so it never decides that something is wrong.
 */
import type { EventInput, Key, OpType, Process } from '../../checkers/history.ts'

/** An event that is filled field by field, and again for the next one. */
export class Draft {
  index: number | undefined
  time: number | undefined
  type: OpType | undefined
  process: Process | undefined
  f: string | undefined
  key: Key | undefined
  value: unknown
  node: string | undefined
  error: string | undefined

  clear(): void {
    this.index = undefined
    this.time = undefined
    this.type = undefined
    this.process = undefined
    this.f = undefined
    this.key = undefined
    this.value = null
    this.node = undefined
    this.error = undefined
  }

  /** The event, or undefined when what every event has is not there. */
  get event(): EventInput | undefined {
    const whole = this.type !== undefined && this.process !== undefined && this.f !== undefined
    return whole ? (this as unknown as EventInput) : undefined
  }
}

/** What a scanner answers where it gives up. */
export const UNKNOWN: unique symbol = Symbol('unknown')

/** Deepest nesting of a value that scanners follow. */
export const DEEPEST = 16

/** Digits of a whole number that is certainly exact. */
export const EXACT = 15

export const byte = (character: string): number => character.charCodeAt(0)

/** Whether bytes stand at a place. */
export const standsAt = (bytes: Buffer, at: number, word: Uint8Array): boolean => {
  for (let place = 0; place < word.length; place++)
    if (bytes[at + place] !== word[place]) return false
  return true
}

/** Short texts of which a history has few different ones: each is made once. */
export class Names {
  private readonly bytes: (Uint8Array | undefined)[] = new Array<undefined>(SLOTS)
  private readonly texts: string[] = new Array<string>(SLOTS).fill('')

  of(bytes: Buffer, from: number, to: number): string {
    const length = to - from
    if (length > LONGEST) return bytes.toString('utf8', from, to)
    let hash = length
    for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0
    const slot = (hash ^ (hash >>> 8)) & (SLOTS - 1)
    const known = this.bytes[slot]
    if (known !== undefined && known.length === length && standsAt(bytes, from, known))
      return this.texts[slot]!
    this.bytes[slot] = Uint8Array.prototype.slice.call(bytes, from, to)
    this.texts[slot] = bytes.toString('utf8', from, to)
    return this.texts[slot]
  }
}

const SLOTS = 1024
const LONGEST = 24
