/**
 * TrueTime (Corbett and others, "Spanner", OSDI 2012, section 3): a reading is an interval that certainly contains
 * the absolute time of its moment.
 *
 * Two clocks are behind it. The machine's own clock is what stamps are read from; it may jump and drift. The time
 * line is what the time masters know: bounds for the absolute time, got from the other servers (time-daemon.ts) and
 * carried on by the steady clock of this server, whose frequency is wrong by 200 parts per million at most. A reading
 * spans both: it contains what the line says, and so the absolute time, whatever the machine's clock shows, and it is as
 * much wider as the machine's clock is wrong. That is how the uncertainty is derived and not assumed. The daemon sets
 * the machine's clock right again and again; a server whose uncertainty is too large for anybody to wait it out has no
 * time, and takes part in nothing that needs one, as the masters of the paper evict themselves.
 *
 * What this rests on: steady clocks (CLOCK_MONOTONIC) that are not set, and go right within that bound. Wall clocks
 * may show anything.
 *
 * A server uses no time that lies beyond a limit which is safe on its disk, so that when all servers have lost the time
 * line at once, another one can begin after all that were ever read.
 */
import type { World } from '../../../harness/api.ts'

/** Bounds for the absolute time, ms. */
export interface Interval {
  readonly earliest: number
  readonly latest: number
}

export interface TimeOptions {
  /** The largest uncertainty that a server takes part with, ms. */
  readonly mostMs: number
  /** What is assumed of the machine's clock, ms, where nobody looks at how wrong it is. */
  readonly assumedMs?: number
}

/** How far a steady clock may go wrong: 200 parts per million (section 3). */
const DRIFT = 200e-6
/** How far ahead the limit is set, ms; and when it is set anew. */
const LIMIT_MS = 1000
const RENEW_MS = 500

export class TrueTime {
  /** What the masters said, and when by the steady clock. */
  private line: (Interval & { readonly at: number }) | undefined
  /** What is added to the machine's clock to set it right. */
  private correction = 0
  private safeLimit: number
  private wantedLimit: number

  constructor(
    private readonly world: World,
    private readonly options: TimeOptions,
  ) {
    this.safeLimit = (world.storage.get('time-limit') as number | undefined) ?? 0
    this.wantedLimit = this.safeLimit
  }

  /** TT.now(); undefined while the server has no time. */
  now(): Interval | undefined {
    const interval = this.read()
    if (interval === undefined) return undefined
    if (interval.latest - interval.earliest > this.options.mostMs) return undefined
    this.reserve(interval.latest)
    return interval.latest < this.safeLimit ? interval : undefined
  }

  /** TT.after(t): true when t has certainly passed. */
  after(t: number): boolean {
    const now = this.now()
    return now !== undefined && now.earliest > t
  }

  /** TT.before(t): true when t has certainly not arrived. */
  before(t: number): boolean {
    const now = this.now()
    return now !== undefined && now.latest < t
  }

  /** What the time masters know at this moment; undefined when nothing is known. */
  bounds(): Interval | undefined {
    if (this.line === undefined) return undefined
    const { earliest, latest, at } = this.line
    const passed = this.world.steady() - at
    return { earliest: earliest + passed * (1 - DRIFT), latest: latest + passed * (1 + DRIFT) }
  }

  /** No time of this server lies beyond it. */
  get limit(): number {
    return this.wantedLimit
  }

  /** Another server's bounds, asked for so many ms ago. Both hold, so what is common to both does. */
  learn({ earliest, latest }: Interval, askedMsAgo: number): void {
    const own = this.bounds()
    const theirs = { earliest, latest: latest + askedMsAgo * (1 + DRIFT) }
    const common = {
      earliest: Math.max(theirs.earliest, own?.earliest ?? theirs.earliest),
      latest: Math.min(theirs.latest, own?.latest ?? theirs.latest),
    }
    // One of two that contradict each other has left its bounds: it is not known which.
    if (common.earliest > common.latest) this.line = undefined
    else this.setLine(common)
  }

  /** Begins the time line: it is what this server's steady clock shows from now on. */
  found(time: number): void {
    this.setLine({ earliest: time, latest: time })
  }

  /** What the machine's clock shows now, as the daemon has set it. */
  private get machine(): number {
    return this.world.now() + this.correction
  }

  private setLine(line: Interval): void {
    this.line = { ...line, at: this.world.steady() }
    this.correction = (line.earliest + line.latest) / 2 - this.world.now()
    this.reserve(line.latest)
  }

  private read(): Interval | undefined {
    const bounds = this.bounds()
    const { machine } = this
    const { assumedMs } = this.options
    if (bounds === undefined) return undefined
    if (assumedMs !== undefined)
      return { earliest: machine - assumedMs, latest: machine + assumedMs }
    return {
      earliest: Math.min(bounds.earliest, machine),
      latest: Math.max(bounds.latest, machine),
    }
  }

  /** Keeps on disk that times up to a while after this one may be used. */
  private reserve(time: number): void {
    if (time + RENEW_MS <= this.wantedLimit) return
    const limit = time + LIMIT_MS
    this.wantedLimit = limit
    this.world.storage.put('time-limit', limit)
    this.world.storage.sync(() => {
      this.safeLimit = Math.max(this.safeLimit, limit)
    })
  }
}
