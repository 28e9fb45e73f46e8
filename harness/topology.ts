/** What faults may know of a cluster before it runs. */
import type { Member, System } from './api.ts'

/** The cluster as a fault planner sees it before the run. */
export interface Topology {
  readonly members: readonly Member[]
  /** Whether the system can say who leads: enables the target `primary`. */
  readonly hasPrimaries: boolean
  /** Whether the system can add and remove nodes while it serves: enables `shrink`, `grow`, `replace`. */
  readonly hasMembership?: boolean
  /** Whether the system promises nothing any more once a node has lost its disk: refuses `wipe`. */
  readonly needsDisks?: boolean
}

/** Of a system with so many nodes. */
export const topologyOf = (system: System, nodes: number): Topology => ({
  members: system.members(nodes),
  hasPrimaries: system.primaries !== undefined,
  hasMembership: system.membership !== undefined,
  needsDisks: system.needsDisks === true,
})
