/** What faults may know of a cluster before it runs. */
import type { System, Topology } from './api.ts'

/** Of a system with so many nodes. */
export const topologyOf = (system: System, nodes: number): Topology => ({
  members: system.members(nodes),
  hasPrimaries: system.primaries !== undefined,
  hasMembership: system.membership !== undefined,
  needsDisks: system.needsDisks === true,
})
