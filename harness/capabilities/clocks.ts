/** The clocks of the cluster's nodes, as faults shift them. */

/** One way in which a wall clock goes wrong. A node may have one of each kind; they add up. */
export type Skew =
  /** It is this far ahead, in ms; negative: behind. */
  | { readonly kind: 'jump'; readonly ms: number }
  /** It gains this many parts per million from the moment it is set; negative: loses. */
  | { readonly kind: 'drift'; readonly ppm: number }
  /** It is this far ahead for `periodMs`, then right for as long, and so on. */
  | { readonly kind: 'strobe'; readonly ms: number; readonly periodMs: number }

/** Which clocks of a node a skew reaches. */
export interface ClockScope {
  /** Also the monotonic clocks, which a wrongly set wall clock leaves alone; they stop at zero. */
  readonly monotonic?: true
  /** Only in processes of this name, as the kernel keeps it: its first 15 characters. */
  readonly process?: string
}

/** What one process of a node reads on its wall clock. */
export interface ClockReading {
  readonly pid: number
  readonly process: string
  /** ms ahead of the host; negative is behind. */
  readonly offsetMs: number
  /** What that should be by all that is set, at the same moment. */
  readonly wantedMs: number
  /** Whether anything is set that reaches this process. */
  readonly isSkewed: boolean
}

/** What the tested system says of a node's wall clock. */
export interface ClockStatement {
  /** ms ahead of the host, give or take `withinMs`. */
  readonly offsetMs: number
  readonly withinMs: number
}

export interface Clocks {
  /**
   * Skews the clocks of these nodes and no others, replacing what was set of the same kind. In all their
   * processes: also in those that start later, which get it within 100 ms, and after a restart.
   * @throws EnvironmentError naming the process that cannot be reached, and why
   */
  set(nodes: readonly string[], skew: Skew, scope?: ClockScope): Promise<void>
  /** Ends one kind of skew everywhere; without any left, processes are as they were. Idempotent. */
  clear(kind: Skew['kind']): Promise<void>
  /**
   * What the processes of nodes read, found out from what they execute when they ask for the time, and the
   * host's clock. A node that does not run has none.
   */
  read(nodes: readonly string[]): Promise<Readonly<Record<string, readonly ClockReading[]>>>
  /** What the tested system itself says; undefined when it cannot tell, or does not answer. */
  ask(node: string): Promise<ClockStatement | undefined>
}
