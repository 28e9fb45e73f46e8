/**
 * When the episodes of a schedule can begin at the earliest, as far as that is known before the run: what
 * has no time yet may at least not be impossible.
 */
import type { PlannedEpisode, Trigger } from '../../results/schedule.ts'

/** Seconds to a hundredth: schedules are read by people. */
export const round = (s: number): number => Math.round(s * 100) / 100

/** Whether one time (s) is before another, and not merely by what adding them up has lost. */
export const isBefore = (a: number, b: number): boolean => a < b - 1e-6

/** The place of the episode that a trigger names; undefined when there is none, or it names none. */
export const awaited = (
  trigger: Trigger | undefined,
  episodes: readonly PlannedEpisode[],
): number | undefined => {
  if (trigger === undefined || !('episode' in trigger)) return undefined
  const { episode } = trigger
  if (typeof episode === 'number') return episodes[episode] === undefined ? undefined : episode
  const place = episodes.findIndex(({ name }) => name === episode)
  return place === -1 ? undefined : place
}

/**
 * The earliest beginning of each episode in s from the start of the main phase; undefined for one that can
 * never begin, because it waits for itself, be it over others.
 */
export const earliestStarts = (
  episodes: readonly PlannedEpisode[],
): readonly (number | undefined)[] => {
  const known = new Map<number, number | undefined>()
  const startOf = (place: number): number | undefined => {
    if (known.has(place)) return known.get(place)
    known.set(place, undefined)
    const { at, when } = episodes[place]!
    const before = awaited(when, episodes)
    let start: number | undefined = at ?? 0
    if (before !== undefined) {
      start = startOf(before)
      // What may be healed before its time is over can be waited for from its beginning on.
      const { for: length, until } = episodes[before]!
      const healed = when !== undefined && 'on' in when && when.on === 'healed'
      if (start !== undefined && healed && until === undefined) start += length
    }
    const found = start === undefined ? undefined : start + (when?.plus ?? 0)
    known.set(place, found)
    return found
  }
  return episodes.map((_, place) => startOf(place))
}

/**
 * Whether an episode begins in the very moment in which the one before ends: at the same time, or as soon as
 * it is healed.
 */
export const follows = (
  place: number,
  before: number,
  episodes: readonly PlannedEpisode[],
): boolean => {
  const next = episodes[place]!
  const last = episodes[before]!
  if (next.fault !== last.fault) return false
  if (next.at !== undefined) {
    if (last.at === undefined || last.until !== undefined) return false
    const end = last.at + last.for
    return !isBefore(end, next.at) && !isBefore(next.at, end)
  }
  const { when } = next
  return (
    when !== undefined &&
    'on' in when &&
    when.on === 'healed' &&
    (when.plus ?? 0) === 0 &&
    awaited(when, episodes) === before
  )
}
