/**
 * Makes a fault schedule from the seed. The faults take turns, with quiet windows between them in which the
 * cluster can recover and clients get something done: a system that never works keeps every promise.
 * Most failures need one fault at a time (Alquraan et al., OSDI 2018), so most episodes are alone; some
 * get a second one of another fault, where neither takes away what the other acts on.
 */
import type { Json } from '../../checkers/ledger.ts'
import type { PlannedEpisode, Schedule } from '../../results/schedule.ts'
import type { Ability, Fault, Topology } from '../api.ts'
import { UsageError } from '../errors.ts'
import type { Random } from '../random.ts'
import { round } from './times.ts'

/** How long a fault lasts and the quiet after it, in s, in a run of a minute or more. */
const FAULT_S = { from: 6, to: 10 }
const QUIET_S = { from: 4, to: 7 }

/** One episode of so many gets company, where that makes sense. */
const ALONE = 4

export interface ScheduleRequest {
  /** By name, in the order in which they were asked for. */
  readonly faults: ReadonlyMap<string, Fault>
  readonly topology: Topology
  readonly timeLimitS: number
  readonly random: Random
}

/** A schedule from the seed: as many episodes as fit into the time limit, at least one a fault asked for. @throws UsageError */
export const generateSchedule = (request: ScheduleRequest): Schedule => {
  const { faults, timeLimitS, random } = request
  const episodes: PlannedEpisode[] = []
  if (faults.size === 0) return { episodes }
  // A short run has shorter windows, so that every fault still gets its turn.
  const scale = Math.min(1, timeLimitS / (faults.size * (FAULT_S.to + QUIET_S.to) + QUIET_S.to))
  const draw = ({ from, to }: { from: number; to: number }): number =>
    round(scale * (from + random.float() * (to - from)))
  const planned = planner(request)
  const overlaps = random.fork('overlaps')
  let at = draw(QUIET_S)
  for (let turn: string[] = []; ; ) {
    if (turn.length === 0) turn = random.shuffle([...faults.keys()])
    const length = draw(FAULT_S)
    if (at + length > timeLimitS) return { episodes }
    const name = turn.shift()!
    const episode = { at, for: length, fault: name, plan: planned(name) }
    episodes.push(episode)
    if (overlaps.int(1, ALONE) === 1) episodes.push(...company(episode, request, planned, overlaps))
    at = round(at + length + draw(QUIET_S))
  }
}

/** Makes the next plan of a fault. @throws UsageError when this cluster is none for it */
const planner = ({ faults, topology, random }: ScheduleRequest) => {
  const counts = new Map<string, number>()
  return (name: string): Json => {
    const nth = counts.get(name) ?? 0
    counts.set(name, nth + 1)
    const fault = faults.get(name)!
    const plan = fault.plan(topology, random.fork(`${name}/${nth}`), nth)
    const refusal = fault.refuses?.(plan, topology)
    if (refusal !== undefined) throw new UsageError(`fault ${name}: ${refusal}`)
    return plan
  }
}

/** A second episode that begins and ends while the first is in place; none where no fault fits. */
const company = (
  first: PlannedEpisode & { readonly at: number },
  { faults }: ScheduleRequest,
  planned: (name: string) => Json,
  random: Random,
): readonly PlannedEpisode[] => {
  const others = [...faults.keys()].filter(
    (name) => name !== first.fault && couldOverlap(faults.get(first.fault)!, faults.get(name)!),
  )
  if (others.length === 0) return []
  const fault = random.pick(others)
  const at = round(first.at + (0.1 + 0.3 * random.float()) * first.for)
  const length = round(0.5 * first.for)
  const second = { at, for: length, fault, plan: planned(fault) }
  return mayOverlap(first, second, faults) ? [second] : []
}

const couldOverlap = (a: Fault, b: Fault): boolean =>
  a.acts !== undefined && b.acts !== undefined && a.acts !== b.acts

/** Whether two episodes of different faults mean something at the same time. */
export const mayOverlap = (
  a: Pick<PlannedEpisode, 'fault' | 'plan'>,
  b: Pick<PlannedEpisode, 'fault' | 'plan'>,
  faults: ReadonlyMap<string, Fault>,
): boolean => {
  const first = faults.get(a.fault)!
  const second = faults.get(b.fault)!
  if (!couldOverlap(first, second)) return false
  if (first.acts !== 'node' && second.acts !== 'node') return true
  const hit = namedTargets(a.plan)
  const others = namedTargets(b.plan)
  // Whom a role will mean is not known yet: it may be the node that is down.
  if (hit === undefined || others === undefined) return false
  return !hit.some((name) => others.includes(name))
}

/** The nodes that a plan names as its targets; undefined where it names none. */
const namedTargets = (plan: Json): readonly string[] | undefined => {
  if (typeof plan !== 'object' || plan === null || !('targets' in plan)) return undefined
  const { targets } = plan
  return Array.isArray(targets) ? targets.map(String) : undefined
}

/** What the episodes of a schedule need of the machine, by fault. */
export const needsOf = (
  { episodes }: Schedule,
  faults: ReadonlyMap<string, Fault>,
): Readonly<Record<string, readonly Ability[]>> => {
  const needs: Record<string, readonly Ability[]> = {}
  for (const { fault: name, plan } of episodes) {
    const fault = faults.get(name)!
    const known = needs[name] ?? fault.needs
    needs[name] = [...new Set([...known, ...(fault.needsFor?.(plan) ?? [])])]
  }
  return needs
}
