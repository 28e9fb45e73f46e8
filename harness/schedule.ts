/**
 * Fault schedules are data, made before the run: from the seed, or read from a file (`--plan`). A
 * generated one takes the faults in turn, one at a time, with quiet windows between them in which the
 * cluster can recover and clients get something done: a system that never works keeps every promise.
 */
import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import type { Json } from '../checkers/ledger.ts'
import { type PlannedEpisode, type Schedule, schedule } from '../results/run.ts'
import type { Ability, Fault, Topology } from './api.ts'
import { messageOf, UsageError } from './errors.ts'
import type { Random } from './random.ts'
import { strangerMessage } from './targets.ts'

/** How long a fault lasts and the quiet after it, in s, in a run of a minute or more. */
const FAULT_S = { from: 6, to: 10 }
const QUIET_S = { from: 4, to: 7 }

export interface ScheduleRequest {
  /** By name, in the order in which they were asked for. */
  readonly faults: ReadonlyMap<string, Fault>
  readonly topology: Topology
  readonly timeLimitS: number
  readonly random: Random
}

/** A schedule from the seed: as many episodes as fit into the time limit, at least one a fault asked for. */
export const generateSchedule = (request: ScheduleRequest): Schedule => {
  const { faults, topology, timeLimitS, random } = request
  const episodes: PlannedEpisode[] = []
  if (faults.size === 0) return { episodes }
  // A short run has shorter windows, so that every fault still gets its turn.
  const scale = Math.min(1, timeLimitS / (faults.size * (FAULT_S.to + QUIET_S.to) + QUIET_S.to))
  const draw = ({ from, to }: { from: number; to: number }): number =>
    round(scale * (from + random.float() * (to - from)))
  const counts = new Map<string, number>()
  let at = draw(QUIET_S)
  for (let turn: string[] = []; ; ) {
    if (turn.length === 0) turn = random.shuffle([...faults.keys()])
    const length = draw(FAULT_S)
    if (at + length > timeLimitS) return { episodes }
    const name = turn.shift()!
    const nth = counts.get(name) ?? 0
    counts.set(name, nth + 1)
    const plan = faults.get(name)!.plan(topology, random.fork(`${name}/${nth}`), nth)
    episodes.push({ at, for: length, fault: name, plan })
    at = round(at + length + draw(QUIET_S))
  }
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

const round = (s: number): number => Math.round(s * 100) / 100

/**
 * Reads a schedule from a file: one saved by hand, or a run's `run.json`. @throws UsageError naming the
 * file, the place, what was found and what was expected.
 */
export const readSchedule = (
  file: string,
  catalog: ReadonlyMap<string, Fault>,
  topology: Topology,
  timeLimitS: number,
): Schedule => {
  const found = parse(file)
  const result = schedule.safeParse(found)
  if (!result.success) throw new UsageError(`${file}: ${firstIssue(result.error)}`)
  const episodes = result.data.episodes.map((episode, place): PlannedEpisode => {
    const where = `${file}: episodes.${place}`
    const fault = catalog.get(episode.fault)
    if (fault === undefined)
      throw new UsageError(
        `${where}.fault: unknown fault ${JSON.stringify(episode.fault)}; known: ${[...catalog.keys()].join(', ')}`,
      )
    const plan = fault.schema.safeParse(episode.plan)
    if (!plan.success) throw new UsageError(`${where}.plan${firstIssue(plan.error, '.')}`)
    const [stranger] = fault.unknownNodes(plan.data, topology)
    if (stranger !== undefined)
      throw new UsageError(`${where}.plan: ${strangerMessage(stranger, topology)}`)
    const refusal = fault.refuses?.(plan.data, topology)
    if (refusal !== undefined) throw new UsageError(`${where}.plan: ${refusal}`)
    const end = round(episode.at + episode.for)
    if (end > timeLimitS)
      throw new UsageError(
        `${where}: ends at ${end} s: after the time limit of ${timeLimitS} s (--time-limit)`,
      )
    return { ...episode, plan: plan.data }
  })
  refuseOverlaps(file, episodes)
  return { ...result.data, episodes }
}

const parse = (file: string): Json => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`${file}: cannot be read: ${messageOf(error)}`)
  }
  try {
    const found = JSON.parse(text)
    return found?.schedule ?? found
  } catch (error) {
    throw new UsageError(`${file}: not JSON: ${messageOf(error)}`)
  }
}

/** Healing a fault undoes all of it, so two episodes of the same fault cannot overlap. */
const refuseOverlaps = (file: string, episodes: readonly PlannedEpisode[]): void => {
  const ends = new Map<string, number>()
  const byStart = [...episodes.entries()].toSorted(([, a], [, b]) => a.at - b.at)
  for (const [place, { fault, at, for: length }] of byStart) {
    const end = ends.get(fault) ?? 0
    if (at < end)
      throw new UsageError(
        `${file}: episodes.${place}.at: ${at} s is before the ${fault} before it ends (${end} s): two episodes of one fault cannot overlap`,
      )
    ends.set(fault, round(at + length))
  }
}

/** The first thing that is wrong, as "path: message". */
export const firstIssue = (error: z.ZodError, before = ''): string => {
  const [issue] = error.issues
  const path = issue?.path.join('.') ?? ''
  return `${path === '' ? '' : `${before}${path}`}: ${issue?.message ?? 'not valid'}`.replace(
    /^: /,
    '',
  )
}
