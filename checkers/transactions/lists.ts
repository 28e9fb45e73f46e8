/**
 * The lists that transactions read, never stored one by one: reads of one key are nearly always prefixes of
 * each other, so each key has a spine, the longest of them, and a read is a spine with a length. A read that
 * is no prefix of a spine of its key gets one of its own. A million transactions that read lists of a
 * hundred elements so need the room of the lists alone.
 */
import { doubled, Ints, NONE } from '../typed-arrays.ts'
import { Elements, isScalar, type Scalar } from './elements.ts'

/** How many spines of a key are compared with a list before it gets one of its own: the newest ones. */
const TRIES = 4
const SMALLEST = 8

export class Lists {
  /** The codes of the elements of all spines. */
  items = new Int32Array(1024)
  /** Where each spine begins in `items`, and how long it is. */
  readonly start = new Ints()
  readonly length = new Ints()
  /** The key of each spine. */
  readonly key = new Ints()
  private readonly capacity = new Ints()
  /** The newest spine of each key, and the one before each spine. */
  private readonly newest = new Ints()
  private readonly older = new Ints()
  private used = 0

  constructor(private readonly elements: Elements = new Elements()) {}

  /** How many spines there are. */
  get size(): number {
    return this.start.length
  }

  /** The spine that a list of a key is a prefix of, from now on; NONE when an element is no scalar. O(list) */
  add(key: number, list: readonly unknown[]): number {
    if (!list.every(isScalar)) return NONE
    while (this.newest.length <= key) this.newest.push(NONE)
    let spine = this.newest.items[key]!
    for (let tries = 0; tries < TRIES && spine !== NONE; tries++) {
      const same = this.common(spine, list)
      if (same === list.length) return spine
      if (same === this.length.items[spine]) {
        this.extend(spine, list)
        return spine
      }
      spine = this.older.items[spine]!
    }
    return this.create(key, list)
  }

  /** The codes of the first elements of a spine. */
  codes(spine: number, length: number): Int32Array {
    const start = this.start.items[spine]!
    return this.items.subarray(start, start + length)
  }

  /** The first elements of a spine. */
  values(spine: number, length: number): Scalar[] {
    return Array.from(this.codes(spine, length), (code) => this.elements.value(code))
  }

  /** How many elements a list begins with as the spine does. */
  private common(spine: number, list: readonly Scalar[]): number {
    const { items, elements } = this
    const start = this.start.items[spine]!
    const most = Math.min(list.length, this.length.items[spine]!)
    let at = 0
    while (at < most && items[start + at] === elements.code(list[at]!)) at++
    return at
  }

  private extend(spine: number, list: readonly Scalar[]): void {
    const { start, length, capacity } = this
    const from = length.items[spine]!
    if (list.length > capacity.items[spine]!) {
      const old = start.items[spine]!
      const place = this.reserve(list.length * 2)
      this.items.copyWithin(place, old, old + from)
      start.items[spine] = place
      capacity.items[spine] = list.length * 2
    }
    this.write(start.items[spine]!, list, from)
    length.items[spine] = list.length
  }

  private create(key: number, list: readonly Scalar[]): number {
    const capacity = Math.max(SMALLEST, list.length)
    const place = this.reserve(capacity)
    this.write(place, list, 0)
    const spine = this.start.push(place)
    this.length.push(list.length)
    this.capacity.push(capacity)
    this.key.push(key)
    this.older.push(this.newest.items[key]!)
    this.newest.items[key] = spine
    return spine
  }

  private write(place: number, list: readonly Scalar[], from: number): void {
    for (let at = from; at < list.length; at++)
      this.items[place + at] = this.elements.code(list[at]!)
  }

  private reserve(length: number): number {
    const place = this.used
    this.used += length
    if (this.used > this.items.length) this.items = doubled(this.items, Int32Array, this.used)
    return place
  }
}
