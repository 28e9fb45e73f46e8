/** Judges the staleness of a history of registers, key by key. */
import type { Anomaly, Limits, Stats, Verdict } from '../checker.ts'
import { NONE } from '../history.ts'
import { poll } from '../limits.ts'
import { quantiles, round } from '../quantiles.ts'
import type { Registers } from '../registers/registers.ts'
import { producers } from '../sequential/blocks.ts'
import { inventions } from '../sequential/thin-air.ts'
import { type Clock, Zones } from './atomic.ts'
import { type Clusters, cluster, clustersOf, writes } from './clusters.ts'
import { smallest } from './smallest.ts'
import { staleness } from './staleness.ts'
import { isTwoAtomic } from './two-atomic.ts'
import { Words } from './words.ts'

/** How stale reads may be; without a bound they may be as stale as they like. */
export interface StalenessBounds {
  /** A read returns one of so many last values: 1 for the last one alone. */
  readonly versions?: number
  /** A read returns no value that had been overwritten for longer. */
  readonly milliseconds?: number
}

/** Anomalies that are shown of each kind. */
const SHOWN = 10

/** What is known of one key. */
interface Found {
  readonly clusters: Clusters
  readonly atLeast: number
  readonly atMost: number
  /** In nanoseconds; undefined in a history without times. */
  readonly delta: number | undefined
}

export class Analysis {
  private readonly clock: Clock
  private readonly words: Words

  constructor(
    private readonly registers: Registers,
    private readonly bounds: StalenessBounds,
    private readonly limits: Limits,
  ) {
    const { time } = registers.history.columns
    this.clock = (position) => (position < 0 ? Number.NEGATIVE_INFINITY : time[position]!)
    this.words = new Words(registers)
  }

  verdict(): Verdict {
    const { registers } = this
    const thinAir = inventions(registers)
    const invented = thinAir.cores.map((core) => this.words.invented(core))
    const producer = producers(registers)
    if (typeof producer === 'string')
      return verdictOf(
        invented,
        `staleness is judged where every value of a key is written once: ${producer}`,
        { reads: this.reads(), thinAirReads: thinAir.reads },
      )
    const early = this.early(producer)
    const wrong = [...invented, ...early.map(([read, write]) => this.words.early(read, write))]
    if (wrong.length > 0)
      return verdictOf(wrong, undefined, {
        reads: this.reads(),
        thinAirReads: thinAir.reads,
        futureReads: early.length,
      })
    return this.judge(producer)
  }

  private judge(producer: Int32Array): Verdict {
    const { registers, limits } = this
    const found: Found[] = []
    const behind: number[] = []
    const late: number[] = []
    for (const clusters of clustersOf(registers, producer)) {
      poll(limits, registers.size * 64)
      const { behind: versions, late: ns, most } = staleness(clusters, this.clock)
      for (const count of versions) if (count > 0) behind.push(count)
      for (const one of ns) if (one > 0) late.push(one / 1e6)
      const certain = versions.reduce((a, b) => Math.max(a, b), 0)
      found.push({
        clusters,
        ...this.versionsOf(clusters, certain, most),
        delta: this.deltaOf(clusters),
      })
    }
    return this.compare(found, producer, this.stats(found, behind, late))
  }

  private versionsOf(
    clusters: Clusters,
    certain: number,
    most: number,
  ): Pick<Found, 'atLeast' | 'atMost'> {
    if (linearizable(clusters)) return { atLeast: 1, atMost: 1 }
    if (isTwoAtomic(clusters)) return { atLeast: 2, atMost: 2 }
    return { atLeast: Math.max(3, certain + 1), atMost: Math.max(3, most + 1) }
  }

  private deltaOf(clusters: Clusters): number | undefined {
    const { registers } = this
    const { history } = registers
    if (!history.timed) return undefined
    const { time } = history.columns
    const step = (): void => poll(this.limits, registers.size * 64)
    const span = time[history.length - 1]! - time[0]!
    return new Zones(clusters, this.clock).smallestDelta(span, step)
  }

  private compare(found: readonly Found[], producer: Int32Array, stats: Stats): Verdict {
    const { versions, milliseconds } = this.bounds
    const anomalies: Anomaly[] = []
    let reason: string | undefined
    if (versions !== undefined) {
      const over = found.filter(({ atLeast }) => atLeast > versions)
      for (const { clusters } of over.slice(0, SHOWN))
        anomalies.push(this.tooManyVersions(clusters, versions, producer))
      const open = found.filter(({ atLeast, atMost }) => atLeast <= versions && atMost > versions)
      if (open.length > 0)
        reason =
          `whether all reads returned one of the last ${versions} values is undecided ` +
          `for ${open.length} of ${found.length} keys`
    }
    if (milliseconds !== undefined) {
      const bound = milliseconds * 1e6
      if (found.some(({ delta }) => delta === undefined)) reason = 'the history has no times'
      const over = found.filter(({ delta }) => delta !== undefined && delta > bound)
      for (const { clusters } of over.slice(0, SHOWN))
        anomalies.push(this.tooLate(clusters, milliseconds, producer))
    }
    return verdictOf(anomalies, reason, stats)
  }

  private tooManyVersions(clusters: Clusters, versions: number, producer: Int32Array): Anomaly {
    const position: Clock = (at) => at
    const exceeds = (some: Clusters): boolean => {
      if (versions === 1) return !linearizable(some)
      if (versions === 2) return !isTwoAtomic(some)
      return staleness(some, position).behind.some((count) => count >= versions)
    }
    const ops = this.proof(clusters, producer, exceeds)
    const proof = cluster(this.registers, producer, clusters.key, ops)
    const { behind } = staleness(proof, position)
    const read = behind.findIndex((count) => count >= versions)
    return this.words.versions(ops, proof, versions, read)
  }

  private tooLate(clusters: Clusters, milliseconds: number, producer: Int32Array): Anomaly {
    const bound = milliseconds * 1e6
    const exceeds = (some: Clusters): boolean => !new Zones(some, this.clock).atomic(bound)
    const ops = this.proof(clusters, producer, exceeds)
    const proof = cluster(this.registers, producer, clusters.key, ops)
    const { late } = staleness(proof, this.clock)
    const read = late.findIndex((ns) => ns > bound)
    return this.words.milliseconds(ops, proof, milliseconds, read, late[read])
  }

  /** The fewest operations of a key that still exceed a bound. */
  private proof(
    { key, op, reader }: Clusters,
    producer: Int32Array,
    exceeds: (some: Clusters) => boolean,
  ): readonly number[] {
    const { registers } = this
    const all = [...op.subarray(1), ...reader].sort((a, b) => a - b)
    const complete = (ops: readonly number[]): readonly number[] => {
      const kept = new Set(ops)
      return ops.filter((one) => {
        const source = writes(registers, one) ? NONE : producer[registers.observed[one]!]!
        return source === NONE || kept.has(source)
      })
    }
    const judged = (ops: readonly number[]): boolean =>
      exceeds(cluster(registers, producer, key, ops))
    return smallest(all, complete, judged, this.limits)
  }

  /** Reads that were over before the write of their value was invoked, the first ones, with these. */
  private early(producer: Int32Array): [number, number][] {
    const { size, observed, start, end } = this.registers
    const found: [number, number][] = []
    for (let op = 0; op < size && found.length < SHOWN; op++) {
      const source = observed[op] === NONE ? NONE : producer[observed[op]!]!
      if (source !== NONE && end[op]! < start[source]!) found.push([op, source])
    }
    return found
  }

  private reads(): number {
    const { size, observed } = this.registers
    let count = 0
    for (let op = 0; op < size; op++)
      if (observed[op] !== NONE && !writes(this.registers, op)) count++
    return count
  }

  private stats(
    found: readonly Found[],
    behind: readonly number[],
    late: readonly number[],
  ): Stats {
    const largest = (of: (one: Found) => number): number =>
      found.reduce((most, one) => Math.max(most, of(one)), 1)
    const atLeast = largest((one) => one.atLeast)
    const atMost = largest((one) => one.atMost)
    const delta = found.reduce((most, one) => Math.max(most, one.delta ?? 0), 0)
    return {
      keys: found.length,
      reads: this.reads(),
      versions: atLeast === atMost ? atLeast : `at least ${atLeast}, at most ${atMost}`,
      ...(this.registers.history.timed ? { staleByAtMostMs: round(delta / 1e6) } : {}),
      staleReads: behind.length,
      ...quantiles('versionsBehind', behind),
      ...quantiles('staleMs', this.registers.history.timed ? late : []),
    }
  }
}

/** Whether the last value alone was read, by the order of the events. */
const linearizable = (clusters: Clusters): boolean =>
  new Zones(clusters, (position) => position).atomic(0)

const verdictOf = (
  anomalies: readonly Anomaly[],
  reason: string | undefined,
  stats: Stats,
): Verdict => {
  const [first, ...rest] = anomalies
  if (first !== undefined) return { valid: false, anomalies: [first, ...rest], stats }
  return reason === undefined ? { valid: true, stats } : { valid: 'unknown', reason, stats }
}
