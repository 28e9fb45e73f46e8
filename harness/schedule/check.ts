/**
 * Refuses a schedule that cannot be carried out, wherever it comes from, before anything starts: each
 * refusal is one line that names the episode, what is wrong and what there is instead.
 */
import type { z } from 'zod'
import type { PlannedEpisode, QuietWindow, Schedule, Trigger } from '../../results/schedule.ts'
import type { Fault, Topology } from '../api.ts'
import { suggestion } from '../catalog.ts'
import { messageOf, UsageError } from '../errors.ts'
import { strangerMessage } from '../targets.ts'
import { awaited, earliestStarts, follows, isBefore, round } from './times.ts'

export interface ScheduleContext {
  /** Every fault there is, by name. */
  readonly faults: ReadonlyMap<string, Fault>
  readonly topology: Topology
  readonly timeLimitS: number
}

/**
 * The schedule with its plans as their faults read them. @param source where it comes from: begins every
 * message. @throws UsageError
 */
export const checkSchedule = (
  source: string,
  schedule: Schedule,
  context: ScheduleContext,
): Schedule => {
  const episodes = schedule.episodes.map((episode, place): PlannedEpisode => {
    const where = `${source}: episodes.${place}`
    refuseTrigger(`${where}.when`, episode.when, schedule.episodes, context)
    refuseTrigger(`${where}.until`, episode.until, schedule.episodes, context)
    return { ...episode, plan: checkPlan(where, episode, context) }
  })
  refuseSameNames(source, episodes)
  refuseTimes(source, episodes, schedule.quiet ?? [], context)
  refuseOverlaps(source, episodes)
  return { ...schedule, episodes }
}

const checkPlan = (
  where: string,
  { fault: name, plan }: PlannedEpisode,
  { faults, topology }: ScheduleContext,
): PlannedEpisode['plan'] => {
  const fault = faults.get(name)
  if (fault === undefined)
    throw new UsageError(
      `${where}.fault: unknown fault ${JSON.stringify(name)}${suggestion(name, [...faults.keys()])}`,
    )
  const parsed = fault.schema.safeParse(plan)
  if (!parsed.success) throw new UsageError(firstIssue(parsed.error, [where, 'plan']))
  const [stranger] = fault.unknownNodes(parsed.data, topology)
  if (stranger !== undefined)
    throw new UsageError(`${where}.plan: ${strangerMessage(stranger, topology)}`)
  const refusal = fault.refuses?.(parsed.data, topology)
  if (refusal !== undefined) throw new UsageError(`${where}.plan: ${refusal}`)
  return parsed.data
}

const refuseTrigger = (
  where: string,
  trigger: Trigger | undefined,
  episodes: readonly PlannedEpisode[],
  { topology, timeLimitS }: ScheduleContext,
): void => {
  if (trigger === undefined) return
  const refuse = (message: string): never => {
    throw new UsageError(`${where}${message}`)
  }
  for (const field of ['plus', 'within'] as const)
    if ((trigger[field] ?? 0) > timeLimitS)
      refuse(`.${field}: ${trigger[field]} s is after the time limit of ${timeLimitS} s`)
  if (!('on' in trigger)) return
  if (trigger.on === 'leader-change' && !topology.hasPrimaries)
    refuse('.on: nobody can say who leads here, so no change of leader can be waited for')
  if (trigger.on === 'log') {
    const { pattern, node, role } = trigger
    const problem = patternProblem(pattern)
    if (problem !== undefined) refuse(`.pattern: ${problem}`)
    const { members } = topology
    const unknown = [
      ...(node === undefined || members.some(({ name }) => name === node) ? [] : [node]),
      ...(role === undefined || members.some((member) => member.role === role) ? [] : [role]),
    ][0]
    if (unknown !== undefined) refuse(`: ${strangerMessage(unknown, topology)}`)
  }
  if ('episode' in trigger && awaited(trigger, episodes) === undefined) {
    const names = episodes.flatMap(({ name }) => name ?? [])
    refuse(
      `.episode: there is no episode ${JSON.stringify(trigger.episode)}: places are 0 to ${episodes.length - 1}, names: ${names.join(', ') || 'none'}`,
    )
  }
}

const patternProblem = (pattern: string): string | undefined => {
  try {
    new RegExp(pattern)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

const refuseSameNames = (source: string, episodes: readonly PlannedEpisode[]): void => {
  const places = new Map<string, number>()
  for (const [place, { name }] of episodes.entries()) {
    if (name === undefined) continue
    const other = places.get(name)
    if (other !== undefined)
      throw new UsageError(
        `${source}: episodes.${place}.name: episodes.${other} is called ${JSON.stringify(name)} already`,
      )
    places.set(name, place)
  }
}

const refuseTimes = (
  source: string,
  episodes: readonly PlannedEpisode[],
  quiet: readonly QuietWindow[],
  { timeLimitS }: ScheduleContext,
): void => {
  for (const [place, start] of earliestStarts(episodes).entries()) {
    const where = `${source}: episodes.${place}`
    if (start === undefined)
      throw new UsageError(`${where}.when: waits for itself, so it can never begin`)
    const { at, for: length, until } = episodes[place]!
    // What a trigger may end before has its length as a bound only.
    const end = start + (until === undefined ? length : 0)
    if (isBefore(timeLimitS, end))
      throw new UsageError(
        `${where}: ends at ${round(end)} s${at === undefined ? ' at the earliest' : ''}: after the time limit of ${timeLimitS} s (--time-limit)`,
      )
    const window = quiet.find(
      (one) => at !== undefined && isBefore(at, one.at + one.for) && isBefore(one.at, end),
    )
    if (window !== undefined)
      throw new UsageError(
        `${where}.at: in place from ${at} to ${round(end)} s, but ${window.at} to ${round(window.at + window.for)} s is to be quiet`,
      )
  }
}

/** Healing a fault undoes all of it, so two episodes of the same fault cannot overlap. */
const refuseOverlaps = (source: string, episodes: readonly PlannedEpisode[]): void => {
  const refuse = (place: number, message: string): never => {
    throw new UsageError(
      `${source}: episodes.${place}.${message}: two episodes of one fault cannot overlap`,
    )
  }
  const ends = new Map<string, number>()
  const timed = [...episodes.entries()].flatMap(([place, { at, ...rest }]) =>
    at === undefined ? [] : [{ ...rest, at, place }],
  )
  for (const { place, fault, at, for: length } of timed.toSorted((a, b) => a.at - b.at)) {
    const end = ends.get(fault) ?? 0
    if (isBefore(at, end))
      refuse(place, `at: ${at} s is before the ${fault} before it ends (${round(end)} s)`)
    ends.set(fault, at + length)
  }
  for (const [place, { fault, when }] of episodes.entries()) {
    const before = episodes[awaited(when, episodes) ?? -1]
    if (before?.fault !== fault || before.until !== undefined) continue
    const installed = when !== undefined && 'on' in when && when.on === 'installed'
    if (installed && (when.plus ?? 0) < before.for)
      refuse(place, `when: begins while the ${fault} that it waits for is in place`)
  }
  const followed = new Map<number, number>()
  for (const place of episodes.keys())
    for (const before of episodes.keys()) {
      if (before === place || !follows(place, before, episodes)) continue
      if (followed.has(before))
        refuse(place, `when: begins together with episodes.${followed.get(before)}`)
      followed.set(before, place)
    }
}

/** The first thing that is wrong, as "path: message"; of several ways to be right, about the nearest. */
export const firstIssue = (error: z.ZodError, before: readonly string[] = []): string => {
  const { path, message } = nearest(error.issues)
  const place = [...before, ...path].join('.')
  const told = message
    .replace(/^Invalid input: /, '')
    .replace(/, received (.*)$/, (_, found: string) =>
      found === 'undefined' ? ', found nothing' : `, found ${found}`,
    )
  return place === '' ? told : `${place}: ${told}`
}

export interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** A union fails with what is wrong in each of its branches: the one that got furthest was meant. */
export const nearest = (issues: readonly z.core.$ZodIssue[]): Issue => {
  const [issue] = issues
  if (issue === undefined) return { path: [], message: 'not valid' }
  if (issue.code !== 'invalid_union' || issue.errors.length === 0)
    return { path: issue.path, message: issue.message }
  const [best] = issue.errors
    .filter((branch) => branch.length > 0)
    .map((branch) => ({ count: branch.length, inner: nearest(branch) }))
    .toSorted((a, b) => b.inner.path.length - a.inner.path.length || a.count - b.count)
  // A message of the union's own says more than that of a branch that was not even entered.
  if (best === undefined || (best.inner.path.length === 0 && issue.message !== 'Invalid input'))
    return { path: issue.path, message: issue.message }
  return { path: [...issue.path, ...best.inner.path], message: best.inner.message }
}
