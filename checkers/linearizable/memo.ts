/**
 * The configurations already visited, in one open-addressed table of integers. An entry is
 * [k + 1, state, mask…, used…]. The used indeterminate operations are not hashed: a configuration is
 * dead when one with the same k, state and mask and a subset of its used operations is, because the
 * latter can do everything that the former can. So all of them meet in one probe sequence.
 */
export class Memo {
  private table: Int32Array
  private capacity = 64
  private size = 0
  private readonly width: number
  private readonly keyWords: number

  /** @param maskWords words of the mask @param usedWords words of the used operations */
  constructor(maskWords: number, usedWords: number) {
    this.keyWords = 2 + maskWords
    this.width = this.keyWords + usedWords
    this.table = new Int32Array(this.capacity * this.width)
  }

  /** What the table holds, or will hold while it next grows, when that is near. */
  get bytes(): number {
    const near = this.size * 2 + 4096 >= this.capacity && this.capacity > 4096
    return near ? this.table.byteLength * 3 : this.table.byteLength
  }

  /**
   * Remembers the configuration [k, state, mask…, used…] that stands in `from` at `at`.
   * @returns false when one that can do as much is there already
   */
  add(from: Int32Array, at: number): boolean {
    if (this.size * 2 >= this.capacity) this.grow()
    const { table, width } = this
    for (let line = this.hash(from, at, 0); ; line = (line + 1) & (this.capacity - 1)) {
      const entry = line * width
      if (table[entry] === 0) {
        for (let i = 0; i < width; i++) table[entry + i] = from[at + i]!
        table[entry]!++
        this.size++
        return true
      }
      if (!this.sameKey(entry, from, at)) continue
      const order = this.compare(entry, from, at)
      if (order === NO_MORE) return false
      if (order !== FEWER) continue
      for (let i = this.keyWords; i < width; i++) table[entry + i] = from[at + i]!
      return true
    }
  }

  private sameKey(entry: number, from: Int32Array, at: number): boolean {
    const { table, keyWords } = this
    if (table[entry] !== from[at]! + 1) return false
    for (let i = 1; i < keyWords; i++) if (table[entry + i] !== from[at + i]) return false
    return true
  }

  /** Whether the entry used no operation that the configuration did not use, or the other way round. */
  private compare(entry: number, from: Int32Array, at: number): number {
    const { table, width } = this
    let more = false
    let fewer = true
    for (let i = this.keyWords; i < width; i++) {
      if ((table[entry + i]! & ~from[at + i]!) !== 0) more = true
      if ((from[at + i]! & ~table[entry + i]!) !== 0) fewer = false
    }
    if (!more) return NO_MORE
    return fewer ? FEWER : INCOMPARABLE
  }

  private hash(from: Int32Array, at: number, less: number): number {
    let h = Math.imul(from[at]! - less, 0x9e3779b1)
    for (let i = 1; i < this.keyWords; i++) {
      h = Math.imul(h ^ from[at + i]!, 0x85ebca6b)
      h ^= h >>> 15
    }
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    return (h ^ (h >>> 16)) & (this.capacity - 1)
  }

  private grow(): void {
    const { table, width } = this
    this.capacity *= this.capacity < 65_536 ? 4 : 2
    const larger = new Int32Array(this.capacity * width)
    for (let old = 0; old < table.length; old += width) {
      if (table[old] === 0) continue
      let line = this.hash(table, old, 1)
      while (larger[line * width] !== 0) line = (line + 1) & (this.capacity - 1)
      for (let i = 0; i < width; i++) larger[line * width + i] = table[old + i]!
    }
    this.table = larger
  }
}

/** The entry used a subset of what the configuration used; a strict superset of it; neither. */
const NO_MORE = 0
const FEWER = 1
const INCOMPARABLE = 2
