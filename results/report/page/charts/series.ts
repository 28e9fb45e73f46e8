/**
 * The series of the charts, read from the operations' columns for a stretch of time: in bins that lie at whole
 * multiples of their length, so that a chart does not tremble while it is moved. Pure.
 */
import { quantileOf } from '../../../../checkers/quantiles.ts'
import { binStepS } from '../../bins.ts'
import { lowerBound } from '../../lower-bound.ts'
import { FAIL, NONE, OK, type OperationColumns } from '../../operations/operations.ts'
import type { Outcome } from '../elements.tsx'
import type { Window } from '../view-state.ts'

/** Values at the beginnings of bins, s; the last value is repeated at the end of the last bin. */
export interface Series {
  readonly stepS: number
  readonly x: readonly number[]
  readonly y: readonly (readonly (number | null)[])[]
}

/** What a chart is about: one kind of operation, or all. */
export interface Kind {
  /** Number of its `f`; undefined for all. */
  readonly f: number | undefined
}

const BINS = 160

/** Bins over a window and as much again on both sides of it, as far as the run goes. */
class Bins {
  readonly stepS: number
  readonly first: number
  readonly size: number

  constructor({ from, to }: Window, endNs: number) {
    const span = Math.max(1, to - from)
    this.stepS = binStepS(span / 1e9, BINS)
    const stepNs = this.stepS * 1e9
    this.first = Math.max(0, Math.floor((from - span) / stepNs))
    const last = Math.ceil(Math.min(endNs, to + span) / stepNs)
    this.size = Math.max(1, last - this.first)
  }

  /** Number of the bin that a time is in; it may lie outside of all. */
  at(ns: number): number {
    return Math.floor(ns / 1e9 / this.stepS) - this.first
  }

  /** When the first and when the last bin begins and ends, ns. */
  get window(): Window {
    const { first, size, stepS } = this
    return { from: first * stepS * 1e9, to: (first + size) * stepS * 1e9 }
  }

  series(columns: readonly (readonly (number | null)[])[]): Series {
    const x = Array.from({ length: this.size + 1 }, (_, at) =>
      Number(((this.first + at) * this.stepS).toPrecision(12)),
    )
    return {
      stepS: this.stepS,
      x,
      y: columns.map((column) => [...column, column.at(-1) ?? null]),
    }
  }
}

/** Completions a second: ok, fail and info. O(operations). */
export const rates = (
  columns: OperationColumns,
  endNs: number,
  window: Window,
  { f }: Kind,
): Series => {
  const bins = new Bins(window, endNs)
  const counts = [0, 1, 2].map(() => new Array<number>(bins.size).fill(0))
  const { to, outcome } = columns
  for (let place = 0; place < to.length; place++) {
    const bin = bins.at(to[place]!)
    // What never completed lies behind all bins.
    if (bin < 0 || bin >= bins.size) continue
    if (f !== undefined && columns.f[place] !== f) continue
    counts[outcome[place]!]![bin]! += 1
  }
  return bins.series(counts.map((column) => column.map((n) => n / bins.stepS)))
}

/**
 * How many percent of the operations invoked in a bin were answered: ok, or fail without an error, as the
 * checker `availability` counts. Null where nothing was asked. O(operations of the bins).
 */
export const answered = (
  columns: OperationColumns,
  endNs: number,
  window: Window,
  { f }: Kind,
): Series => {
  const bins = new Bins(window, endNs)
  const all = new Array<number>(bins.size).fill(0)
  const good = new Array<number>(bins.size).fill(0)
  const [start, end] = placesIn(columns, bins.window)
  for (let place = start; place < end; place++) {
    if (f !== undefined && columns.f[place] !== f) continue
    const bin = bins.at(columns.from[place]!)
    if (bin < 0 || bin >= bins.size) continue
    all[bin]!++
    const outcome = columns.outcome[place]
    if (outcome === OK || (outcome === FAIL && columns.error[place] === NONE)) good[bin]!++
  }
  return bins.series([all.map((n, bin) => (n === 0 ? null : (100 * good[bin]!) / n))])
}

/** The quantiles that are drawn, and their names. */
export const QUANTILES = [
  { name: 'p50', q: 0.5 },
  { name: 'p95', q: 0.95 },
  { name: 'p99', q: 0.99 },
  { name: 'max', q: 1 },
] as const

/** Quantiles of the latencies of one outcome, ms, by the time of invocation. O(n log n) in those of a bin. */
export const latencyQuantiles = (
  columns: OperationColumns,
  endNs: number,
  window: Window,
  { f, outcome }: Kind & { readonly outcome: Outcome },
): Series => {
  const bins = new Bins(window, endNs)
  const latencies = Array.from({ length: bins.size }, (): number[] => [])
  const [start, end] = placesIn(columns, bins.window)
  for (let place = start; place < end; place++) {
    if (f !== undefined && columns.f[place] !== f) continue
    if (outcomeOf(columns, place) !== outcome) continue
    latencies[bins.at(columns.from[place]!)]?.push(latencyMs(columns, place, endNs))
  }
  const sorted = latencies.map((some) => Float64Array.from(some).sort())
  return bins.series(
    QUANTILES.map(({ q }) =>
      sorted.map((some) => (some.length === 0 ? null : quantileOf(some, q))),
    ),
  )
}

/** The places of the operations invoked in a window: from … to-1. O(log operations). */
export const placesIn = ({ from }: OperationColumns, window: Window): [number, number] => [
  lowerBound(from, window.from),
  lowerBound(from, window.to + 1),
]

/** The outcome in words: what never completed is an info. */
export const outcomeOf = ({ outcome }: OperationColumns, place: number): Outcome =>
  outcome[place] === OK ? 'ok' : outcome[place] === FAIL ? 'fail' : 'info'

/** No answer of another process comes faster; a logarithmic axis has no zero. */
const FLOOR_MS = 0.01

/** How long an operation took; its age at the end when it never completed. */
export const latencyMs = ({ from, to }: OperationColumns, place: number, endNs: number): number =>
  Math.max(FLOOR_MS, (Math.min(to[place]!, endNs) - from[place]!) / 1e6)
