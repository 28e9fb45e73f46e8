/**
 * The points of the charts, small enough for a page whatever the run's size. A latency chart has room
 * for some thousand distinct places: of points that would fall on the same place one is kept, the
 * slowest, so thinning changes nothing that can be seen, and nothing of a small run.
 */
import { FAIL, type History, INVOKE, NEMESIS, NONE, OK } from '../../checkers/history.ts'

/** x: seconds since the run began, when it was invoked; y: latency in ms. */
export interface Points {
  readonly x: readonly number[]
  readonly y: readonly number[]
  /** How many operations there are. */
  readonly total: number
}

/** By outcome; an operation that never completed counts as `info` with its age at the end. */
export type Latencies = Readonly<Record<'ok' | 'fail' | 'info', Points>>

/** Completions a second, by outcome, in bins of `stepS` seconds; x is a bin's start. */
export interface Rates {
  readonly stepS: number
  readonly x: readonly number[]
  readonly ok: readonly number[]
  readonly fail: readonly number[]
  readonly info: readonly number[]
}

/** Latencies of all operations, at most `limit` points in all. O(operations). */
export const latencies = (history: History, limit: number): Latencies => {
  const { time, type, process, partner } = history.columns
  const end = time[history.length - 1] ?? 0
  const x = [[], [], []] as [number[], number[], number[]]
  const y = [[], [], []] as [number[], number[], number[]]
  for (let position = 0; position < history.length; position++) {
    if (type[position] !== INVOKE || process[position] === NEMESIS) continue
    const completion = partner[position]!
    const outcome = outcomeOf(completion === NONE ? undefined : type[completion])
    const until = completion === NONE ? end : time[completion]!
    x[outcome]!.push(time[position]! / 1e9)
    y[outcome]!.push(Math.max(FLOOR_MS, (until - time[position]!) / 1e6))
  }
  const small = x[0].length + x[1].length + x[2].length <= limit
  const rare = (outcome: 1 | 2) => thin(x[outcome], y[outcome], small ? Infinity : limit / 4)
  const [fail, info] = [rare(1), rare(2)]
  return { ok: thin(x[0], y[0], limit - fail.x.length - info.x.length), fail, info }
}

/** Completions over time in at most `bins` bins of 1, 2 or 5 × 10ⁿ seconds. O(events). */
export const rates = (history: History, bins: number): Rates => {
  const { time, type, process } = history.columns
  const endS = (time[history.length - 1] ?? 0) / 1e9
  const stepS = STEPS_S.find((step) => endS / step <= bins) ?? endS / bins
  const length = Math.floor(endS / stepS) + 1
  const counts = [0, 1, 2].map(() => new Float64Array(length))
  for (let position = 0; position < history.length; position++) {
    if (type[position] === INVOKE || process[position] === NEMESIS) continue
    const bin = Math.min(length - 1, Math.floor(time[position]! / 1e9 / stepS))
    counts[outcomeOf(type[position])]![bin]!++
  }
  const [ok, fail, info] = counts.map((column) => Array.from(column, (n) => n / stepS))
  const x = Array.from({ length }, (_, bin) => round(bin * stepS, 3))
  return { stepS, x, ok: ok!, fail: fail!, info: info! }
}

/** A logarithmic axis has no zero; no answer of another process comes faster than this. */
const FLOOR_MS = 0.01
const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]

const outcomeOf = (type: number | undefined): 0 | 1 | 2 => (type === OK ? 0 : type === FAIL ? 1 : 2)

/** The slowest point of each place of a grid that is coarsened until at most `room` remain. */
const thin = (x: readonly number[], y: readonly number[], room: number): Points => {
  const total = x.length
  let kept = Array.from({ length: total }, (_, at) => at)
  for (let width = 2048; kept.length > room; width /= 2) kept = slowest(x, y, width)
  return {
    x: kept.map((at) => round(x[at]!, 3)),
    y: kept.map((at) => Number(y[at]!.toPrecision(4))),
    total,
  }
}

/** The position of the slowest point in each cell of a grid of `width` times and 20 cells a decade. */
const slowest = (x: readonly number[], y: readonly number[], width: number): number[] => {
  const from = x[0]!
  const scale = (width - 1) / Math.max(1e-9, x.at(-1)! - from)
  const cells = new Map<number, number>()
  for (let at = 0; at < x.length; at++) {
    const row = Math.floor((Math.log10(y[at]!) - Math.log10(FLOOR_MS)) * 20)
    const cell = Math.floor((x[at]! - from) * scale) * 1024 + row
    const known = cells.get(cell)
    if (known === undefined || y[known]! < y[at]!) cells.set(cell, at)
  }
  return [...cells.values()].sort((a, b) => a - b)
}

const round = (n: number, digits: number): number => Number(n.toFixed(digits))
