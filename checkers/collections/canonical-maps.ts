/**
 * Immutable maps from small numbers to numbers in which equal contents are the same object: states that
 * hold many elements, compared by one number. A map is a binary trie over the bits of its keys, lowest
 * first, in which a lone entry is a leaf right where it stands alone. That shape depends on the contents
 * only, however they came about (Pugh and Teitelbaum, "Incremental computation via function caching",
 * POPL 1989), and every node is made once. So a step costs O(log size) and equality is exact, which a
 * hash of the contents would not be.
 *
 * The nodes live as long as the object that makes them: a model makes a new one for every `init`.
 */
import type { Primitive } from '../model.ts'

export type CanonicalMap = Empty | Leaf | Branch

interface Empty {
  readonly id: 0
  readonly least: number
}

interface Leaf {
  readonly id: number
  readonly least: number
  readonly key: number
  readonly value: number
}

interface Branch {
  readonly id: number
  readonly least: number
  /** The entries whose key has a 0 in the bit of this level, and those with a 1. */
  readonly zero: CanonicalMap
  readonly one: CanonicalMap
}

export const empty: CanonicalMap = { id: 0, least: Number.POSITIVE_INFINITY }

/** Two ids as one exact number; there is no memory for 2^26 nodes. */
const pair = (high: number, low: number): number => high * 2 ** 26 + low

export class CanonicalMaps {
  private readonly leaves = new Map<number, Leaf>()
  private readonly branches = new Map<number, Branch>()
  private readonly numbers = new Map<Primitive, number>()
  private readonly named: Primitive[] = []
  private made = 0

  /** @param weight of a key: `least` of a map is the smallest one in it */
  constructor(private readonly weight: (key: number) => number = () => 0) {}

  /** A number for a primitive: the same one each time. */
  number(name: Primitive): number {
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    const number = this.named.length
    this.numbers.set(name, number)
    this.named.push(name)
    return number
  }

  /** The primitive that `number` gave this number. */
  name(number: number): Primitive {
    return this.named[number]!
  }

  get(map: CanonicalMap, key: number): number | undefined {
    let at = map
    for (let bits = key; 'zero' in at; bits >>>= 1) at = (bits & 1) === 0 ? at.zero : at.one
    return 'key' in at && at.key === key ? at.value : undefined
  }

  /** The map with this entry in addition, or instead of the one with its key. */
  set(map: CanonicalMap, key: number, value: number, level = 0): CanonicalMap {
    if (map === empty) return this.leaf(key, value)
    if ('zero' in map)
      return ((key >>> level) & 1) === 0
        ? this.branch(this.set(map.zero, key, value, level + 1), map.one)
        : this.branch(map.zero, this.set(map.one, key, value, level + 1))
    const other = map as Leaf
    if (other.key === key) return this.leaf(key, value)
    return this.fork(other, this.leaf(key, value), level)
  }

  /** The map without the entry of this key. */
  delete(map: CanonicalMap, key: number, level = 0): CanonicalMap {
    if ('key' in map) return map.key === key ? empty : map
    if (!('zero' in map)) return map
    return ((key >>> level) & 1) === 0
      ? this.branch(this.delete(map.zero, key, level + 1), map.one)
      : this.branch(map.zero, this.delete(map.one, key, level + 1))
  }

  private fork(one: Leaf, other: Leaf, level: number): CanonicalMap {
    const bit = (one.key >>> level) & 1
    if (bit === ((other.key >>> level) & 1)) {
      const below = this.fork(one, other, level + 1)
      return bit === 0 ? this.branch(below, empty) : this.branch(empty, below)
    }
    return bit === 0 ? this.branch(one, other) : this.branch(other, one)
  }

  private leaf(key: number, value: number): Leaf {
    const name = pair(key, value)
    const known = this.leaves.get(name)
    if (known !== undefined) return known
    const leaf = { id: ++this.made, least: this.weight(key), key, value }
    this.leaves.set(name, leaf)
    return leaf
  }

  /** The node above two others; a lone leaf stands where its branch would. */
  private branch(zero: CanonicalMap, one: CanonicalMap): CanonicalMap {
    if (one === empty && !('zero' in zero)) return zero
    if (zero === empty && !('zero' in one)) return one
    const name = pair(zero.id, one.id)
    const known = this.branches.get(name)
    if (known !== undefined) return known
    const branch = { id: ++this.made, least: Math.min(zero.least, one.least), zero, one }
    this.branches.set(name, branch)
    return branch
  }
}
