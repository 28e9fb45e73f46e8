/**
 * How wrong the nodes' clocks were through a run, as the harness sampled it; few enough points for a page
 * whatever the run's length. A history may come from elsewhere, so what has the wrong shape is left out.
 */
import type { History } from '../../checkers/history.ts'
import { observations } from '../../checkers/ledger.ts'
import { line } from './text.ts'

/** x: seconds since the run began; for each node ms ahead at those moments, null where it did not run. */
export interface ClockOffsets {
  readonly x: readonly number[]
  readonly nodes: readonly { readonly name: string; readonly ms: readonly (number | null)[] }[]
}

const NODES_MAX = 12

/** Undefined when no clock was sampled. Of neighbouring samples the worst is kept, until `limit` remain. */
export const clockOffsets = (history: History, limit: number): ClockOffsets | undefined => {
  const samples = observations(history).flatMap((one) =>
    one.kind === 'clock' && typeof one.offsets === 'object' && one.offsets !== null
      ? [{ time: one.time, offsets: new Map(Object.entries(one.offsets)) }]
      : [],
  )
  if (samples.length === 0) return undefined
  const names = [...new Set(samples.flatMap(({ offsets }) => [...offsets.keys()]))].toSorted()
  const size = Math.ceil(samples.length / limit)
  const groups = Array.from({ length: Math.ceil(samples.length / size) }, (_, n) =>
    samples.slice(n * size, (n + 1) * size),
  )
  return {
    x: groups.map(([first]) => Number((first!.time / 1e9).toFixed(3))),
    nodes: names.slice(0, NODES_MAX).map((name) => ({
      name: line(name, 40),
      ms: groups.map((group) => worst(group.map(({ offsets }) => offsets.get(name)))),
    })),
  }
}

const worst = (values: readonly unknown[]): number | null => {
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value))
  if (numbers.length === 0) return null
  return (numbers as number[]).reduce((most, ms) => (Math.abs(ms) > Math.abs(most) ? ms : most))
}
