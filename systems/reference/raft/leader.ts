/**
 * What a Raft server does for as long as it leads: replicates its log, finds what is committed, tells those who
 * wait, and changes the membership one server at a time. A new one is made for every term that a server leads in.
 * Section and figure numbers are the Raft paper's; "dissertation" is Ongaro's.
 */
import type { Body, Json, World } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'
import type { Entry, Log } from './log.ts'
import type { Lending, Waiting } from './machine.ts'
import { type Change, type Configuration, changed, isMajority, promoted } from './membership.ts'
import { Reads } from './reads.ts'

const HEARTBEAT_MS = 50
/** How long a read waits for others to be confirmed together with. */
const GATHER_MS = 1
/** Entries a message carries at most. */
const BATCH = 64

/** The server that leads. */
export interface Server<Command> {
  readonly world: World
  readonly log: Log<Command>
  readonly term: number
  readonly identity: string
  readonly committed: number
  readonly applied: number
  readonly lending: Lending | undefined
  has(bug: Bug): boolean
  commitUpTo(index: number): void
  /** It has carried out an entry of its own term, and so all that earlier leaders have committed. */
  caughtUp(): void
}

export class Leader<Command, Result> {
  private readonly next = new Map<string, number>()
  private readonly match = new Map<string, number>()
  /** Learners that have started, with their identities. */
  private readonly learners = new Map<string, string>()
  /** Who waits for an entry to be carried out, by its index. */
  private readonly waiting = new Map<number, Waiting<Result | undefined>>()
  private readonly reads = new Reads()
  /** Whom it last found to get the log, by the configuration then; found anew when a learner starts. */
  private circle: {
    readonly configuration: Configuration | undefined
    readonly others: ReadonlyMap<string, string>
  } = { configuration: undefined, others: new Map() }
  /** Where the log ended at the last heartbeat: a learner that has so much has caught up. */
  private endAtBeat = 0
  private isCaughtUp = false
  private isOver = false
  private cancelBeat = (): void => {}

  readonly term: number

  constructor(private readonly server: Server<Command>) {
    this.term = server.term
    server.world.log(`leads in term ${server.term}`)
    // An entry of its own term, so that it learns what is committed (section 8).
    if (!server.has('RA2')) this.append({ request: null })
    this.beat()
  }

  /** Leads no more: what others wait for is not decided here. */
  end(): void {
    this.isOver = true
    this.cancelBeat()
    const reads = this.reads.all().map(({ waiting }) => waiting)
    for (const waiting of [...this.waiting.values(), ...reads]) waiting.lost()
  }

  // ------------------------------------------------------------ replication (section 5.3)

  /** Heartbeats, for as long as it leads. */
  private beat(): void {
    if (this.isOver) return
    this.cancelBeat()
    const { world, log } = this.server
    this.reads.round++
    this.server.lending?.lend(this.term)
    this.server.lending?.asks(this.reads.round)
    this.endAtBeat = log.lastIndex
    for (const name of log.configuration.learners) world.send(name, { type: 'greet' })
    this.replicateAll()
    this.answerReads()
    this.cancelBeat = world.after(HEARTBEAT_MS, () => this.beat())
  }

  private append(entry: Omit<Entry<Command>, 'term'>): number {
    const { world, log, term } = this.server
    const index = log.append({ term, ...entry })
    world.storage.sync(() => {
      if (this.isOver) return
      this.match.set(world.self, Math.max(index, this.matchOf(world.self)))
      this.commit()
    })
    return index
  }

  private replicateAll(): void {
    for (const name of this.others().keys()) this.replicate(name)
  }

  private replicate(name: string): void {
    const { world, log, term, committed, has } = this.server
    const next = this.nextOf(name)
    const { round } = this.reads
    const to = this.others().get(name)!
    if (next <= log.base.index) {
      const { index, term: lastTerm, state } = log.base
      const configuration = log.base.configuration as unknown as Json
      const snapshot = { round, index, lastTerm, state, configuration, committed }
      world.send(name, { type: 'install_snapshot', to, term, ...snapshot })
      return
    }
    const entries = log.from(next, BATCH)
    world.send(name, {
      type: 'append_entries',
      to,
      term,
      round,
      prevIndex: next - 1,
      prevTerm: log.termAt(next - 1)!,
      entries: entries as unknown as Json,
      committed,
    })
    if (!has('RA7')) return
    this.match.set(name, next - 1 + entries.length)
    this.commit()
  }

  /** A server has answered what was sent to it. */
  stored(name: string, body: Body): void {
    const { log, term } = this.server
    if (body.term !== term || body.identity !== this.others().get(name)) return
    if (name in log.configuration.voters) this.reads.heard(name, body.round as number)
    this.server.lending?.granted(this.reads.confirmed(this.confirms))
    if (body.ok === true) {
      const match = Math.max(body.match as number, this.matchOf(name))
      this.match.set(name, match)
      this.next.set(name, Math.max(this.nextOf(name), match + 1))
      this.commit()
      this.promote(name)
      if (this.nextOf(name) <= log.lastIndex) this.replicate(name)
    } else {
      this.next.set(name, Math.max(1, Math.min(body.from as number, this.nextOf(name) - 1)))
      this.replicate(name)
    }
    this.answerReads()
  }

  // ------------------------------------------------------------ commitment (sections 5.3 and 5.4)

  private commit(): void {
    if (this.isOver) return
    const { log, term, committed, has } = this.server
    const stored = Object.keys(log.configuration.voters)
      .map((name) => this.matchOf(name))
      .sort((a, b) => b - a)
    const index = stored[Math.floor(stored.length / 2)]!
    if (has('RA11') && log.termAt(committed + 1) !== term) return
    // An entry of an earlier term is committed only along with one of our own (figure 8).
    if (log.termAt(index) === term || has('RA2')) this.server.commitUpTo(index)
  }

  /** The entry at an index is carried out; `undefined`: there was nothing to carry out. */
  carriedOut(index: number, result: Result | undefined): void {
    const waiting = this.waiting.get(index)
    this.waiting.delete(index)
    waiting?.done(result)
    if (!this.isCaughtUp && this.server.log.termAt(index) === this.server.term) {
      this.isCaughtUp = true
      this.server.caughtUp()
    }
  }

  /** Before an entry of its own term is committed a leader may not know all that is. */
  private knowsCommitted(): boolean {
    const { log, term, committed } = this.server
    return log.termAt(committed) === term
  }

  // ------------------------------------------------------------ clients (section 8)

  /** Replicates a command. */
  propose(command: Command, waiting: Waiting<Result>): void {
    const index = this.append({ request: command })
    this.waiting.set(index, waiting as Waiting<Result | undefined>)
    this.replicateAll()
  }

  /** Waits until a majority has said that this server still leads, and all is carried out that was committed before. */
  confirm(waiting: Waiting<void>): void {
    const { world, committed } = this.server
    // Those that come together share one round.
    if (this.reads.add(waiting, committed)) world.after(GATHER_MS, () => this.beat())
  }

  answerReads(): void {
    const { applied, has } = this.server
    if (this.isOver || !(this.knowsCommitted() || has('RA2'))) return
    for (const { waiting } of this.reads.safe(this.confirms, applied)) waiting.done()
  }

  private readonly confirms = (others: readonly string[]): boolean =>
    isMajority(this.server.log.configuration, [this.server.world.self, ...others])

  /** Whether a voter is there and has all of the log. */
  isUpToDate(name: string): boolean {
    return this.reads.isPresent(name) && this.matchOf(name) === this.server.log.lastIndex
  }

  // ------------------------------------------------------------ membership (dissertation, chapter 4)

  /**
   * Adds a server, which catches up and then counts, or removes one. @returns false when that cannot be now: a
   * change is under way, or nobody would be left
   */
  change(change: Change, waiting: Waiting<void>): boolean {
    const { log } = this.server
    const configuration = changed(log.configuration, change)
    if (configuration === log.configuration) waiting.done()
    else if (!this.mayChange() || Object.keys(configuration.voters).length === 0) return false
    else {
      const index = this.append({ request: null, configuration })
      this.waiting.set(index, { done: () => waiting.done(), lost: () => waiting.lost() })
      this.replicateAll()
    }
    return true
  }

  /** One change after another; and only a leader that knows what is committed knows which was the last one. */
  private mayChange(): boolean {
    const { log, committed, has } = this.server
    if (log.configuredAt > committed) return false
    return this.knowsCommitted() || has('RA10')
  }

  /** Somebody who was added has said who it is: with a new identity it begins from nothing. */
  greeted(name: string, { identity, blank }: Body): void {
    const { configuration } = this.server.log
    if (!configuration.learners.includes(name) || blank !== true) return
    if (this.learners.get(name) === identity) return
    this.learners.set(name, identity as string)
    this.circle = { ...this.circle, configuration: undefined }
    this.next.set(name, 1)
    this.match.set(name, 0)
    this.replicate(name)
  }

  /** A learner that has all that was there one heartbeat ago holds nobody up: from now on it counts. */
  private promote(name: string): void {
    const { log } = this.server
    const identity = this.learners.get(name)
    const isLearner = log.configuration.learners.includes(name)
    if (identity === undefined || !isLearner || !this.mayChange()) return
    if (this.matchOf(name) < this.endAtBeat) return
    this.append({ request: null, configuration: promoted(log.configuration, name, identity) })
    this.replicateAll()
  }

  /** Who gets the log, with their identities: the other voters, and learners that have started. */
  private others(): ReadonlyMap<string, string> {
    const { world, log } = this.server
    const { configuration } = log
    if (this.circle.configuration === configuration) return this.circle.others
    const { voters, learners } = configuration
    const known = learners.flatMap((name) => {
      const identity = this.learners.get(name)
      return identity === undefined ? [] : [[name, identity] as const]
    })
    const all = [...Object.entries(voters), ...known].filter(([name]) => name !== world.self)
    const others = new Map(all)
    this.circle = { configuration, others }
    return others
  }

  private nextOf(name: string): number {
    return this.next.get(name) ?? this.server.log.lastIndex + 1
  }

  private matchOf(name: string): number {
    return this.match.get(name) ?? 0
  }
}
