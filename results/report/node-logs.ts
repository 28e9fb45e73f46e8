/**
 * What the nodes of a run printed, on the time axis of the run, and little enough for a page: all of it where it
 * is short; of more, what was printed around faults, changes of leader, the violation and trouble, and how many
 * lines were left out where. A log holds whatever a tested system prints: its lines are made printable here.
 *
 * Docker writes the wall-clock time before each line, a simulation the seconds of its own clock. Wall-clock times
 * are compared with the start of the run, which agrees with the history's clock to about a tenth of a second.
 */
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { line } from './text.ts'

/** One line of a log. */
export interface LogLine {
  readonly node: string
  /** Its number in the log, from 1; of a log of which only the end was read, from there. */
  readonly number: number
  /** ns since the run began; undefined for a line without a time. */
  readonly at: number | undefined
  readonly text: string
}

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

export interface LogOptions {
  /** ISO 8601 wall-clock time of the run's start. */
  readonly startedAt: string
  /** What the lines kept are about. */
  readonly spans: readonly Span[]
  /** How many lines are kept of each node at most. */
  readonly linesMax?: number
}

/** Of a longer log only the end is read; bytes. */
const READ_MAX = 16 * 2 ** 20
const LINES_MAX = 2000
const WIDTH_MAX = 600
const EXTENSION = '.log'

/** The logs in a run's `logs` folder, by node; none where there is no folder. O(bytes read). */
export const nodeLogs = (folder: string, options: LogOptions): readonly NodeLog[] => {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith(EXTENSION))
    .toSorted()
    .map((file) => {
      const { text, unreadBytes } = endOf(join(folder, file))
      return { unreadBytes, ...nodeLog(file.slice(0, -EXTENSION.length), text, options) }
    })
}

/** A node's log from its text. */
export const nodeLog = (
  name: string,
  text: string,
  { startedAt, spans, linesMax = LINES_MAX }: LogOptions,
): Pick<NodeLog, 'node' | 'total' | 'lines'> => {
  const node = line(name, 40)
  const origin = Date.parse(startedAt)
  const printed = text.replace(/\n$/, '').split('\n')
  const all = text === '' ? [] : printed
  const times = all.map((one) => timeOf(one, origin))
  const kept = worthKeeping(all, times, spans, linesMax)
  return {
    node,
    total: all.length,
    lines: kept.map((place) => ({
      node,
      number: place + 1,
      at: times[place],
      text: line(withoutTime(all[place]!), WIDTH_MAX),
    })),
  }
}

/** The last lines of each node, for a first look at what went wrong. */
export const lastLines = (logs: readonly NodeLog[]): readonly LogLine[] =>
  logs.slice(0, QUOTED_NODES_MAX).flatMap(({ lines }) => lines.slice(-QUOTED_LINES))

const QUOTED_NODES_MAX = 8
const QUOTED_LINES = 5

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
  const near = (at: number | undefined) =>
    at !== undefined && spans.some(([from, to]) => at >= from && at <= to)
  const wanted = [
    (place: number) => place < ends || place >= all.length - ends,
    (place: number) => TROUBLE.test(all[place]!),
    (place: number) => near(times[place]),
  ]
  const kept = new Set<number>()
  for (const want of wanted) {
    const more = places.filter((place) => !kept.has(place) && want(place))
    for (const place of spread(more, most - kept.size)) kept.add(place)
  }
  return [...kept].sort((a, b) => a - b)
}

/** So many of them at most, from all over. */
const spread = <T>(items: readonly T[], most: number): readonly T[] =>
  items.length <= most
    ? items
    : Array.from({ length: most }, (_, at) => items[Math.floor((at * items.length) / most)]!)

/** What programs call trouble, in the ways that they mark it. */
const TROUBLE =
  /\b(error|fatal|panic|fail(ed|ure)?|warn(ing)?|critical|exception|assert\w*)\b| [WEF] \| | # /i

const DOCKER_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z /
const OWN_TIME = /^(\d{1,9}\.\d{1,9}) /

const timeOf = (text: string, origin: number): number | undefined => {
  const wall = DOCKER_TIME.exec(text)
  if (wall !== null) {
    const ns = (Date.parse(`${wall[1]}Z`) - origin) * 1e6 + Number((wall[2] ?? '').padEnd(9, '0'))
    return Number.isFinite(ns) ? ns : undefined
  }
  const own = OWN_TIME.exec(text)
  return own === null ? undefined : Math.round(Number(own[1]) * 1e9)
}

const withoutTime = (text: string): string => text.replace(DOCKER_TIME, '').replace(OWN_TIME, '')

const endOf = (path: string): { readonly text: string; readonly unreadBytes: number } => {
  const { size } = statSync(path)
  const bytes = Buffer.alloc(Math.min(size, READ_MAX))
  const descriptor = openSync(path, 'r')
  try {
    const length = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length)
    return { text: bytes.toString('utf8', 0, length), unreadBytes: size - bytes.length }
  } finally {
    closeSync(descriptor)
  }
}
