/** Typed arrays that grow. */

/** In columns of places: none. */
export const NONE = -1

/** A copy of twice the length, or of a length that is enough; what is behind the old end is zero. */
export const doubled = <A extends { readonly length: number; set(from: A): void }>(
  from: A,
  make: new (length: number) => A,
  enough = 0,
): A => {
  const to = new make(Math.max(from.length * 2, enough))
  to.set(from)
  return to
}

/** A list of whole numbers of 32 bits. */
export class Ints {
  length = 0

  constructor(
    /** May be longer than `length`. */
    public items = new Int32Array(16),
  ) {}

  /** Amortised O(1). @returns the place */
  push(item: number): number {
    if (this.length === this.items.length) this.items = doubled(this.items, Int32Array, 16)
    this.items[this.length] = item
    return this.length++
  }
}
