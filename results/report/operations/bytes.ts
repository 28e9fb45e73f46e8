/**
 * Numbers as bytes: seven bits a byte, small ones first, so that columns of small differences compress
 * well. Whole numbers of up to 2⁵³ in size; signs are folded into the lowest bit.
 */

/** Grows as it is written to. */
export class ByteWriter {
  #bytes = new Uint8Array(1024)
  #length = 0
  #before = 0

  get length(): number {
    return this.#length
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** A whole number from 0. */
  count(n: number): void {
    this.#room(8)
    let rest = n
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#length++] = rest
  }

  /** A whole number of up to 2⁵² in size. */
  signed(n: number): void {
    this.count(folded(n))
  }

  /** A whole number as its difference to the one before, so not mixed with others. */
  delta(n: number): void {
    this.signed(n - this.#before)
    this.#before = n
  }

  /** Bytes with their length before them. */
  block(bytes: Uint8Array): void {
    this.count(bytes.length)
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  clear(): void {
    this.#length = 0
    this.#before = 0
  }

  #room(wanted: number): void {
    if (this.#length + wanted <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + wanted))
    larger.set(this.bytes)
    this.#bytes = larger
  }
}

/** Reads what a `ByteWriter` wrote. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0
  #before = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** @throws RangeError behind the end */
  count(): number {
    let n = 0
    let unit = 1
    for (;;) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new RangeError('the data ends in the middle of a number')
      if (byte < 128) return n + byte * unit
      n += (byte - 128) * unit
      unit *= 128
    }
  }

  signed(): number {
    return unfolded(this.count())
  }

  delta(): number {
    this.#before += this.signed()
    return this.#before
  }

  /** @throws RangeError when it is cut off */
  block(): Uint8Array {
    const length = this.count()
    const end = this.#at + length
    if (end > this.#bytes.length) throw new RangeError('the data ends in the middle of a block')
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }
}

/** 0, -1, 1, -2, 2 … as 0, 1, 2, 3, 4 … */
export const folded = (n: number): number => (n < 0 ? -n * 2 - 1 : n * 2)

export const unfolded = (n: number): number => (n % 2 === 0 ? n / 2 : -(n + 1) / 2)
