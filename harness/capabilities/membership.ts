/** Who belongs to the tested system, as faults change it. */

/** What the system says of its own membership. */
export interface Members {
  readonly members: readonly string[]
  /** Changes that were asked for and are not decided yet. */
  readonly pending: readonly string[]
}

export interface Membership {
  view(): Promise<Members>
  /** Adds a node that does not belong to the system, and starts it. */
  add(node: string): Promise<void>
  /** Removes a node and stops it; its data is gone. */
  remove(node: string): Promise<void>
}
