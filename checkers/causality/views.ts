/**
 * Monotonic writes and writes follow reads, as the reads of each session show them. For every session
 * there must be a total order of the writes, and for each of its reads a set of visible writes, so that
 * - a read returns the last write of its key, in the order, that is visible to it, and the initial value
 *   if there is none;
 * - what is visible to a read stays visible to the later reads of the session (monotonic reads: without
 *   it every read could see nothing but what it returned, and no history would break the guarantees);
 * - for each pair (w, w') of the guarantee, w comes before w' in the order, and where w' is visible so is
 *   w. Monotonic writes: w is before w' in the program order of some session. Writes follow reads: some
 *   session read from w before it wrote w' (or in the same compare-and-set).
 * (Terry et al. 1994; the order and the sets are the arbitration and visibility of Viotti and Vukolić
 * 2016, but every session may have an order of its own, as in causal memory: sessions that must agree on
 * one are what causal convergence is about.)
 *
 * The least sets are enough: they contain what the session's reads so far returned and what the pairs
 * add to it, which is the first operations of each session. Every visible write of a key must come before
 * the one that a read of the key returned; there is an order exactly when these edges and the pairs have
 * no cycle. A write needs its edge only to the first read of its key that it is visible to, and what that
 * read returned one to what the next read returned. O(n · sessions)
 */
import { NONE } from '../history.ts'
import type { Meter } from '../limits.ts'
import { both, type Finding, type Found, most } from './finding.ts'
import { nonMonotonicReads } from './own-session.ts'
import { thinAir } from './patterns.ts'
import { blockedCycles, complete, Edges, type Graph, type Step, schedule } from './schedule.ts'
import { INITIAL, type Sessions } from './sessions.ts'
import { Writers } from './writers.ts'

/** What tells the two guarantees apart. */
export interface Guarantee {
  readonly type: 'monotonic-writes' | 'writes-follow-reads'
  /** A graph in whose order the pairs stand; each write is a node of it. */
  readonly pairs: Graph
  readonly nodeOf: Int32Array
  /** The operation of each node; nodes below `reads` stand for what reads returned, the others for writes. */
  readonly opOf: Int32Array
  readonly reads: number
  /** The operations that make a write of their key visible when the session's bound passes them. */
  readonly shows: (op: number) => boolean
  /** The write that such an operation makes visible. */
  readonly shown: (op: number) => number
  /** Raises the bounds by what comes with a write. */
  readonly raise: (bounds: Int32Array, write: number) => void
  /** How a visible write came to be visible to a read. */
  readonly came: (write: number, read: number) => Step[]
}

/** O(n · sessions) @throws OutOfLimits */
export const unguaranteed = (sessions: Sessions, guarantee: Guarantee, meter: Meter): Found => {
  const { pairs } = guarantee
  let found = both(thinAir(sessions), nonMonotonicReads(sessions, meter))
  const fronts = schedule(pairs, new Edges(), () => {}, meter)
  if (!complete(pairs, fronts)) return both(found, cycles(guarantee, new Edges(), fronts))
  const observers = new Observers(sessions, guarantee, meter)
  for (let s = 0; s < sessions.count && found.findings.length < most; s++)
    found = both(found, observers.judge(s))
  observers.release()
  return found
}

class Observers {
  private readonly members: Writers
  /** How many of each group are visible to the observer, and the last read of each key. */
  private readonly visible: Int32Array
  private readonly lastRead: Int32Array
  private readonly bounds: Int32Array

  constructor(
    private readonly sessions: Sessions,
    private readonly guarantee: Guarantee,
    private readonly meter: Meter,
  ) {
    const { keys } = sessions.registers.versions
    this.members = new Writers(sessions, keys, guarantee.shows)
    this.visible = new Int32Array(this.members.session.length)
    this.lastRead = new Int32Array(keys)
    this.bounds = new Int32Array(sessions.count)
    meter.hold(this.bytes)
  }

  release(): void {
    this.meter.hold(-this.bytes)
  }

  /** Judges the reads of one session. */
  judge(s: number): Found {
    const { sessions, guarantee } = this
    const { first, source } = sessions
    const edges = new Edges()
    this.visible.set(this.members.start.subarray(0, this.visible.length))
    this.lastRead.fill(NONE)
    this.bounds.set(first.subarray(0, sessions.count))
    for (let op = first[s]!; op < first[s + 1]!; op++) {
      const from = source[op]!
      if (from < 0 && from !== INITIAL) continue
      if (from >= 0) guarantee.raise(this.bounds, from)
      const unseen = this.look(op, from, edges)
      if (unseen !== undefined) return { findings: [unseen], total: 1 }
    }
    if (edges.size === 0) return nothing
    const fronts = schedule(guarantee.pairs, edges, () => {}, this.meter)
    return complete(guarantee.pairs, fronts) ? nothing : cycles(guarantee, edges, fronts)
  }

  /** Adds what a read says about the order of the writes of its key. */
  private look(read: number, from: number, edges: Edges): Finding | undefined {
    const { members, visible, bounds, guarantee, sessions } = this
    const { nodeOf } = guarantee
    const key = sessions.key[read]!
    for (let g = members.firstGroup[key]!; g < members.firstGroup[key + 1]!; g++) {
      const bound = bounds[members.session[g]!]!
      const end = members.start[g + 1]!
      for (let at = visible[g]!; at < end && members.ops[at]! < bound; at++) {
        this.meter.step()
        visible[g] = at + 1
        const write = guarantee.shown(members.ops[at]!)
        if (from === INITIAL) return this.unseen(read, write)
        if (write !== from) edges.add(nodeOf[write]!, nodeOf[from]!, read)
      }
    }
    const last = this.lastRead[key]!
    this.lastRead[key] = read
    if (last === NONE) return undefined
    const before = sessions.source[last]!
    if (before >= 0 && from === INITIAL) return this.unseen(read, before)
    if (before >= 0 && before !== from) edges.add(nodeOf[before]!, nodeOf[from]!, read)
    return undefined
  }

  /** A read of the initial value although a write was visible to it. */
  private unseen(read: number, by: number): Finding {
    const { type, came } = this.guarantee
    const steps = came(by, read)
    return { type, ops: [read, by, ...ends(steps)], steps, read, by }
  }

  private get bytes(): number {
    return (
      this.members.bytes + (this.visible.length + this.lastRead.length + this.bounds.length) * 4
    )
  }
}

const nothing: Found = { findings: [], total: 0 }

const ends = (steps: readonly Step[]): number[] => steps.flatMap(({ from, to }) => [from, to])

/** Cycles of pairs and of what the reads of one session say. */
const cycles = (guarantee: Guarantee, edges: Edges, fronts: Int32Array): Found => {
  const { type, pairs, came } = guarantee
  const found = blockedCycles(pairs, fronts, edges)
  const findings = found.slice(0, most).map((cycle): Finding => {
    const steps = onOps(guarantee, cycle).map((step) =>
      step.edge === undefined ? step : { ...step, read: edges.read[step.edge]! },
    )
    const proofs = steps
      .filter(({ read }) => read !== undefined)
      .flatMap(({ from, to, read }) => [to, read!, ...ends(came(from, read!))])
    return { type, ops: [...ends(steps), ...proofs], steps }
  })
  return { findings, total: found.length }
}

/** Steps between nodes as steps between operations. */
export const onOps = (
  { opOf, reads }: Pick<Guarantee, 'opOf' | 'reads'>,
  steps: readonly Step[],
): Step[] => {
  const found: Step[] = []
  for (const step of steps) {
    const from = opOf[step.from]!
    const to = opOf[step.to]!
    const previous = found.at(-1)
    const own = step.from < reads
    if (from === to) continue
    if (own && previous?.relation === 'process') found[found.length - 1] = { ...previous, to }
    else found.push({ ...step, from, to, relation: own ? 'process' : step.relation })
  }
  return found
}
