/** Monotonic writes as a guarantee on views: the pairs are the writes of each session, in their order. */
import { NONE } from '../history.ts'
import type { Meter } from '../limits.ts'
import { convergence } from './convergence.ts'
import type { Found } from './finding.ts'
import type { Step } from './schedule.ts'
import type { Sessions } from './sessions.ts'
import { type Guarantee, unguaranteed } from './views.ts'

/**
 * Causal convergence implies it and is faster to establish: its order holds every pair, and what precedes
 * a read causally holds with a write all that is paired with it. O(n · sessions) @throws OutOfLimits
 */
export const nonMonotonicWrites = (sessions: Sessions, meter: Meter): Found => {
  const quick = convergence(sessions, meter)
  return quick.total === 0 ? quick : unguaranteed(sessions, guarantee(sessions), meter)
}

const guarantee = (sessions: Sessions): Guarantee => {
  const { size, count, first, session, writes } = sessions
  const nodeOf = new Int32Array(size).fill(NONE)
  const starts = new Int32Array(count + 1)
  let node = 0
  for (let op = 0; op < size; op++) {
    if (writes[op] === 0) continue
    nodeOf[op] = node++
    starts[session[op]! + 1] = node
  }
  for (let s = 0; s < count; s++) starts[s + 1] = Math.max(starts[s]!, starts[s + 1]!)
  const opOf = Int32Array.from({ length: node }, () => 0)
  for (let op = 0; op < size; op++) if (writes[op] === 1) opOf[nodeOf[op]!] = op
  return {
    type: 'monotonic-writes',
    pairs: {
      ...{ size: node, count, first: starts },
      session: opOf.map((op) => session[op]!),
      source: new Int32Array(node).fill(NONE),
    },
    ...{ nodeOf, opOf, reads: 0 },
    shows: (op) => writes[op] === 1,
    shown: (op) => op,
    raise: (bounds, write) => {
      const s = session[write]!
      bounds[s] = Math.max(bounds[s]!, write + 1)
    },
    came: (write, read) => came(sessions, first[session[read]!]!, write, read),
  }
}

/** The session read a later write of the same session, or that write, at or before the read. */
const came = (
  { session, source }: Sessions,
  begin: number,
  write: number,
  read: number,
): Step[] => {
  let at = begin
  while (source[at]! < write || session[source[at]!] !== session[write]) at++
  const seen = source[at]!
  return [
    ...(seen === write ? [] : [{ from: write, to: seen, relation: 'process' } as const]),
    { from: seen, to: at, relation: 'wr' },
    ...(at === read ? [] : [{ from: at, to: read, relation: 'process' } as const]),
  ]
}
