/**
 * The bad patterns of causal consistency. With co the transitive closure of program order and
 * reads-from, a history in which it is known what every read came from is causally consistent exactly
 * when there is none of these (Bouajjani, Enea, Guerraoui and Hamza, POPL 2017, section 4):
 * - CyclicCO: co has a cycle;
 * - ThinAirRead: a read of a value that nobody wrote;
 * - WriteCOInitRead: a read of the initial value, with a write of its key before it in co;
 * - WriteCORead: a read from w1, with a write w2 of its key after w1 and before the read in co.
 *
 * A compare-and-set is a read and a write in one; the theorem's proof does not mind. For the last two
 * patterns it is enough to look at the latest visible write of the key by each session (Møldrup and
 * Pavlogiannis, AWDIT, PLDI 2025): what precedes an earlier write of a session precedes a later one.
 * O(n · sessions)
 */
import { NONE } from '../history.ts'
import type { Meter } from '../limits.ts'
import { Clocks } from './clocks.ts'
import { type Finding, type Found, most, ofCycle } from './finding.ts'
import { coPath } from './paths.ts'
import { blockedCycles, complete, Edges, schedule } from './schedule.ts'
import { INITIAL, type Sessions, THIN_AIR } from './sessions.ts'
import { Writers } from './writers.ts'

/** What the causal order of a history holds. */
export interface Causality extends Found {
  /**
   * For every read of w1 and every visible write w2 of its key that co does not put before w1, an edge
   * from w2 to w1, or from a later write of the session of w2. Complete only without findings.
   */
  readonly conflicts: Edges
}

/** O(n · sessions) @throws OutOfLimits */
export const causality = (sessions: Sessions, meter: Meter): Causality => {
  const thin = thinAir(sessions)
  const scan = new Scan(sessions, meter)
  const fronts = schedule(sessions, new Edges(), (op) => scan.visit(op), meter)
  scan.release()
  const cycles = complete(sessions, fronts)
    ? []
    : blockedCycles(sessions, fronts, new Edges()).map((steps) => ofCycle('cyclic-co', steps))
  return {
    findings: [...thin.findings, ...cycles.slice(0, most), ...scan.findings()],
    total: thin.total + cycles.length + scan.total,
    conflicts: scan.conflicts,
  }
}

/** One finding for each key, the first ones. */
export const thinAir = ({ source, key, size }: Sessions): Found => {
  const found = new Map<number, number>()
  for (let op = 0; op < size; op++)
    if (source[op] === THIN_AIR && !found.has(key[op]!)) found.set(key[op]!, op)
  const findings = [...found.values()]
    .slice(0, most)
    .map((op): Finding => ({ type: 'thin-air-read', ops: [op], steps: [], read: op }))
  return { findings, total: found.size }
}

/** A read and a visible write that it should have seen. */
interface Overwritten {
  readonly read: number
  readonly by: number
}

class Scan {
  readonly conflicts = new Edges()
  private readonly clocks: Clocks
  private readonly writers: Writers
  /** By key: the first read of the initial value with a write before it, and of an overwritten one. */
  private readonly initial = new Map<number, Overwritten>()
  private readonly overwritten = new Map<number, Overwritten>()
  /** The last edge from each group. */
  private readonly lastFrom: Int32Array
  private readonly lastTo: Int32Array
  private held = 0

  constructor(
    private readonly sessions: Sessions,
    private readonly meter: Meter,
  ) {
    this.clocks = new Clocks(sessions, meter)
    const { writes } = sessions
    this.writers = new Writers(sessions, sessions.registers.versions.keys, (op) => writes[op] === 1)
    meter.hold(this.writers.bytes)
    this.lastFrom = new Int32Array(this.writers.session.length).fill(NONE)
    this.lastTo = new Int32Array(this.writers.session.length)
  }

  visit(op: number): void {
    const source = this.sessions.source[op]!
    if (source >= 0) this.clocks.join(op, source)
    if (source >= 0 || source === INITIAL) this.look(op, source)
    this.clocks.perform(op)
  }

  get total(): number {
    return this.initial.size + this.overwritten.size
  }

  /** Gives back all but the conflicts. */
  release(): void {
    this.meter.hold(-this.clocks.bytes - this.writers.bytes)
  }

  findings(): Finding[] {
    const shown = (type: Finding['type'], found: ReadonlyMap<number, Overwritten>): Finding[] =>
      [...found.values()].slice(0, most).map((one) => this.finding(type, one))
    return [
      ...shown('write-co-init-read', this.initial),
      ...shown('write-co-read', this.overwritten),
    ]
  }

  /** Holds the source of a read against the latest visible write of its key by every session. */
  private look(read: number, source: number): void {
    const { sessions, writers, clocks } = this
    const { current } = clocks
    const key = sessions.key[read]!
    const base = sessions.session[read]! * sessions.count
    for (let g = writers.firstGroup[key]!; g < writers.firstGroup[key + 1]!; g++) {
      const latest = writers.latest(g, current[base + writers.session[g]!]!)
      if (latest === NONE || latest === source) continue
      if (source === INITIAL) {
        if (!this.initial.has(key)) this.initial.set(key, { read, by: latest })
      } else if (clocks.precedes(source, latest)) {
        if (!this.overwritten.has(key)) this.overwritten.set(key, { read, by: latest })
      } else if (!clocks.precedes(latest, source)) this.conflict(g, latest, source, read)
    }
  }

  private conflict(group: number, from: number, to: number, read: number): void {
    if (this.lastFrom[group] === from && this.lastTo[group] === to) return
    this.lastFrom[group] = from
    this.lastTo[group] = to
    this.conflicts.add(from, to, read)
    if (this.conflicts.bytes === this.held) return
    this.meter.hold(this.conflicts.bytes - this.held)
    this.held = this.conflicts.bytes
  }

  private finding(type: Finding['type'], { read, by }: Overwritten): Finding {
    const { sessions } = this
    const source = sessions.source[read]!
    const steps = [
      ...(source < 0 ? [] : coPath(sessions, source, by)),
      ...coPath(sessions, by, read),
    ]
    const ops = [read, by, ...steps.flatMap(({ from, to }) => [from, to])]
    return { type, ops, steps, read, by }
  }
}
