/**
 * The ways in which a run can be made smaller, each a pure function from a run to runs that are a little
 * smaller than it: fewer clients and nodes, simpler targets, shorter faults, less waiting. Whether one of
 * them still breaks the promise is for others to find out.
 */
import type { RunRecord } from '../../results/run.ts'
import type { ExecutedSchedule, PlannedCall, PlannedEpisode } from '../../results/schedule.ts'
import type { Json, System } from '../api.ts'

/** After the last call a run goes on for so long, s: what is under way ends. */
const AFTERWARDS_S = 1
/** Faults are not made shorter than this, nor waits, s. */
const SHORTEST_S = 0.05

/** The run with these episodes and no others. */
export const withEpisodes = (run: RunRecord, episodes: readonly PlannedEpisode[]): RunRecord =>
  fitted({ ...run, schedule: { ...run.schedule, episodes: [...episodes] } })

/** The run in which clients make these calls, whatever its workload would have them do. */
export const withCalls = (run: RunRecord, calls: readonly PlannedCall[]): RunRecord =>
  fitted({
    ...run,
    schedule: {
      ...run.schedule,
      calls: calls.map(({ at, thread, f, key, value }) => ({
        at,
        thread,
        f,
        ...(key === undefined ? {} : { key }),
        value,
      })),
    },
  })

/** As long as its calls and faults need, and no longer. */
const fitted = (run: RunRecord): RunRecord => {
  const { episodes, calls } = run.schedule
  const starts = episodes.map(({ at }) => at)
  if (calls === undefined || starts.includes(undefined)) return run
  const ends = episodes.map((episode) => episode.at! + episode.for)
  const last = Math.max(0, ...calls.map(({ at }) => at))
  const faults = [...new Set(episodes.map(({ fault }) => fault))]
  return { ...run, faults, timeLimitS: Math.ceil(Math.max(last + AFTERWARDS_S, ...ends)) }
}

/**
 * One client fewer each: what it does, another one does, at best one of the same node. Ends with clients whose
 * numbers have no gaps.
 */
export const fewerClients = (run: RunRecord): readonly RunRecord[] => {
  const calls = run.schedule.calls ?? []
  const serving = run.members.filter(({ serves }) => serves).length
  const used = [...new Set(calls.map(({ thread }) => thread))].toSorted((a, b) => b - a)
  const moved = (from: number, to: number): RunRecord => {
    const after = calls.map((call) => (call.thread === from ? { ...call, thread: to } : call))
    const concurrency = 1 + Math.max(0, ...after.map(({ thread }) => thread))
    return { ...withCalls(run, after), concurrency }
  }
  const distance = (from: number, to: number): number => (from % serving === to % serving ? 0 : 1)
  const merges = used.flatMap((from) =>
    used
      .filter((to) => to < from)
      .toSorted((a, b) => distance(from, a) - distance(from, b))
      .map((to) => moved(from, to)),
  )
  const lower = used.flatMap((from) =>
    Array.from({ length: from }, (_, to) => to)
      .filter((to) => !used.includes(to))
      .toSorted((a, b) => distance(from, a) - distance(from, b))
      .slice(0, 2)
      .map((to) => moved(from, to)),
  )
  const busiest = 1 + Math.max(0, ...used)
  const idle = busiest < run.concurrency ? [{ ...run, concurrency: busiest }] : []
  return [...idle, ...merges, ...lower]
}

/** The same on fewer nodes, the fewest first. */
export const fewerNodes = (run: RunRecord, system: System): readonly RunRecord[] =>
  system.sizes.allowed
    .filter((nodes) => nodes > 1 && nodes < run.nodes)
    .map((nodes) => ({
      ...run,
      nodes,
      members: system.members(nodes).map((member) => ({ ...member })),
    }))

/** A smaller number for one of the options that hunts draw: snapshots after fewer entries need fewer operations. */
export const smallerOptions = (run: RunRecord, system: System): readonly RunRecord[] =>
  Object.entries(system.options).flatMap(([name, { drawn = [] }]) =>
    drawn
      .filter((value) => Number(value) < Number(run.systemOptions[name]))
      .toSorted((a, b) => Number(a) - Number(b))
      .map((value) => ({ ...run, systemOptions: { ...run.systemOptions, [name]: value } })),
  )

/**
 * Times instead of triggers, as they came: with the targets that were planned, or with those that they turned out
 * to be. What waits for a number of operations would need as many for ever.
 */
export const timed = (run: RunRecord, { executed }: ExecutedSchedule): readonly RunRecord[] => {
  const { episodes } = run.schedule
  if (!episodes.some(({ when, until }) => when !== undefined || until !== undefined)) return []
  const done = executed.flatMap((episode) =>
    'skipped' in episode || episode.for <= 0 ? [] : [episode],
  )
  const variant = (planOf: (episode: (typeof done)[number]) => Json) =>
    withEpisodes(
      run,
      done.map((episode) => ({
        at: rounded(episode.at),
        for: rounded(Math.min(episode.for, run.timeLimitS - episode.at)),
        fault: episode.fault,
        plan: planOf(episode),
      })),
    )
  return [variant(({ planned }) => planned.plan), variant(({ plan }) => plan)]
}

/** One episode that hits fewer, each. */
export const simplerTargets = (run: RunRecord): readonly RunRecord[] =>
  run.schedule.episodes.flatMap((episode, place) =>
    simpler(episode.plan).map((plan) =>
      withEpisodes(run, run.schedule.episodes.with(place, { ...episode, plan })),
    ),
  )

/** Target words from few nodes to many. */
const words = ['one', 'minority', 'majority', 'all']

/** A plan in which one list is shorter by one, or one word means fewer nodes. */
const simpler = (plan: Json): readonly Json[] => {
  if (typeof plan === 'string') return words.slice(0, Math.max(0, words.indexOf(plan)))
  if (Array.isArray(plan)) {
    const list = plan as readonly Json[]
    const shorter = list.length > 1 ? list.map((_, place) => list.toSpliced(place, 1)) : []
    return [
      ...shorter,
      ...list.flatMap((one, at) => simpler(one).map((less) => list.with(at, less))),
    ]
  }
  if (typeof plan !== 'object' || plan === null) return []
  return Object.entries(plan).flatMap(([name, value]) =>
    simpler(value).map((less) => ({ ...plan, [name]: less })),
  )
}

/** One episode in which what happened to some of the packets happens to all, each: nothing is left to chance. */
export const surerFaults = (run: RunRecord): readonly RunRecord[] =>
  run.schedule.episodes.flatMap((episode, place) => {
    const { plan } = episode
    if (typeof plan !== 'object' || plan === null || !('percent' in plan)) return []
    if (plan.percent === 100) return []
    const sure = { ...episode, plan: { ...plan, percent: 100 } }
    return [withEpisodes(run, run.schedule.episodes.with(place, sure))]
  })

/** One episode half as long, each. */
export const shorterFaults = (run: RunRecord): readonly RunRecord[] =>
  run.schedule.episodes.flatMap((episode, place) => {
    const half = Math.round(episode.for * 500) / 1000
    if (half < SHORTEST_S) return []
    return [withEpisodes(run, run.schedule.episodes.with(place, { ...episode, for: half }))]
  })

/** Less of one stretch in which nothing begins and nothing ends: hardly any of it, or half. The longest first. */
export const lessWaiting = (run: RunRecord): readonly RunRecord[] => {
  const { episodes, calls = [] } = run.schedule
  if (episodes.some(({ at }) => at === undefined)) return []
  const moments = [
    0,
    ...calls.map(({ at }) => at),
    ...episodes.flatMap(({ at, for: length }) => [at!, at! + length]),
  ].toSorted((a, b) => a - b)
  const gaps = moments
    .map((to, place) => ({ from: moments[place - 1] ?? 0, to }))
    .map(({ from, to }) => ({ from, length: to - from }))
    .filter(({ length }) => length > 4 * SHORTEST_S)
    .toSorted((a, b) => b.length - a.length)
  return gaps.flatMap(({ from, length }) =>
    [length - SHORTEST_S, length / 2].map((by) => sooner(run, from, by)),
  )
}

/** Begins with the first call or fault, however late that was. */
export const atOnce = (run: RunRecord): RunRecord => {
  const { episodes, calls = [] } = run.schedule
  if (episodes.some(({ at }) => at === undefined)) return run
  const first = Math.min(...calls.map(({ at }) => at), ...episodes.map(({ at }) => at!))
  return first > SHORTEST_S ? sooner(run, 0, first - SHORTEST_S) : run
}

/** Everything after a moment comes `by` s sooner. */
const sooner = (run: RunRecord, from: number, by: number): RunRecord => {
  const moved = (at: number): number => rounded(at > from ? at - by : at)
  const { episodes, calls = [] } = run.schedule
  const earlier = episodes.map((episode) => {
    const at = moved(episode.at!)
    return { ...episode, at, for: rounded(moved(episode.at! + episode.for) - at) }
  })
  const after = withEpisodes(run, earlier)
  return withCalls(
    after,
    calls.map((call) => ({ ...call, at: moved(call.at) })),
  )
}

/** As many operations and faults in more time: everything `pace` times later, faults `stay` times longer than that. */
export const stretched = (run: RunRecord, pace: number, stay: number): RunRecord => {
  const { episodes, calls = [] } = run.schedule
  const longer = episodes.map((episode) => ({
    ...episode,
    ...(episode.at === undefined ? {} : { at: rounded(episode.at * pace) }),
    for: rounded(episode.for * pace * stay),
  }))
  return withCalls(
    withEpisodes(run, longer),
    calls.map((call) => ({ ...call, at: rounded(call.at * pace) })),
  )
}

/** To a tenth of a millisecond. */
const rounded = (s: number): number => Math.round(s * 10_000) / 10_000
