/**
 * A logical clock and the total order of requests that it gives ("Time, Clocks, and the Ordering of Events in a
 * Distributed System", Lamport 1978). It is kept on disk: one that went back at a restart would give times
 * anew that were given before, and later requests would come before earlier ones.
 */
import type { Storage } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'

const FILE = 'clock'

export class LamportClock {
  private time: number

  constructor(
    private readonly storage: Storage,
    private readonly bug: Bug | 'none',
  ) {
    this.time = (storage.get(FILE) as number | undefined) ?? 0
  }

  /** The time of the next event here (rule IR1). */
  tick(): number {
    this.set(this.time + 1)
    return this.time
  }

  /** A message with this time has come: all that happens here from now on is later (rule IR2). */
  witness(time: number): void {
    if (this.bug === 'LC2') return
    if (time > this.time) this.set(time)
  }

  private set(time: number): void {
    this.time = time
    if (this.bug !== 'LC5') this.storage.put(FILE, time)
  }
}

/** When a request was made, by the clock of its node. */
export interface Timestamp {
  readonly time: number
  readonly node: string
}

/** The relation ⇒ of the paper: requests by their times, and between equal times by their nodes. */
export const isBefore = (a: Timestamp, b: Timestamp): boolean =>
  a.time < b.time || (a.time === b.time && a.node < b.node)
