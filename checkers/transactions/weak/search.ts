/**
 * Searches the transactions of a history for what breaks a weak level: a cycle of all that one commit order would have to hold, or a
 * read of the initial state by a transaction that had seen it overwritten. Exact where each value is written once and
 * every read is of a committed version; whatever else is wrong with reads is an anomaly of its own and left out here.
 */
import type { Meter } from '../../limits.ts'
import { NONE } from '../../typed-arrays.ts'
import { bytesOf, type Transactions } from '../columns.ts'
import { PROCESS, WR, WW } from '../relations.ts'
import { Writers } from '../writers.ts'
import { atomicOrder } from './atomic.ts'
import { causalOrder } from './causal.ts'
import { bytesOfDependencies, type Dependencies, dependenciesOf, INITIAL } from './dependencies.ts'
import { type Demands, IMPLIED, residueOf } from './graph.ts'
import { Implied } from './implied.ts'
import type { Level } from './level.ts'
import { monotonicOrder } from './monotonic.ts'
import { type Cycle, cyclesOf } from './shortest.ts'
import { versionsOf } from './versions.ts'

/** One transaction must come before another one. */
export interface Step {
  readonly from: number
  /** Or INITIAL: nothing comes before the initial state. */
  readonly to: number
  /** PROCESS, WR, WW or IMPLIED. */
  readonly relation: number
  /** Of IMPLIED: the read, by its place among the reads, of `to`'s version by a transaction that had seen `from`. */
  readonly read: number
}

/** A cycle of steps, or one step to INITIAL. */
export type Finding = readonly Step[]

export interface Found {
  readonly dependencies: Dependencies
  /** At most `most`. */
  readonly findings: readonly Finding[]
  /** How many components and reads of the initial state there are in all. */
  readonly total: number
}

/** How many findings are shown. */
export const most = 10

/** @throws OutOfLimits */
export const search = (transactions: Transactions, level: Level, meter: Meter): Found => {
  const held = meter.bytes
  const writers = new Writers(transactions)
  meter.hold(bytesOf(transactions) + writers.bytes)
  const dependencies = dependenciesOf(transactions, writers, level)
  meter.hold(bytesOfDependencies(dependencies))
  const versions = versionsOf(dependencies, writers)
  meter.hold(versions.bytes)
  const implied = orderOf(dependencies, level, meter)
  meter.hold(implied.bytes)
  const found = findingsIn({ dependencies, versions, implied }, meter)
  meter.bytes = held
  return { dependencies, ...found }
}

/** Sessions and reads that make a cycle on their own leave nothing to imply. */
const orderOf = (dependencies: Dependencies, { view, sessions }: Level, meter: Meter): Implied => {
  switch (view) {
    case 'read-committed':
      return new Implied()
    case 'monotonic-atomic-view':
      return monotonicOrder(dependencies, meter)
    case 'read-atomic':
      return atomicOrder(dependencies, sessions, meter)
    case 'causal':
      return causalOrder(dependencies, meter) ?? new Implied()
  }
}

const findingsIn = (demands: Demands, meter: Meter): Omit<Found, 'dependencies'> => {
  const { implied } = demands
  const findings: Finding[] = []
  let total = 0
  for (let at = 0; at < implied.length; at++) {
    if (implied.to[at] !== INITIAL) continue
    total++
    if (findings.length < most) findings.push([impliedStep(implied, at)])
  }
  const residue = residueOf(demands, meter)
  if (residue === undefined) return { findings, total }
  const { graph, node } = residue
  const cycles = cyclesOf(graph, most - findings.length)
  for (const cycle of cycles.cycles)
    findings.push(
      stepsOf(
        demands,
        cycle.map((at) => node[at]!),
      ),
    )
  return { findings, total: total + cycles.total }
}

const stepsOf = (demands: Demands, cycle: Cycle): Finding =>
  cycle.map((from, at) => stepOf(demands, from, cycle[(at + 1) % cycle.length]!))

/** Why one transaction comes before another one; what was read says more than what it implies. O(edges) */
const stepOf = (demands: Demands, from: number, to: number): Step => {
  const { dependencies, versions, implied } = demands
  const { firstRead, source, previous } = dependencies
  for (let read = firstRead[to]!; read < firstRead[to + 1]!; read++)
    if (source[read] === from) return { from, to, relation: WR, read }
  if (previous[to] === from) return { from, to, relation: PROCESS, read: NONE }
  for (let at = 0; at < versions.length; at++)
    if (versions.from[at] === from && versions.to[at] === to)
      return { from, to, relation: WW, read: NONE }
  for (let at = 0; at < implied.length; at++)
    if (implied.from[at] === from && implied.to[at] === to) return impliedStep(implied, at)
  throw new Error(`no edge leads from ${from} to ${to}`)
}

const impliedStep = ({ from, to, read }: Implied, at: number): Step => ({
  from: from[at]!,
  to: to[at]!,
  relation: IMPLIED,
  read: read[at]!,
})
