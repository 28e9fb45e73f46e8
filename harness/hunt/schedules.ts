/**
 * The fault schedules that a hunt draws. Some give the faults turns with quiet between them, as a test does;
 * some are storms: short faults of several kinds at once and after each other, so that recovery from one meets
 * the next; and some are templates, known from bugs, made as short as the run. No one kind finds every bug:
 * what needs a long fault is not found by short ones, and what needs two at the right moment not by turns.
 */
import type { PlannedEpisode, Schedule } from '../../results/schedule.ts'
import type { Fault, Parameter, Template, TemplateContext, Topology } from '../api.ts'
import type { Random } from '../random.ts'
import { generateSchedule } from '../schedule/generate.ts'
import { earliestStarts, round } from '../schedule/times.ts'

/** A kind of schedule: a template by its name, or one of the others. */
export type Weather = 'turns' | 'storm' | { readonly template: string }

export interface WeatherRequest {
  readonly weather: Weather
  /** Those drawn, by name, which a storm has some of; a template has its own. */
  readonly faults: ReadonlyMap<string, Fault>
  readonly templates: ReadonlyMap<string, Template>
  readonly topology: Topology
  /** Everything is over by then, s. */
  readonly timeLimitS: number
  readonly random: Random
}

export const drawSchedule = (request: WeatherRequest): Schedule => {
  const { weather, templates } = request
  if (weather === 'turns') return generateSchedule(request)
  if (weather === 'storm') return storm(request)
  return brief(templates.get(weather.template)!, request)
}

/** How long a fault of a storm lasts and the time before the next one, s: about as many of every length. */
const STORM_S = { from: 0.03, to: 2.5 }

/** A storm has this many kinds of faults. */
const KINDS = { from: 2, to: 4 }

/** Some of the faults, the more telling ones more often. */
const someOf = (faults: ReadonlyMap<string, Fault>, chance: Random): ReadonlyMap<string, Fault> => {
  const left = new Map(faults)
  const some = new Map<string, Fault>()
  for (let kinds = chance.int(KINDS.from, KINDS.to); kinds > 0 && left.size > 0; kinds--) {
    const pool = [...left].flatMap(([name, { weight = 1 }]) => Array<string>(weight).fill(name))
    const name = chance.pick(pool)
    some.set(name, left.get(name)!)
    left.delete(name)
  }
  return some
}

/** Faults that act on the same things follow each other; others meet as they like. */
const storm = ({ faults: all, topology, timeLimitS, random }: WeatherRequest): Schedule => {
  const faults = someOf(all, random.fork('kinds'))
  const groups = new Map<string, string[]>()
  for (const [name, { acts }] of faults) {
    const group = acts ?? 'node'
    groups.set(group, [...(groups.get(group) ?? []), name])
  }
  const episodes = [...groups].flatMap(([group, names]) => {
    const chance = random.fork(group)
    const counts = new Map<string, number>()
    const draw = (): number => round(STORM_S.from * (STORM_S.to / STORM_S.from) ** chance.float())
    const some: PlannedEpisode[] = []
    for (let at = draw(), length = draw(); at + length <= timeLimitS; length = draw()) {
      const fault = chance.pick(names)
      const nth = counts.get(fault) ?? 0
      counts.set(fault, nth + 1)
      const plan = faults.get(fault)!.plan(topology, chance.fork(`${fault}/${nth}`), nth)
      some.push({ at, for: length, fault, plan })
      at = round(at + length + draw())
    }
    return some
  })
  return { episodes: episodes.sort((a, b) => a.at! - b.at!) }
}

/** Templates are written for runs of about this length, s. */
const TEMPLATE_S = 60

/** A template whose times and counts are drawn around what suits a run of this length; what is too late is left out. */
const brief = (
  { parameters, schedule }: Template,
  { topology, timeLimitS, random }: WeatherRequest,
): Schedule => {
  const values = Object.entries(parameters).map(
    ([name, parameter]) => [name, drawn(parameter, timeLimitS / TEMPLATE_S, random)] as const,
  )
  const context: TemplateContext = { topology, random: random.fork('template') }
  const { episodes } = schedule(Object.fromEntries(values), context)
  return { episodes: [...fitting(episodes, timeLimitS)] }
}

/** A third to three times the default, in proportion to the run's length; switches are drawn. */
const drawn = ({ default: usual, from, to, whole }: Parameter, scale: number, random: Random) => {
  if (whole === true && to - from <= 1) return random.int(from, to)
  const value = usual * scale * 3 ** (2 * random.float() - 1)
  const few = whole === true ? Math.max(1, Math.round(value)) : round(value)
  return Math.min(to, Math.max(from, few))
}

/** The episodes up to the first that could not end in time: later ones may wait for it. */
const fitting = (
  episodes: readonly PlannedEpisode[],
  timeLimitS: number,
): readonly PlannedEpisode[] => {
  const starts = earliestStarts(episodes)
  const late = episodes.findIndex(
    ({ for: length, until }, place) =>
      (starts[place] ?? 0) + (until === undefined ? length : 0) > timeLimitS,
  )
  return late === -1 ? episodes : episodes.slice(0, late)
}

/** The templates that mean something for a system, made of these faults alone. */
export const possibleTemplates = (
  templates: ReadonlyMap<string, Template>,
  faults: readonly string[],
  topology: Topology,
  random: Random,
): readonly string[] =>
  [...templates].flatMap(([name, { needs, parameters, schedule }]) => {
    if (topology.members.length < (needs.nodes ?? 1)) return []
    if (needs.primaries === true && !topology.hasPrimaries) return []
    if (needs.membership === true && topology.hasMembership !== true) return []
    const usual = Object.entries(parameters).map(([key, one]) => [key, one.default] as const)
    const { episodes } = schedule(Object.fromEntries(usual), { topology, random })
    return episodes.every(({ fault }) => faults.includes(fault)) ? [name] : []
  })
