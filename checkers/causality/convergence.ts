/**
 * The bad pattern that causal convergence adds to those of causal consistency: CyclicCF, a cycle of co
 * and the conflicts, which put w2 before w1 when a read of w1 had w2, of the same key, before it in co
 * (Bouajjani et al., POPL 2017, section 5). The order in which all replicas agree to apply the writes
 * must have both.
 */

import type { Meter } from '../limits.ts'
import { type Finding, type Found, most } from './finding.ts'
import { Paths } from './paths.ts'
import { causality } from './patterns.ts'
import { blockedCycles, complete, type Edges, type Step, schedule } from './schedule.ts'
import type { Sessions } from './sessions.ts'

/** O(n · sessions) @throws OutOfLimits */
export const convergence = (sessions: Sessions, meter: Meter): Found => {
  const { findings, total, conflicts } = causality(sessions, meter)
  if (total > 0) return { findings, total }
  const fronts = schedule(sessions, conflicts, () => {}, meter)
  if (complete(sessions, fronts)) return { findings, total }
  const cycles = blockedCycles(sessions, fronts, conflicts)
  const paths = new Paths(sessions, conflicts)
  return {
    findings: cycles
      .slice(0, most)
      .map((cycle) => finding(sessions, conflicts, shortest(cycle, paths, meter))),
    total: cycles.length,
  }
}

/** How many edges of a cycle are tried for a shorter one through them. */
const tries = 16

/** The shortest cycle through one of the conflicts of a cycle. */
const shortest = (cycle: readonly Step[], paths: Paths, meter: Meter): readonly Step[] => {
  let best = cycle
  for (const step of cycle.filter(({ relation }) => relation === 'edge').slice(0, tries)) {
    meter.poll()
    const back = paths.path(step.to, step.from)!
    if (back.length + 1 < best.length) best = [step, ...back]
  }
  return best
}

/** A conflict is proved by the read and by how the write that it did not return came before it in co. */
const finding = (sessions: Sessions, conflicts: Edges, cycle: readonly Step[]): Finding => {
  const inCo = new Paths(sessions, conflicts)
  const proofs = cycle
    .filter(({ relation }) => relation === 'edge')
    .flatMap(({ from, to, edge }) => {
      const read = conflicts.read[edge!]!
      return [{ from: to, to: read, relation: 'wr' } as const, ...inCo.path(from, read, 0)!]
    })
  return {
    type: 'cyclic-cf',
    ops: [...cycle, ...proofs].flatMap(({ from, to }) => [from, to]),
    steps: cycle.map((step) =>
      step.edge === undefined ? step : { ...step, read: conflicts.read[step.edge]! },
    ),
  }
}
