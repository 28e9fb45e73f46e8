/**
 * The lines of a node's log that a page keeps: all of a short log; of a longer one its beginning and its end, what
 * sounds like trouble, and what was printed around faults, changes of leader and the violation.
 *
 * Docker writes the wall-clock time before each line, a simulation the seconds of its own clock.
 */
import { line } from './text.ts'

/** One line of a log. */
export interface LogLine {
  readonly node: string
  /** Its number in what was read of the log, from 1. */
  readonly number: number
  /** ns since the run began; absent for a line without a time. */
  readonly at?: number
  readonly text: string
  /** Present where it sounds like trouble. */
  readonly trouble?: true
}

/** What is kept of a node's log. */
export interface NodeLog {
  readonly node: string
  /** How many lines were printed, as far as the log was read. */
  readonly total: number
  /** Bytes at the beginning that were not read. */
  readonly unreadBytes: number
  /** In their order; where numbers skip, lines were left out. */
  readonly lines: readonly LogLine[]
}

/** A stretch of time that is worth reading about, ns. */
export type Span = readonly [from: number, to: number]

export interface ExcerptOptions {
  /** ISO 8601 wall-clock time at which the history's clock stood at zero. */
  readonly origin: string
  readonly spans: readonly Span[]
  /** How many lines are kept at most. */
  readonly linesMax: number
}

/** A node's log from its text. O(characters). */
export const logExcerpt = (
  name: string,
  text: string,
  { origin, spans, linesMax }: ExcerptOptions,
): Omit<NodeLog, 'unreadBytes'> => {
  const node = line(name, 40)
  const all = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const times = all.map((one) => timeOf(one, Date.parse(origin)))
  const kept = worthKeeping(all, times, spans, linesMax)
  return {
    node,
    total: all.length,
    lines: kept.map((place): LogLine => {
      const at = times[place]
      const printed = line(withoutTime(all[place]!), WIDTH_MAX)
      return {
        node,
        number: place + 1,
        ...(at === undefined ? {} : { at }),
        text: printed,
        ...(TROUBLE.test(printed) ? { trouble: true } : {}),
      }
    }),
  }
}

const WIDTH_MAX = 600

/** The places of the lines to keep, in order. */
const worthKeeping = (
  all: readonly string[],
  times: readonly (number | undefined)[],
  spans: readonly Span[],
  most: number,
): readonly number[] => {
  const places = [...all.keys()]
  if (all.length <= most) return places
  const ends = Math.min(50, most >> 2)
  const isNear = (at: number | undefined) =>
    at !== undefined && spans.some(([from, to]) => at >= from && at <= to)
  const reasons = [
    (place: number) => place < ends || place >= all.length - ends,
    (place: number) => TROUBLE.test(all[place]!.slice(0, WIDTH_MAX)),
    (place: number) => isNear(times[place]),
  ]
  const kept = new Set<number>()
  for (const isWanted of reasons) {
    const more = places.filter((place) => !kept.has(place) && isWanted(place))
    for (const place of spread(more, most - kept.size)) kept.add(place)
  }
  return [...kept].sort((a, b) => a - b)
}

/** So many of them at most, from all over. */
const spread = <T>(items: readonly T[], most: number): readonly T[] =>
  items.length <= most
    ? items
    : Array.from({ length: most }, (_, at) => items[Math.floor((at * items.length) / most)]!)

/** What programs call trouble, in the ways in which they mark it. */
const TROUBLE =
  /\b(errors?|fatal|panic\w*|fail(ed|ure|s)?|warn(ing)?|critical|exception|assert\w*|lost|refused)\b| [WEF] \| /i

const DOCKER_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z /
const OWN_TIME = /^(\d{1,9}\.\d{1,9}) /

const timeOf = (text: string, origin: number): number | undefined => {
  const wall = DOCKER_TIME.exec(text)
  if (wall !== null) {
    const fraction = Number((wall[2] ?? '').padEnd(9, '0'))
    const ns = (Date.parse(`${wall[1]}Z`) - origin) * 1e6 + fraction
    return Number.isFinite(ns) ? ns : undefined
  }
  const own = OWN_TIME.exec(text)
  return own === null ? undefined : Math.round(Number(own[1]) * 1e9)
}

const withoutTime = (text: string): string => text.replace(DOCKER_TIME, '').replace(OWN_TIME, '')
