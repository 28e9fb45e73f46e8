/**
 * Monotonic atomic view (Bailis et al., VLDB 2013; "read committed" of Biswas & Enea, OOPSLA 2019): once a transaction has read from
 * another one, it sees all of it. So when it read from t2 first and a key that t2 wrote from t1 later, t1 is the newer one. The
 * algorithm is AWDIT's (Møldrup & Pavlogiannis, PLDI 2025), where of the later reads of a key the two nearest ones of
 * different *writers* count: of two reads of the same writer the second one tells nothing.
 */
import type { Meter } from '../../limits.ts'
import { NONE } from '../../typed-arrays.ts'
import { type Dependencies, eachReader, writesTo } from './dependencies.ts'
import { Implied } from './implied.ts'

/** O(n^1.5), and linear where no transaction is long. @throws OutOfLimits */
export const monotonicOrder = (dependencies: Dependencies, meter: Meter): Implied => {
  const view = new View(dependencies)
  eachReader(dependencies, meter, (_, from, end) => view.reader(from, end))
  return view.implied
}

class View {
  readonly implied = new Implied()
  /** Of each key, the nearest read behind the one that is looked at, and the nearest one of another writer than that. */
  private readonly near: Int32Array
  private readonly next: Int32Array
  /** The first read from each transaction, of the reader that is looked at. */
  private readonly first: Int32Array
  /** The keys that were met. */
  private readonly keys: number[] = []
  /** The reader's first read. */
  private from = 0

  constructor(private readonly dependencies: Dependencies) {
    const { size, keys } = dependencies.transactions
    this.near = new Int32Array(keys).fill(NONE)
    this.next = new Int32Array(keys).fill(NONE)
    this.first = new Int32Array(size).fill(NONE)
  }

  reader(from: number, end: number): void {
    const { source } = this.dependencies
    this.from = from
    for (let read = end - 1; read >= from; read--)
      if (source[read]! >= 0) this.first[source[read]!] = read
    this.keys.length = 0
    for (let read = end - 1; read >= from; read--) {
      const seen = source[read]!
      if (seen >= 0 && this.first[seen] === read) this.follow(seen)
      this.meet(read)
    }
  }

  /** A read from `seen` stands before all that were met. */
  private follow(seen: number): void {
    const { transactions, firstWrite, write } = this.dependencies
    const [low, high] = [firstWrite[seen]!, firstWrite[seen + 1]!]
    if (high - low <= this.keys.length) {
      for (let at = low; at < high; at++) this.order(seen, transactions.key[write[at]!]!)
      return
    }
    for (const key of this.keys) if (writesTo(this.dependencies, seen, key)) this.order(seen, key)
  }

  private order(seen: number, key: number): void {
    const { source } = this.dependencies
    let read = this.known(this.near[key]!)
    if (read !== NONE && source[read] === seen) read = this.known(this.next[key]!)
    if (read !== NONE) this.implied.add(seen, source[read]!, read)
  }

  private meet(read: number): void {
    const { transactions, source } = this.dependencies
    const key = transactions.key[this.dependencies.read[read]!]!
    const near = this.known(this.near[key]!)
    if (near === NONE) this.keys.push(key)
    else if (source[near] !== source[read]) this.next[key] = near
    this.near[key] = read
  }

  /** The read, where it is one of this reader's: those of the transactions before it have smaller numbers. */
  private known(read: number): number {
    return read >= this.from ? read : NONE
  }
}
