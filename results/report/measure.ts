/**
 * The numbers of a run: outcomes and latencies by kind of operation, read from the columns so that
 * millions of operations take a second at most. Latencies are of ok operations only: a timed-out
 * operation's latency is the time-out's, and a failed one's says nothing about the work. A history without
 * times has none.
 */
import { FAIL, type History, INVOKE, NEMESIS, NONE, OK } from '../../checkers/history.ts'
import { quantileOf } from '../../checkers/quantiles.ts'

/** What became of the operations of one kind. Latencies are of the ok ones, in ms; absent without any. */
export interface KindMeasures {
  readonly f: string
  readonly ok: number
  readonly fail: number
  readonly info: number
  readonly latency: LatencyMs | undefined
}

export interface LatencyMs {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export interface Measures {
  readonly kinds: readonly KindMeasures[]
  readonly operations: number
  readonly ok: number
  /** ok operations a second between the first and the last event of a client. */
  readonly okPerSecond: number
  /** Time of the last event, client's or nemesis'; ns. */
  readonly endNs: number
}

/** Measures all operations. O(events + ok operations × log). */
export const measure = (history: History): Measures => {
  const { time, type, process, partner, f } = history.columns
  const { timed } = history
  const tallies = history.fs.map(() => ({ ok: 0, fail: 0, info: 0, latencies: [] as number[] }))
  let first = -1
  let last = 0
  for (let position = 0; position < history.length; position++) {
    if (process[position] === NEMESIS) continue
    if (first < 0) first = time[position]!
    last = time[position]!
    if (type[position] !== INVOKE) continue
    const tally = tallies[f[position]!]!
    const end = partner[position]!
    if (end === NONE) tally.info++
    else if (type[end] === OK) {
      tally.ok++
      tally.latencies.push((time[end]! - time[position]!) / 1e6)
    } else if (type[end] === FAIL) tally.fail++
    else tally.info++
  }
  const kinds = tallies
    .map(({ ok, fail, info, latencies }, id) => ({
      f: history.fs[id]!,
      ok,
      fail,
      info,
      latency: timed ? quantiles(latencies) : undefined,
    }))
    .filter(({ ok, fail, info }) => ok + fail + info > 0)
  const ok = kinds.reduce((sum, kind) => sum + kind.ok, 0)
  const operations = kinds.reduce((sum, kind) => sum + kind.ok + kind.fail + kind.info, 0)
  return {
    kinds,
    operations,
    ok,
    okPerSecond: timed && last > first ? ok / ((last - first) / 1e9) : 0,
    endNs: history.length === 0 ? 0 : time[history.length - 1]!,
  }
}

const quantiles = (latencies: readonly number[]): LatencyMs | undefined => {
  if (latencies.length === 0) return undefined
  const sorted = Float64Array.from(latencies).sort()
  return {
    p50: quantileOf(sorted, 0.5),
    p99: quantileOf(sorted, 0.99),
    max: quantileOf(sorted, 1),
  }
}
