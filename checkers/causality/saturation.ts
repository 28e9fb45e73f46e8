/**
 * Serializations for observers: is there, for each session that observes, one order of the writes and of
 * its own reads in which each of its reads returns the last write of its key before it, and which holds a
 * given relation (program order and reads-from)? The orders must hold more than the relation: where w1, of
 * the same key, stands before a read of w2, it stands before w2. Such edges are added until there are no
 * more (Bouajjani et al., POPL 2017, section 5: the relation HB). There is an order exactly when that ends
 * without a cycle, and without a write before a read of the initial value of its key.
 *
 * Why that is enough: let D(r) be what stands before an own read r. Own reads are totally ordered, so these
 * sets grow. Put down, read by read, what is new in D(r), in any order that holds the relation, then r. All
 * writes of its key in D(r) stand before its source w2 or are w2. Had any of them been put down after w2
 * and later than D of an earlier read, w2 would hold it in that D as well. A compare-and-set among the own
 * reads is one more write in all that.
 *
 * Each round costs O(n · sessions) and adds an edge or is the last; few rounds are the rule.
 */
import { NONE } from '../history.ts'
import type { Meter } from '../limits.ts'
import { Clocks } from './clocks.ts'
import { adjacency, complete, Edges, type Fronts, schedule } from './schedule.ts'
import { INITIAL, type Sessions } from './sessions.ts'
import type { Writers } from './writers.ts'

export type Outcome =
  /** There are orders for all observers. */
  | { readonly kind: 'explained' }
  /** More rounds than were allowed. */
  | { readonly kind: 'undecided' }
  /** The relation and the edges have a cycle. */
  | { readonly kind: 'cycle'; readonly fronts: Fronts }
  /** A write stands before a read of the initial value. */
  | { readonly kind: 'initial'; readonly read: number; readonly by: number }

export class Saturation {
  readonly edges = new Edges()
  /** The number of edges when each round began: an edge follows from those of earlier rounds. */
  readonly begun: number[] = []
  private readonly clocks: Clocks
  private initial: { readonly read: number; readonly by: number } | undefined
  private held = 0

  constructor(
    private readonly sessions: Sessions,
    private readonly writers: Writers,
    /** Whose reads must be explained. */
    private readonly observes: (session: number) => boolean,
    private readonly meter: Meter,
  ) {
    this.clocks = new Clocks(sessions, meter)
  }

  run(rounds = Number.POSITIVE_INFINITY): Outcome {
    const { sessions, edges, clocks, meter } = this
    for (let round = 0; round < rounds; round++) {
      const before = edges.size
      this.begun.push(before)
      const into = before === 0 ? undefined : adjacency(edges.to, before, sessions.size)
      clocks.reset()
      const settled = edges.copy()
      const fronts = schedule(
        sessions,
        settled,
        (op) => {
          if (sessions.source[op]! >= 0) clocks.join(op, sessions.source[op]!)
          if (into !== undefined)
            for (let i = into.start[op]!; i < into.start[op + 1]!; i++)
              clocks.join(op, settled.from[into.edge[i]!]!)
          if (this.observes(sessions.session[op]!)) this.look(op)
          clocks.perform(op)
        },
        meter,
      )
      if (!complete(sessions, fronts)) return { kind: 'cycle', fronts }
      if (this.initial !== undefined) return { kind: 'initial', ...this.initial }
      if (edges.size === before) return { kind: 'explained' }
    }
    return { kind: 'undecided' }
  }

  release(): void {
    this.meter.hold(-this.clocks.bytes - this.held)
  }

  private look(read: number): void {
    const { sessions, writers, clocks } = this
    const source = sessions.source[read]!
    if (source < 0 && source !== INITIAL) return
    const key = sessions.key[read]!
    const base = sessions.session[read]! * sessions.count
    for (let g = writers.firstGroup[key]!; g < writers.firstGroup[key + 1]!; g++) {
      const latest = writers.latest(g, clocks.current[base + writers.session[g]!]!)
      if (latest === NONE || latest === source) continue
      if (source === INITIAL) this.initial ??= { read, by: latest }
      else if (!clocks.precedes(latest, source)) this.add(latest, source, read)
    }
  }

  private add(from: number, to: number, read: number): void {
    const { edges } = this
    edges.add(from, to, read)
    if (edges.bytes === this.held) return
    this.meter.hold(edges.bytes - this.held)
    this.held = edges.bytes
  }
}
