/**
 * Numbers the values of every key: a version is a (key, value) pair. Where values are whole numbers that
 * lie close together, as written values mostly do, a plain table of all that are possible. For the rest
 * an open-addressing table on typed arrays, because a `Map` keyed by pairs costs ten times as much;
 * values that are no small numbers are numbered first. Numbers that follow each other share a cache line.
 */
import { type Primitive, primitive } from '../model.ts'
import { NULL_ELEMENT, NUMBER, PAIR, type Span, TRIPLE, type Values } from '../values.ts'

/** Kinds of value in `kinds`: the number itself, or an index into `others`. */
const SMALL = 0
const INTERNED = 1

export class Versions {
  /** How many versions there are. */
  size = 0
  /** Of each version its code, and its key and kind as one number: they are always looked at together. */
  private entries: Int32Array
  /** The version of each small number from `least` on, `width` of them a key; 0 for none yet. */
  private readonly near: Int32Array
  private readonly least: number
  private readonly width: number
  /** Those of the others, by their hash. */
  private slots: Int32Array
  private hashed = 0
  private readonly others: Primitive[] = []
  private readonly otherIds = new Map<Primitive, number>()

  /**
   * @param keys how many keys there are; each begins with the version of its own number
   * @param expected how many versions there may be; more cost time
   * @param span between which numbers the small ones lie
   */
  constructor(
    readonly keys: number,
    initial: Primitive,
    expected: number,
    { least, greatest }: Span,
  ) {
    const capacity = keys + expected
    const width = greatest - least + 1
    const isNear = width > 0 && width * keys <= capacity * 2
    this.least = isNear ? least : 0
    this.width = isNear ? width : 0
    this.near = new Int32Array(this.width * keys)
    this.entries = new Int32Array(capacity * 2)
    this.slots = new Int32Array(powerOfTwo(isNear ? 0 : capacity * 2))
    for (let key = 0; key < keys; key++) this.of(key, initial)
  }

  /** The version of a key's value; a new one when it is seen for the first time. Amortised O(1). */
  of(key: number, value: unknown): number {
    if (typeof value === 'number' && (value | 0) === value) return this.number(key, value)
    const other = primitive(value)
    let id = this.otherIds.get(other)
    if (id === undefined) {
      id = this.others.length
      this.others.push(other)
      this.otherIds.set(other, id)
    }
    return this.intern(key, INTERNED, id)
  }

  /** As `of`, for the value at a position of a column. */
  at(key: number, values: Values, position: number): number {
    return values.kind[position] === NUMBER
      ? this.number(key, values.code[position]!)
      : this.of(key, values.at(position))
  }

  /** As `of`, for an element of the list at a position of a column. */
  element(key: number, values: Values, position: number, nth: number): number {
    const kind = values.kind[position]
    if (kind !== PAIR && kind !== TRIPLE)
      return this.of(key, (values.at(position) as readonly unknown[])[nth])
    const element = values.elements[values.code[position]! + nth]!
    return element === NULL_ELEMENT ? this.of(key, null) : this.number(key, element)
  }

  /** The value of a version. */
  value(version: number): Primitive {
    const code = this.entries[version * 2]!
    return (this.entries[version * 2 + 1]! & 1) === SMALL ? code : this.others[code]!
  }

  /** The key of a version. */
  key(version: number): number {
    return this.entries[version * 2 + 1]! >> 1
  }

  get bytes(): number {
    return this.entries.byteLength + this.near.byteLength + this.slots.byteLength
  }

  private number(key: number, value: number): number {
    const place = value - this.least
    if (place < 0 || place >= this.width) return this.intern(key, SMALL, value)
    const version = this.near[key * this.width + place]!
    if (version > 0) return version - 1
    const fresh = this.append(key * 2 + SMALL, value)
    this.near[key * this.width + place] = fresh + 1
    return fresh
  }

  private intern(key: number, kind: number, code: number): number {
    const { slots, entries } = this
    const owner = key * 2 + kind
    const mask = slots.length - 1
    for (let slot = hash(owner, code) & mask; ; slot = (slot + STEP) & mask) {
      const version = slots[slot]! - 1
      if (version < 0) return this.add(owner, code, slot)
      if (entries[version * 2] === code && entries[version * 2 + 1] === owner) return version
    }
  }

  private add(owner: number, code: number, slot: number): number {
    const version = this.append(owner, code)
    this.hashed++
    if (this.hashed * 2 <= this.slots.length) this.slots[slot] = version + 1
    else this.rehash()
    return version
  }

  private append(owner: number, code: number): number {
    const version = this.size
    if (version * 2 === this.entries.length) this.grow()
    this.entries[version * 2] = code
    this.entries[version * 2 + 1] = owner
    this.size = version + 1
    return version
  }

  private isNear(version: number): boolean {
    const place = this.entries[version * 2]! - this.least
    const isNumber = (this.entries[version * 2 + 1]! & 1) === SMALL
    return isNumber && place >= 0 && place < this.width
  }

  private grow(): void {
    const entries = new Int32Array(this.entries.length * 2 + 32)
    entries.set(this.entries)
    this.entries = entries
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2)
    const mask = slots.length - 1
    for (let version = 0; version < this.size; version++) {
      if (this.isNear(version)) continue
      let slot = hash(this.entries[version * 2 + 1]!, this.entries[version * 2]!) & mask
      while (slots[slot] !== 0) slot = (slot + STEP) & mask
      slots[slot] = version + 1
    }
    this.slots = slots
  }
}

/** How many codes that follow each other are neighbours in the table: 64 bytes of it. */
const LINE = 16
/** To the next line and one place on: odd, so that probing comes by every place. */
const STEP = LINE + 1

const hash = (owner: number, code: number): number => {
  let line = Math.imul(code >> 4, 0x9e3779b1) ^ Math.imul(owner + 1, 0x85ebca6b)
  line = Math.imul(line ^ (line >>> 15), 0x2c1b3c6d)
  return ((line ^ (line >>> 13)) << 4) | (code & (LINE - 1))
}

const powerOfTwo = (least: number): number => 2 ** Math.ceil(Math.log2(Math.max(16, least)))
