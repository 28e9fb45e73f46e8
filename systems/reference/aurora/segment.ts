/**
 * A storage node's copy of the log (SIGMOD 2017, section 3.3): "the log is the database", a page is what the records about
 * it come to. Each record names the one before it, so the node sees where it lacks some: its chain, whose end is the
 * segment-complete LSN, and loose records beyond a gap, which wait until gossip has filled it. We keep the whole log: Aurora folds
 * records into pages and forgets them once no reader asks for an older state (section 4.2.3).
 */
import type { Json, Storage } from '../../../harness/api.ts'
import { outcomeOf } from '../store.ts'
import { isAnnulled, type LogRecord, type Truncation } from './volume.ts'

const FILE = 'redo'

export class Segment {
  /** Records without a gap between them. */
  private chain: LogRecord[] = []
  /** Records beyond a gap, by the record before. */
  private loose = new Map<number, LogRecord>()

  constructor(
    private readonly storage: Storage,
    private truncations: readonly Truncation[],
  ) {
    const kept = storage.entries(FILE) as unknown as readonly LogRecord[]
    for (const record of kept) if (this.isNew(record)) this.loose.set(record.prev, record)
    this.link()
  }

  /** The segment-complete LSN; 0 when it has nothing. */
  get scl(): number {
    return this.chain.at(-1)?.lsn ?? 0
  }

  /** The last end of a mini-transaction up to there. */
  get consistent(): number {
    return this.chain.findLast(({ ends }) => ends)?.lsn ?? 0
  }

  /** The last record that it has, gaps or not. */
  get highest(): number {
    return Math.max(this.scl, ...[...this.loose.values()].map(({ lsn }) => lsn))
  }

  /** Takes records in, whatever their order. */
  add(records: readonly LogRecord[]): void {
    for (const record of records) {
      if (!this.isNew(record)) continue
      this.storage.append(FILE, record as unknown as Json)
      this.loose.set(record.prev, record)
    }
    this.link()
  }

  /** Drops what recoveries have annulled; these are all of them. */
  annul(truncations: readonly Truncation[]): void {
    const stands = ({ lsn }: LogRecord): boolean => !isAnnulled(lsn, truncations)
    this.truncations = truncations
    const gap = this.chain.findIndex((record) => !stands(record))
    const cut = gap < 0 ? [] : this.chain.splice(gap)
    const rest = [...cut, ...this.loose.values()].filter(stands)
    this.loose = new Map(rest.map((record) => [record.prev, record]))
    this.link()
  }

  /** At most so many records after one of the chain; none where that is not on it. */
  after(lsn: number, most: number): readonly LogRecord[] {
    const place = lsn === 0 ? -1 : this.placeOf(lsn)
    return place === undefined ? [] : this.chain.slice(place + 1, place + 1 + most)
  }

  /** A page as of a record, null when nothing was written to it by then; undefined where it lacks that record. */
  page(key: string, at: number): Json | undefined {
    const place = at === 0 ? -1 : this.placeOf(at)
    if (place === undefined) return undefined
    let value: Json = null
    for (const { redo } of this.chain.slice(0, place + 1))
      if (redo.key === key) value = outcomeOf(redo, value).after!
    return value
  }

  private isNew({ lsn, prev }: LogRecord): boolean {
    return lsn > this.scl && !this.loose.has(prev) && !isAnnulled(lsn, this.truncations)
  }

  /** Moves to the chain what follows it without a gap. */
  private link(): void {
    for (let next = this.loose.get(this.scl); next !== undefined; ) {
      this.loose.delete(next.prev)
      this.chain.push(next)
      next = this.loose.get(next.lsn)
    }
  }

  private placeOf(lsn: number): number | undefined {
    let [low, high] = [0, this.chain.length - 1]
    while (low <= high) {
      const middle = (low + high) >> 1
      const found = this.chain[middle]!.lsn
      if (found === lsn) return middle
      if (found < lsn) low = middle + 1
      else high = middle - 1
    }
    return undefined
  }
}
