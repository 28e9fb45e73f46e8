/** Trees over ranks, in typed arrays: least values of ranges, and the next free place. */

/** Numbers at places 0 … size-1; every operation O(log size). */
export class LeastOfRange {
  private readonly base: number
  private readonly least: Int32Array
  /** What was added to all places below a node. */
  private readonly added: Int32Array

  constructor(values: Int32Array) {
    let base = 1
    while (base < values.length) base *= 2
    this.base = base
    this.least = new Int32Array(base * 2).fill(2 ** 30)
    this.added = new Int32Array(base * 2)
    this.least.set(values, base)
    for (let node = base - 1; node > 0; node--)
      this.least[node] = Math.min(this.least[node * 2]!, this.least[node * 2 + 1]!)
  }

  /** Adds to all places from … to-1. */
  add(from: number, to: number, amount: number): void {
    this.change(1, 0, this.base, from, to, amount)
  }

  /** The first place from … to-1 whose number is less than the bound, or -1. */
  firstBelow(from: number, to: number, bound: number): number {
    return this.find(1, 0, this.base, from, to, bound)
  }

  /** Bytes that the tree holds. */
  get bytes(): number {
    return this.least.byteLength * 2
  }

  private change(
    node: number,
    low: number,
    high: number,
    from: number,
    to: number,
    amount: number,
  ): void {
    if (to <= low || high <= from) return
    if (from <= low && high <= to) {
      this.least[node]! += amount
      this.added[node]! += amount
      return
    }
    const middle = (low + high) >>> 1
    this.change(node * 2, low, middle, from, to, amount)
    this.change(node * 2 + 1, middle, high, from, to, amount)
    this.least[node] =
      Math.min(this.least[node * 2]!, this.least[node * 2 + 1]!) + this.added[node]!
  }

  private find(
    node: number,
    low: number,
    high: number,
    from: number,
    to: number,
    bound: number,
  ): number {
    if (to <= low || high <= from || this.least[node]! >= bound) return -1
    if (high - low === 1) return low
    const middle = (low + high) >>> 1
    const below = bound - this.added[node]!
    const left = this.find(node * 2, low, middle, from, to, below)
    return left >= 0 ? left : this.find(node * 2 + 1, middle, high, from, to, below)
  }
}

/** Places 0 … size, all free at first except none: which is the next free one (Tarjan's union-find). */
export class NextFree {
  private readonly next: Int32Array

  constructor(size: number) {
    this.next = Int32Array.from({ length: size + 1 }, (_, place) => place)
  }

  /** The first free place from this one on; the place `size` is always free. */
  from(place: number): number {
    const { next } = this
    let free = place
    while (next[free] !== free) free = next[free]!
    for (let at = place; next[at] !== free; ) {
      const after = next[at]!
      next[at] = free
      at = after
    }
    return free
  }

  take(place: number): void {
    this.next[place] = place + 1
  }
}

/** Least numbers seen at or after a place: a Fenwick tree over places 0 … size-1, from the right. */
export class LeastAfter {
  private readonly least: Int32Array

  constructor(
    private readonly size: number,
    none: number,
  ) {
    this.least = new Int32Array(size + 1).fill(none)
  }

  put(place: number, value: number): void {
    for (let at = this.size - place; at <= this.size; at += at & -at)
      if (value < this.least[at]!) this.least[at] = value
  }

  /** The least number put at this place or a later one. */
  from(place: number): number {
    let least = this.least[0]!
    for (let at = this.size - place; at > 0; at -= at & -at)
      least = Math.min(least, this.least[at]!)
    return least
  }
}
