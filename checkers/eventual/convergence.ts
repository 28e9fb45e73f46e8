/**
 * How long the replicas took to agree after the history came to rest, as far as reads show it: until the
 * invocation of the last read that did not yet show the final state. Reads are the only evidence, so
 * it is a lower bound, 0 when every read after the rest agreed (as Jepsen's set-full measures `stable-latency`).
 */
import type { Stats } from '../checker.ts'
import { round } from '../quantiles.ts'
import type { Cells } from './cells.ts'
import type { Site } from './quiescence.ts'

/** `convergenceMs` over the keys on which the replicas agree; nothing without times or such keys. */
export const convergence = (
  cells: Cells,
  agreeing: ReadonlyMap<number, readonly Site[]>,
  rest: number,
): Stats => {
  const { time } = cells.history.columns
  if (!cells.history.timed || agreeing.size === 0) return {}
  const byKey = new Map<number, number[]>()
  cells.reads.forEach(({ start, key }, read) => {
    if (start <= rest || !agreeing.has(key)) return
    const some = byKey.get(key)
    if (some === undefined) byKey.set(key, [read])
    else some.push(read)
  })
  const from = rest < 0 ? 0 : time[rest]!
  let until = from
  for (const [key, reads] of byKey) {
    cells.visit(key, agreeing.get(key)!)
    for (const read of reads) {
      const at = time[cells.reads[read]!.start]!
      if (at > until && cells.differs(key, read)) until = at
    }
  }
  return { convergenceMs: round((until - from) / 1e6) }
}
