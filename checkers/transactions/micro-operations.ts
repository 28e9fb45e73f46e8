/**
 * The values of transactions, lists of micro-operations `[f, key, value]`, in columns: ten million small lists
 * on the heap would take gigabytes, and the garbage collector more time than it takes to judge them. A
 * transaction is a range of the columns, and is made a list again only where somebody looks at it.
 */
import type { Key } from '../history.ts'
import { doubled, Ints, NONE } from '../typed-arrays.ts'
import { Elements, isScalar } from './elements.ts'
import { Lists } from './lists.ts'

/** In the column `length`: the value is a scalar, and the column `value` holds its code. */
export const SCALAR = -1
/** Names of micro-operations that the column has room for. */
const MOST_NAMES = 256

export class MicroOperations {
  /** How many micro-operations there are; the columns may be longer. */
  used = 0
  /** Index into `fs`. */
  f = new Uint8Array(64)
  /** Index into `keys`. */
  key = new Int32Array(64)
  /** The code of a scalar, or the spine of a list. */
  value = new Int32Array(64)
  /** The length of a list, or SCALAR. */
  length = new Int32Array(64)
  readonly fs: string[] = []
  readonly keys: Key[] = []
  readonly elements = new Elements()
  readonly lists = new Lists(this.elements)
  /** Where each transaction begins; it ends where the next one begins. */
  private readonly begin = new Ints()
  private readonly fIds = new Map<string, number>()
  private readonly keyIds = new Map<Key, number>()

  constructor() {
    this.begin.push(0)
  }

  /** The first micro-operation of a transaction. */
  first(transaction: number): number {
    return this.begin.items[transaction]!
  }

  /** Behind its last one. */
  end(transaction: number): number {
    return this.begin.items[transaction + 1]!
  }

  /** How many it has. */
  count(transaction: number): number {
    return this.end(transaction) - this.first(transaction)
  }

  /** Takes a value in; its number, or NONE when it is no list of micro-operations. O(value) */
  push(value: readonly unknown[]): number {
    if (value.length === 0) return NONE
    const { used } = this
    for (const step of value)
      if (!this.take(step)) {
        this.used = used
        return NONE
      }
    return this.begin.push(this.used) - 1
  }

  /** A transaction as the lists that it was. */
  at(transaction: number): readonly unknown[] {
    const steps: unknown[] = []
    for (let at = this.first(transaction); at < this.end(transaction); at++)
      steps.push(this.microOperation(at))
    return steps
  }

  /** One micro-operation as the list that it was. */
  microOperation(at: number): readonly [f: string, key: Key, value: unknown] {
    const length = this.length[at]!
    const value =
      length === SCALAR
        ? this.elements.value(this.value[at]!)
        : this.lists.values(this.value[at]!, length)
    return [this.fs[this.f[at]!]!, this.keys[this.key[at]!]!, value]
  }

  private take(step: unknown): boolean {
    if (!Array.isArray(step) || step.length !== 3) return false
    const [f, key, value] = step as readonly unknown[]
    if (typeof f !== 'string' || !isKey(key)) return false
    const name = intern(this.fIds, this.fs, f)
    if (name >= MOST_NAMES) return false
    const list = Array.isArray(value)
    if (!list && !isScalar(value)) return false
    const keyId = intern(this.keyIds, this.keys, key)
    const code = list ? this.lists.add(keyId, value) : this.elements.code(value)
    if (list && code === NONE) return false
    if (this.used === this.f.length) this.grow()
    this.f[this.used] = name
    this.key[this.used] = keyId
    this.value[this.used] = code
    this.length[this.used] = list ? value.length : SCALAR
    this.used++
    return true
  }

  private grow(): void {
    this.f = doubled(this.f, Uint8Array)
    this.key = doubled(this.key, Int32Array)
    this.value = doubled(this.value, Int32Array)
    this.length = doubled(this.length, Int32Array)
  }
}

const isKey = (key: unknown): key is Key =>
  typeof key === 'string' || (typeof key === 'number' && !Object.is(key, -0))

const intern = <T>(ids: Map<T, number>, items: T[], item: T): number => {
  const known = ids.get(item)
  if (known !== undefined) return known
  ids.set(item, items.length)
  return items.push(item) - 1
}
