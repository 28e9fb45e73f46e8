/**
 * Visits operations in an order that respects program order, reads-from and, where given, further
 * edges: each session runs until its next operation waits for one that has not been visited. If the
 * relation has a cycle, sessions stay blocked, and following who waits for whom leads to it. O(n + edges)
 */
import { NONE } from '../history.ts'
import type { Meter } from '../limits.ts'
import type { Sessions } from './sessions.ts'

/** Sessions of any operations, as far as they are a graph: program order and sources. */
export type Graph = Pick<Sessions, 'size' | 'count' | 'first' | 'session' | 'source'>

/** Edges between operations, each with the read that is the reason for it. */
export class Edges {
  size = 0
  from = new Int32Array(64)
  to = new Int32Array(64)
  read = new Int32Array(64)

  add(from: number, to: number, read: number): void {
    if (this.size === this.from.length) {
      this.from = doubled(this.from)
      this.to = doubled(this.to)
      this.read = doubled(this.read)
    }
    this.from[this.size] = from
    this.to[this.size] = to
    this.read[this.size] = read
    this.size++
  }

  /** The edges there are now; those added later are not in it. */
  copy(): Edges {
    const edges = new Edges()
    Object.assign(edges, { size: this.size, from: this.from, to: this.to, read: this.read })
    return edges
  }

  get bytes(): number {
    return this.from.byteLength * 3
  }
}

const doubled = (column: Int32Array): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(column.length * 2)
  larger.set(column)
  return larger
}

/** The edges at each operation: those of `op` are `edge[start[op]]` to below `edge[start[op + 1]]`. */
export interface Adjacency {
  readonly start: Int32Array
  readonly edge: Int32Array
}

/** Sorts edges by one of their ends. O(n + edges) */
export const adjacency = (end: Int32Array, edges: number, size: number): Adjacency => {
  const start = new Int32Array(size + 1)
  for (let e = 0; e < edges; e++) start[end[e]! + 1]!++
  for (let op = 0; op < size; op++) start[op + 1]! += start[op]!
  const place = start.slice(0, size)
  const edge = new Int32Array(edges)
  for (let e = 0; e < edges; e++) edge[place[end[e]!]!++] = e
  return { start, edge }
}

/** Where the sessions stand: `next[s]` is the first operation of s that was not visited. */
export type Fronts = Int32Array

/**
 * Visits all operations that can be visited.
 * @returns where the sessions stand: all at their ends, unless the relation has a cycle
 */
export const schedule = (
  { size, count, first, session, source }: Graph,
  edges: Edges,
  visit: (op: number) => void,
  meter: Meter,
): Fronts => {
  const next = first.slice(0, count)
  const missing = new Int32Array(edges.size === 0 ? 0 : size)
  for (let e = 0; e < edges.size; e++) missing[edges.to[e]!]!++
  const out = edges.size === 0 ? undefined : adjacency(edges.from, edges.size, size)
  /** The sessions that wait for an operation, as linked lists. */
  const waiting = new Int32Array(size).fill(NONE)
  const after = new Int32Array(count)
  const parked = new Int32Array(count).fill(NONE)
  const runnable = Int32Array.from({ length: count }, (_, s) => count - 1 - s)
  const queued = new Uint8Array(count).fill(1)
  let top = count
  const wake = (s: number): void => {
    if (queued[s] === 1) return
    queued[s] = 1
    runnable[top++] = s
  }
  while (top > 0) {
    const s = runnable[--top]!
    queued[s] = 0
    const end = first[s + 1]!
    while (next[s]! < end) {
      meter.step()
      const op = next[s]!
      const from = source[op]!
      if (from >= 0 && from >= next[session[from]!]!) {
        if (parked[s] === NONE) {
          parked[s] = from
          after[s] = waiting[from]!
          waiting[from] = s
        }
        break
      }
      if (out !== undefined && missing[op]! > 0) break
      visit(op)
      next[s] = op + 1
      for (let other = waiting[op]!; other !== NONE; other = after[other]!) {
        parked[other] = NONE
        wake(other)
      }
      if (out === undefined) continue
      for (let i = out.start[op]!; i < out.start[op + 1]!; i++) {
        const to = edges.to[out.edge[i]!]!
        if (--missing[to]! === 0 && next[session[to]!] === to) wake(session[to]!)
      }
    }
  }
  return next
}

/** Whether all were visited. */
export const complete = ({ first, count }: Graph, fronts: Fronts): boolean => {
  for (let s = 0; s < count; s++) if (fronts[s] !== first[s + 1]) return false
  return true
}

/** `from` stands before `to` because of program order, reads-from, or one of the edges. */
export interface Step {
  readonly from: number
  readonly to: number
  readonly relation: 'process' | 'wr' | 'edge'
  /** Number of the edge, and the read that is its reason. */
  readonly edge?: number
  readonly read?: number
}

/** The cycles that blocked sessions lead to, each without program-order steps of no length. */
export const blockedCycles = (graph: Graph, fronts: Fronts, edges: Edges): Step[][] => {
  const { count, first, session } = graph
  const reason = blockers(graph, fronts, edges)
  const state = new Uint8Array(count)
  const cycles: Step[][] = []
  for (let start = 0; start < count; start++) {
    const trail: number[] = []
    let s = start
    while (fronts[s] !== first[s + 1] && state[s] === 0) {
      state[s] = 1
      trail.push(s)
      s = session[reason[s]!.from]!
    }
    if (state[s] === 1)
      cycles.push(
        trail
          .slice(trail.indexOf(s))
          .reverse()
          .flatMap((one): Step[] => {
            const step = reason[one]!
            const front = fronts[session[step.from]!]!
            return front === step.from
              ? [step]
              : [{ from: front, to: step.from, relation: 'process' }, step]
          }),
      )
    for (const one of trail) state[one] = 2
  }
  return cycles
}

/** For each blocked session, the step from an operation not visited to its next one. */
const blockers = (
  { count, first, session, source }: Graph,
  fronts: Fronts,
  edges: Edges,
): (Step | undefined)[] => {
  const reason = new Array<Step | undefined>(count)
  for (let s = 0; s < count; s++) {
    const to = fronts[s]!
    if (to === first[s + 1]) continue
    const from = source[to]!
    if (from >= 0 && from >= fronts[session[from]!]!) reason[s] = { from, to, relation: 'wr' }
  }
  for (let edge = 0; edge < edges.size; edge++) {
    const from = edges.from[edge]!
    const to = edges.to[edge]!
    const s = session[to]!
    if (fronts[s] === to && from >= fronts[session[from]!]!)
      reason[s] ??= { from, to, relation: 'edge', edge }
  }
  return reason
}
