/**
 * The disk of a simulated node. What is written is seen at once; a sync takes time, and what no sync has
 * covered is lost by a power failure, but for a beginning of it that had reached the disk by chance. A
 * record that was torn in the middle counts as not there, as a checksum would tell.
 */
import { Content, type Write } from '../../content.ts'
import type { Storage } from '../../program.ts'
import type { Random } from '../../random.ts'

/** How the disk asks for the end of a sync. */
export type Delay = (then: () => void) => void

export class SimDisk {
  /** What programs see. */
  private seen = new Content()
  /** What would outlive a power failure. */
  private safe = new Content()
  /** What was seen after `safe`, in order. */
  private unsynced: Write[] = []
  private kept: Content | undefined
  /** Syncs under way end in vain when this has moved on. */
  private power = 0

  /** The disk as one run of the program uses it; `delay` says when a sync is over, if the node lives. */
  storage(delay: Delay): Storage {
    const write = (one: Write): void => {
      this.seen.apply(one)
      this.unsynced.push(one)
    }
    return {
      get: (name) => this.seen.values.get(name),
      put: (name, value) => write({ kind: 'put', name, value }),
      entries: (name) => this.seen.log(name),
      append: (name, value) => write({ kind: 'append', name, value }),
      truncate: (name, length) => write({ kind: 'truncate', name, length }),
      sync: (then) => {
        const { power } = this
        const covered = this.unsynced.at(-1)
        delay(() => {
          if (power === this.power && covered !== undefined) this.secure(covered)
          then()
        })
      },
    }
  }

  get isEmpty(): boolean {
    return this.seen.isEmpty
  }

  /** How many writes a power failure could take. */
  get atRisk(): number {
    return this.unsynced.length
  }

  /** A power failure. @returns how many writes were lost */
  loseUnsynced(random: Random): number {
    const survive = random.int(0, this.unsynced.length)
    const lost = this.unsynced.length - survive
    for (const one of this.unsynced.slice(0, survive)) this.safe.apply(one)
    this.unsynced = []
    this.seen = this.safe.copy()
    this.power++
    return lost
  }

  wipe(): void {
    this.seen = new Content()
    this.safe = new Content()
    this.unsynced = []
    this.power++
  }

  snapshot(): void {
    this.kept = this.seen.copy()
  }

  /** Puts the copy back, safely on disk. */
  restore(): void {
    this.seen = (this.kept ?? new Content()).copy()
    this.safe = this.seen.copy()
    this.unsynced = []
    this.power++
  }

  /** Everything up to and with this write is safe. */
  private secure(covered: Write): void {
    const end = this.unsynced.indexOf(covered)
    for (const one of this.unsynced.slice(0, end + 1)) this.safe.apply(one)
    this.unsynced = this.unsynced.slice(end + 1)
  }
}
