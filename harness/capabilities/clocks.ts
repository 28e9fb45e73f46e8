/** The wall clocks of the cluster's nodes, as faults shift them. */

/** How a node's wall clock differs from the host's. */
export interface Skew {
  /** ms; positive is ahead. */
  readonly offsetMs: number
  /** Parts per million that it gains from the moment it is set. */
  readonly ratePpm?: number
  /** The offset is there and away in turn, each for this long; ms. */
  readonly strobeMs?: number
  /** Also CLOCK_MONOTONIC, which a wrongly set clock leaves alone. */
  readonly monotonic?: true
}

/** What one process of a node reads on its wall clock. */
export interface ClockReading {
  readonly pid: number
  /** ms ahead of the host; negative is behind. */
  readonly offsetMs: number
}

export interface Clocks {
  /**
   * Sets the wall clocks of nodes, in all their processes: also in those that start later, which get it
   * within 100 ms, and after a restart. Replaces what was set.
   */
  set(skews: Readonly<Record<string, Skew>>): Promise<void>
  /** Puts every clock right again and forgets what was set. Idempotent. */
  reset(): Promise<void>
  /** Runs the processes' own way of reading the time. */
  read(node: string): Promise<readonly ClockReading[]>
}
