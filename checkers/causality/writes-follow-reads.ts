/**
 * Writes follow reads as a guarantee on views. The pairs need a graph of their own: what a session read
 * leads to its later reads and writes, but its writes lead to nothing but their readers.
 */
import { NONE } from '../history.ts'
import type { Meter } from '../limits.ts'
import { Clocks } from './clocks.ts'
import { convergence } from './convergence.ts'
import type { Found } from './finding.ts'
import { coPath } from './paths.ts'
import { Edges, schedule } from './schedule.ts'
import { INITIAL, type Sessions } from './sessions.ts'
import { type Guarantee, onOps, unguaranteed } from './views.ts'

/** Quick where causal convergence holds, which implies it. O(n · sessions) @throws OutOfLimits */
export const writesBeforeReads = (sessions: Sessions, meter: Meter): Found => {
  const quick = convergence(sessions, meter)
  if (quick.total === 0) return quick
  const clocks = new Clocks(sessions, meter)
  const found = unguaranteed(sessions, guarantee(sessions, clocks, meter), meter)
  meter.hold(-clocks.bytes)
  return found
}

const guarantee = (sessions: Sessions, clocks: Clocks, meter: Meter): Guarantee => {
  const { source, count } = sessions
  const graph = pairsOf(sessions)
  // Clocks along program order and reads-from: the reads that they hold are those that count here.
  schedule(
    sessions,
    new Edges(),
    (op) => {
      if (source[op]! >= 0) clocks.join(op, source[op]!)
      clocks.perform(op)
    },
    meter,
  )
  return {
    type: 'writes-follow-reads',
    ...graph,
    shows: (op) => source[op]! >= 0,
    shown: (op) => source[op]!,
    raise: (bounds, write) => {
      const place = clocks.place[write]!
      for (let t = 0; t < count; t++) bounds[t] = Math.max(bounds[t]!, clocks.kept[place + t]!)
    },
    came: (write, read) =>
      onOps(graph, coPath(graph.pairs, graph.nodeOf[write]!, graph.readNode[read]!)),
  }
}

/** Reads in the sessions, in which they follow each other, and every write in one of its own. */
const pairsOf = (
  sessions: Sessions,
): Pick<Guarantee, 'pairs' | 'nodeOf' | 'opOf' | 'reads'> & { readonly readNode: Int32Array } => {
  const { size, count, session, source, writes } = sessions
  const isRead = (op: number): boolean => source[op]! >= 0 || source[op] === INITIAL
  const readNode = new Int32Array(size).fill(NONE)
  const nodeOf = new Int32Array(size).fill(NONE)
  let nodes = 0
  for (let op = 0; op < size; op++) if (isRead(op)) readNode[op] = nodes++
  const reads = nodes
  for (let op = 0; op < size; op++) if (writes[op] === 1) nodeOf[op] = nodes++
  const opOf = new Int32Array(nodes)
  const from = new Int32Array(nodes).fill(NONE)
  const owner = new Int32Array(nodes)
  const first = new Int32Array(count + nodes - reads + 1)
  let last = NONE
  for (let op = 0; op < size; op++) {
    const node = readNode[op]!
    if (last !== NONE && session[opOf[last]!] !== session[op]) last = NONE
    if (node !== NONE) {
      opOf[node] = op
      owner[node] = session[op]!
      first[session[op]! + 1] = node + 1
      if (source[op]! >= 0) from[node] = nodeOf[source[op]!]!
      last = node
    }
    const write = nodeOf[op]!
    if (write === NONE) continue
    opOf[write] = op
    owner[write] = count + write - reads
    from[write] = last
  }
  for (let s = 0; s < count; s++) first[s + 1] = Math.max(first[s]!, first[s + 1]!)
  for (let node = reads; node < nodes; node++) first[count + node - reads + 1] = node + 1
  const pairs = { size: nodes, count: count + nodes - reads, first, session: owner, source: from }
  return { pairs, nodeOf, opOf, reads, readNode }
}
