/**
 * Numbers the values of every key: a version is a (key, value) pair. An open-addressing table on typed
 * arrays, because a `Map` keyed by pairs costs ten times as much where most values are small whole
 * numbers; other values are numbered first. Numbers that follow each other share a cache line, because
 * written values mostly count up.
 */
import { type Primitive, primitive } from '../model.ts'
import { NULL_ELEMENT, NUMBER, PAIR, TRIPLE, type Values } from '../values.ts'

/** Kinds of value in `kinds`: the number itself, or an index into `others`. */
const SMALL = 0
const INTERNED = 1

export class Versions {
  /** How many versions there are. */
  size = 0
  /** Key of each version. */
  key: Int32Array
  private code: Int32Array
  private kind: Uint8Array
  private slots: Int32Array
  private readonly others: Primitive[] = []
  private readonly otherIds = new Map<Primitive, number>()

  /** @param keys how many keys there are; each begins with the version of its own number */
  constructor(
    readonly keys: number,
    initial: Primitive,
    expected: number,
  ) {
    const capacity = keys + expected
    this.key = new Int32Array(capacity)
    this.code = new Int32Array(capacity)
    this.kind = new Uint8Array(capacity)
    this.slots = new Int32Array(powerOfTwo(capacity * 2))
    for (let key = 0; key < keys; key++) this.of(key, initial)
  }

  /** The version of a key's value; a new one when it is seen for the first time. Amortised O(1). */
  of(key: number, value: unknown): number {
    if (typeof value === 'number' && (value | 0) === value) return this.intern(key, SMALL, value)
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
      ? this.intern(key, SMALL, values.code[position]!)
      : this.of(key, values.at(position))
  }

  /** As `of`, for an element of the list at a position of a column. */
  element(key: number, values: Values, position: number, nth: number): number {
    const kind = values.kind[position]
    if (kind !== PAIR && kind !== TRIPLE)
      return this.of(key, (values.at(position) as readonly unknown[])[nth])
    const element = values.elements[values.code[position]! + nth]!
    return element === NULL_ELEMENT ? this.of(key, null) : this.intern(key, SMALL, element)
  }

  /** The value of a version. */
  value(version: number): Primitive {
    const code = this.code[version]!
    return this.kind[version] === SMALL ? code : this.others[code]!
  }

  get bytes(): number {
    return this.key.byteLength + this.code.byteLength + this.kind.byteLength + this.slots.byteLength
  }

  private intern(key: number, kind: number, code: number): number {
    const { slots } = this
    const mask = slots.length - 1
    for (let slot = hash(key, kind, code) & mask; ; slot = (slot + STEP) & mask) {
      const version = slots[slot]! - 1
      if (version < 0) return this.add(key, kind, code, slot)
      if (this.code[version] === code && this.key[version] === key && this.kind[version] === kind)
        return version
    }
  }

  private add(key: number, kind: number, code: number, slot: number): number {
    const version = this.size
    if (version === this.key.length) this.grow()
    this.key[version] = key
    this.code[version] = code
    this.kind[version] = kind
    this.size = version + 1
    if (this.size * 2 <= this.slots.length) this.slots[slot] = version + 1
    else this.rehash()
    return version
  }

  private grow(): void {
    const key = new Int32Array(this.key.length * 2 + 16)
    const code = new Int32Array(key.length)
    const kind = new Uint8Array(key.length)
    key.set(this.key)
    code.set(this.code)
    kind.set(this.kind)
    this.key = key
    this.code = code
    this.kind = kind
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2)
    const mask = slots.length - 1
    for (let version = 0; version < this.size; version++) {
      let slot = hash(this.key[version]!, this.kind[version]!, this.code[version]!) & mask
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

const hash = (key: number, kind: number, code: number): number => {
  let line = Math.imul(code >> 4, 0x9e3779b1) ^ Math.imul(key * 2 + kind + 1, 0x85ebca6b)
  line = Math.imul(line ^ (line >>> 15), 0x2c1b3c6d)
  return ((line ^ (line >>> 13)) << 4) | (code & (LINE - 1))
}

const powerOfTwo = (least: number): number => 2 ** Math.ceil(Math.log2(Math.max(16, least)))
