/** The cluster's links, as partitions cut them. */

/**
 * Who drops whose packets: receiver → senders. Jepsen's grudge; asymmetric ones are one-way partitions. An end
 * may be `clients`: who is not named there stays connected to them.
 */
export type Grudge = Readonly<Record<string, readonly string[]>>

/** What one probe packet over one directed link did. */
export interface LinkProbe {
  readonly from: string
  readonly to: string
  readonly outcome: 'delivered' | 'dropped'
}

/** The cluster's network, as faults break it. */
export interface Network {
  /** Installs a grudge, replacing the one before, in one transaction a node, for IPv4 and IPv6. */
  setGrudge(grudge: Grudge): Promise<void>
  /** Removes our rules and nothing else from every node. Idempotent. */
  clear(): Promise<void>
  /** Sends a packet over every directed link, those of clients as well, and reads the receiving kernels' counters. */
  probe(): Promise<readonly LinkProbe[]>
}
