/** Chooses among runs: by words and by fields, as `schism runs` and the pages of `schism serve` do. */
import type { RunRow } from './row.ts'

export interface Selection {
  /** Words that all stand somewhere in a run's row, in any case. */
  readonly search?: string
  readonly systems?: readonly string[]
  readonly workloads?: readonly string[]
  /** Faults that were all asked for. */
  readonly faults?: readonly string[]
  readonly outcomes?: readonly string[]
  readonly seed?: number
  /** Begun at this time or later; ISO 8601. */
  readonly since?: string
}

/** The runs that fit, in their order. O(runs). */
export const selectRuns = (rows: readonly RunRow[], chosen: Selection): readonly RunRow[] => {
  const { search = '', systems = [], workloads = [], faults = [], outcomes = [] } = chosen
  const { seed, since } = chosen
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter(
    (row) =>
      (systems.length === 0 || systems.includes(row.system)) &&
      (workloads.length === 0 || workloads.includes(row.workload)) &&
      faults.every((fault) => row.faults.includes(fault)) &&
      (outcomes.length === 0 || outcomes.includes(row.outcome)) &&
      (seed === undefined || row.seed === seed) &&
      (since === undefined || row.startedAt >= since) &&
      (words.length === 0 || holdsAll(row, words)),
  )
}

const holdsAll = (row: RunRow, words: readonly string[]): boolean => {
  const options = Object.entries(row.options).map(([name, value]) => `${name}=${value}`)
  const text = [
    row.id,
    row.system,
    row.workload,
    row.outcome,
    row.systemVersion,
    row.template ?? '',
    row.says,
  ]
    .concat(row.faults, row.anomalies, options, row.promised)
    .join(' ')
    .toLowerCase()
  return words.every((word) => text.includes(word))
}

/** What the runs of one configuration share: all that was asked for, but not the seed, nor who ran it. */
export const configurationOf = (row: RunRow): string => {
  const { system, workload, template, cluster, nodes, timeLimitS, rate, concurrency } = row
  const options = Object.entries(row.options).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const faults = row.faults.toSorted()
  return JSON.stringify([
    ...[system, workload, template ?? '', cluster, nodes, timeLimitS, rate, concurrency],
    ...[options, faults],
  ])
}
