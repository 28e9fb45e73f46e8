/**
 * Causal memory and PRAM: one order of the writes for each session that explains all its reads together.
 * Causal memory (Ahamad et al. 1995): the order holds causality, that is program order and reads-from of
 * all sessions. PRAM (Lipton and Sandberg 1988): it holds program order of all sessions, but what other
 * sessions read counts for nothing.
 */
import { NONE } from '../history.ts'
import type { Meter } from '../limits.ts'
import { type Finding, type Found, most } from './finding.ts'
import { Paths } from './paths.ts'
import { causality, thinAir } from './patterns.ts'
import { type Outcome, Saturation } from './saturation.ts'
import { blockedCycles, type Step } from './schedule.ts'
import type { Sessions } from './sessions.ts'
import { Writers } from './writers.ts'

/** Rounds after which one order for all sessions is given up. */
const attempts = 8

/** Violations of causal memory. Each round of each session costs O(n · sessions). @throws OutOfLimits */
export const memory = (sessions: Sessions, meter: Meter): Found => {
  const { findings, total } = causality(sessions, meter)
  if (total > 0) return { findings, total }
  return forEachSession(sessions, () => sessions, causalTypes, meter)
}

/** Violations of PRAM. Causal memory implies it. @throws OutOfLimits */
export const pipelined = (sessions: Sessions, meter: Meter): Found => {
  const thin = thinAir(sessions)
  if (thin.total > 0) return thin
  return forEachSession(sessions, (s) => sourcesOf(sessions, s), pramTypes, meter)
}

const causalTypes = { cycle: 'cyclic-hb', initial: 'write-hb-init-read' } as const
const pramTypes = { cycle: 'pram', initial: 'pram' } as const

/** The same operations, of which those of one session alone observe anything. */
const sourcesOf = (sessions: Sessions, s: number): Sessions => {
  const { first, size } = sessions
  const source = new Int32Array(size).fill(NONE)
  source.set(sessions.source.subarray(first[s], first[s + 1]), first[s])
  return { ...sessions, source }
}

const forEachSession = (
  sessions: Sessions,
  relation: (session: number) => Sessions,
  types: { readonly cycle: Finding['type']; readonly initial: Finding['type'] },
  meter: Meter,
): Found => {
  const { writes, registers, count } = sessions
  const writers = new Writers(sessions, registers.versions.keys, (op) => writes[op] === 1)
  // One order that explains the reads of all is one for each; sequentially consistent histories have it.
  const all = new Saturation(sessions, writers, () => true, meter)
  const { kind } = all.run(attempts)
  all.release()
  if (kind === 'explained') return { findings: [], total: 0 }
  const findings: Finding[] = []
  for (let s = 0; s < count && findings.length < most; s++) {
    const own = relation(s)
    const saturation = new Saturation(own, writers, (session) => session === s, meter)
    const outcome = saturation.run()
    if (outcome.kind === 'cycle' || outcome.kind === 'initial')
      findings.push(prove(own, saturation, outcome, types[outcome.kind]))
    saturation.release()
  }
  return { findings, total: findings.length }
}

/** A violation with all that its edges follow from. */
const prove = (
  sessions: Sessions,
  { edges, begun }: Saturation,
  outcome: Extract<Outcome, { readonly kind: 'cycle' | 'initial' }>,
  type: Finding['type'],
): Finding => {
  const paths = new Paths(sessions, edges)
  const steps: readonly Step[] =
    outcome.kind === 'cycle'
      ? blockedCycles(sessions, outcome.fronts, edges)[0]!
      : paths.path(outcome.by, outcome.read)!
  const needed: Step[] = [...steps]
  const proved = new Set<number>()
  for (const { to, edge, from } of needed) {
    if (edge === undefined || proved.has(edge)) continue
    proved.add(edge)
    const read = edges.read[edge]!
    needed.push({ from: to, to: read, relation: 'wr' })
    needed.push(
      ...paths.path(
        from,
        read,
        begun.findLast((size) => size <= edge),
      )!,
    )
  }
  return {
    type,
    ops: needed.flatMap(({ from, to }) => [from, to]),
    steps: steps.map((step) =>
      step.edge === undefined ? step : { ...step, read: edges.read[step.edge]! },
    ),
    ...(outcome.kind === 'initial' ? { read: outcome.read, by: outcome.by } : {}),
  }
}
