/**
 * One server of a Raft group, whatever the group replicates (Ongaro and Ousterhout, "In Search of an Understandable
 * Consensus Algorithm", 2014): elections, and what a follower does with the log and the snapshots that it gets. What
 * a leader does is in leader.ts, who belongs to the group in membership.ts, how several groups share one node in
 * groups.ts. Section and figure numbers are the paper's.
 */
import type { Body, Message, World } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'
import { Founding } from './founding.ts'
import { Leader, type Server } from './leader.ts'
import { type Entry, Log } from './log.ts'
import type { Lending, Listener, StateMachine, Waiting } from './machine.ts'
import { type Change, type Configuration, isMajority, isVoter } from './membership.ts'
import type { AppendEntries, InstallSnapshot } from './messages.ts'
import type { RaftOptions } from './options.ts'

export class RaftNode<Command, Result> implements Server<Command> {
  readonly log: Log<Command>
  /** Who this is among all servers that ever had its name. */
  readonly identity: string
  term: number
  committed: number
  applied: number
  private votedFor: string | null
  /** Who leads, as far as it has heard. */
  known: string | null = null
  /** Whether a leader was heard within the shortest election time-out. */
  private hears = false
  private votes = new Set<string>()
  private role: 'follower' | 'candidate' | Leader<Command, Result> = 'follower'
  private readonly founding: Founding | undefined
  private cancelTimer = (): void => {}

  constructor(
    readonly world: World,
    private readonly machine: StateMachine<Command, Result>,
    private readonly options: RaftOptions,
    private readonly listener: Listener = {},
  ) {
    const kept = world.storage.get('vote') as { term: number; votedFor: string | null } | undefined
    this.term = kept?.term ?? 0
    this.votedFor = kept?.votedFor ?? null
    this.log = new Log<Command>(world.storage)
    if (this.log.base.index > 0) machine.restore(this.log.base.state)
    this.committed = this.log.base.index
    this.applied = this.log.base.index
    this.identity = (world.storage.get('identity') as string | undefined) ?? this.named()
    this.awaitLeader()
    if (this.isBlank() && world.self === world.nodes[0])
      this.founding = new Founding(
        world,
        () => this.isBlank(),
        (others) => this.found(others),
      )
  }

  /** What another server of the group says. */
  receive(message: Message): void {
    const { body, src } = message
    // Meant for somebody who had this name before.
    if (body.to !== undefined && body.to !== this.identity) return
    if (body.type === 'request_vote' && !this.mayVote(body)) return
    if (typeof body.term === 'number' && body.term > this.term) this.follow(body.term, null)
    if (body.type === 'request_vote') this.vote(src, body)
    else if (body.type === 'request_vote_ok') this.count(src, body)
    else if (body.type === 'append_entries') this.accept(src, body)
    else if (body.type === 'append_entries_ok') this.leader?.stored(src, body)
    else if (body.type === 'install_snapshot') this.install(src, body)
    else if (body.type === 'greet') this.answerGreeting(src)
    else if (body.type === 'greet_ok') this.greeted(message)
    else if (body.type === 'timeout_now' && body.term === this.term) this.stand(this.term)
  }

  get leads(): boolean {
    return this.leader !== undefined
  }

  get lending(): Lending | undefined {
    return this.listener.lending
  }

  get configuration(): Configuration {
    return this.log.configuration
  }

  /** Replicates a command. @returns false, and does nothing, when it does not lead */
  propose(command: Command, waiting: Waiting<Result>): boolean {
    this.leader?.propose(command, waiting)
    return this.leads
  }

  /** Calls back when it led after this moment, with all carried out that was committed at it. @returns as `propose` */
  confirm(waiting: Waiting<void>): boolean {
    this.leader?.confirm(waiting)
    return this.leads
  }

  /** Changes who belongs to the group. @returns false, and does nothing, when it does not lead or that cannot be now */
  change(change: Change, waiting: Waiting<void>): boolean {
    return this.leader?.change(change, waiting) ?? false
  }

  has = (bug: Bug): boolean => this.options.bug === bug

  /** Whether another server is there and has all of the log of this one, which leads. */
  isUpToDate(name: string): boolean {
    return this.leader?.isUpToDate(name) === true
  }

  /** Leads no more, gives its votes back, and lets another stand at once (dissertation, section 3.10). */
  abdicate(heir: string): void {
    const to = this.configuration.voters[heir]
    if (!this.leads || to === undefined) return
    this.world.send(heir, { type: 'timeout_now', to, term: this.term })
    this.follow(this.term, null)
  }

  // ------------------------------------------------------------ how it begins

  private isBlank(): boolean {
    return this.log.lastIndex === 0
  }

  private named(): string {
    const identity = Math.floor(this.world.random() * 2 ** 48).toString(16)
    this.world.storage.put('identity', identity)
    return identity
  }

  /** The first configuration is the first entry of the founder's log (dissertation, section 4.4). */
  private found(others: Readonly<Record<string, string>>): void {
    const voters = { ...others, [this.world.self]: this.identity }
    const configuration = { voters, learners: [] }
    this.log.append({ term: this.term + 1, request: null, configuration })
    this.stand()
  }

  private answerGreeting(src: string): void {
    const { identity } = this
    this.world.storage.sync(() =>
      this.world.send(src, { type: 'greet_ok', identity, blank: this.isBlank() }),
    )
  }

  private greeted(message: Message): void {
    this.founding?.hear(message)
    this.leader?.greeted(message.src, message.body)
  }

  // ------------------------------------------------------------ elections (section 5.2)

  private get leader(): Leader<Command, Result> | undefined {
    return this.role instanceof Leader ? this.role : undefined
  }

  private follow(term: number, leader: string | null): void {
    if (term > this.term) {
      this.term = term
      this.votedFor = null
      this.keepVote()
    }
    const before = this.leader
    this.role = 'follower'
    before?.end()
    this.known = leader
    this.hears = leader !== null
    this.awaitLeader()
    if (before !== undefined) this.listener.ended?.(before.term)
  }

  /** Waits for the shortest election time-out, and then for a part of it that is drawn. */
  private awaitLeader(): void {
    this.cancelTimer()
    const { electionMs } = this.options
    this.cancelTimer = this.world.after(electionMs, () => {
      this.hears = false
      const ms = this.world.random() * electionMs
      this.cancelTimer = this.world.after(ms, () => this.stand())
    })
  }

  /**
   * Where there is a leader nobody else is needed: servers that were removed and do not know it would disturb
   * those that belong to the cluster for ever (dissertation, section 4.2.3).
   */
  private isLed(): boolean {
    return this.hears || this.leader !== undefined
  }

  private mayVote({ givenBack }: Body): boolean {
    const term = givenBack as number | undefined
    return this.lending?.isFree(term) !== false && (!this.isLed() || term !== undefined)
  }

  /**
   * Who does not belong to the cluster leads nobody; but as long as it does not know that its removal is
   * committed it may be needed (dissertation, section 4.2.2).
   */
  private mayLead(): boolean {
    const { configuration, configuredAt } = this.log
    if (isVoter(configuration, this.world.self, this.identity)) return true
    const isNew = this.isBlank() || configuration.learners.includes(this.world.self)
    return !isNew && configuredAt > this.committed
  }

  /** @param givenBack the term whose leader has given back the votes that were lent to it */
  private stand(givenBack?: number): void {
    this.awaitLeader()
    if (!this.mayLead() || this.lending?.isFree(givenBack) === false) return
    this.role = 'candidate'
    this.known = null
    this.term++
    this.votedFor = this.world.self
    this.votes = new Set([this.world.self])
    this.keepVote()
    const { term } = this
    this.world.storage.sync(() => {
      if (this.term !== term || this.role !== 'candidate') return
      const { lastIndex, lastTerm } = this.log
      const given = givenBack === undefined ? {} : { givenBack }
      for (const [name, to] of Object.entries(this.log.configuration.voters))
        if (name !== this.world.self)
          this.world.send(name, { type: 'request_vote', to, term, lastIndex, lastTerm, ...given })
      this.lead()
    })
  }

  private vote(candidate: string, { term, lastIndex, lastTerm }: Body): void {
    const mine = this.log
    const isBehind =
      (lastTerm as number) < mine.lastTerm ||
      (lastTerm === mine.lastTerm && (lastIndex as number) < mine.lastIndex)
    const isFree = this.votedFor === null || this.votedFor === candidate
    const granted =
      term === this.term && this.role === 'follower' && isFree && (!isBehind || this.has('RA6'))
    const answer = { type: 'request_vote_ok', identity: this.identity, granted }
    if (!granted) {
      this.world.send(candidate, { term: this.term, ...answer })
      return
    }
    this.votedFor = candidate
    this.keepVote()
    this.awaitLeader()
    this.world.storage.sync(() => {
      if (this.term === term) this.world.send(candidate, { term, ...answer })
    })
  }

  private count(voter: string, { term, granted, identity }: Body): void {
    if (this.role !== 'candidate' || term !== this.term || granted !== true) return
    if (!isVoter(this.log.configuration, voter, identity)) return
    this.votes.add(voter)
    this.lead()
  }

  /** Leads when a majority has voted for it. */
  private lead(): void {
    if (!isMajority(this.log.configuration, this.votes)) return
    this.cancelTimer()
    this.known = this.world.self
    this.role = new Leader(this)
  }

  // ------------------------------------------------------------ the log of a follower (section 5.3)

  private accept(leader: string, body: Body): void {
    const sent = body as unknown as AppendEntries<Command>
    const { term, round, prevIndex, entries } = sent
    const answer = { type: 'append_entries_ok', identity: this.identity, term: this.term, round }
    if (term < this.term) {
      this.world.send(leader, { ok: false, from: this.log.lastIndex + 1, ...answer })
      return
    }
    this.follow(term, leader)
    this.lending?.lend(term)
    const prevTerm = this.log.termAt(prevIndex)
    if (prevIndex > this.log.base.index && prevTerm !== sent.prevTerm) {
      const from = Math.min(prevIndex, this.log.lastIndex + 1) - (prevTerm === undefined ? 0 : 1)
      this.world.send(leader, { ok: false, from, ...answer })
      return
    }
    this.merge(prevIndex, entries)
    const match = prevIndex + entries.length
    this.commitUpTo(Math.min(sent.committed, match))
    this.whenSafe(() => {
      if (this.term === term) this.world.send(leader, { ok: true, match, ...answer })
    })
  }

  private whenSafe(then: () => void): void {
    if (this.has('RA12')) then()
    else this.world.storage.sync(then)
  }

  /** Takes over the entries that are new, and drops its own from the first that conflicts. */
  private merge(prevIndex: number, entries: readonly Entry<Command>[]): void {
    for (const [place, entry] of entries.entries()) {
      const index = prevIndex + 1 + place
      if (index <= this.log.base.index) continue
      const own = this.log.termAt(index)
      if (own === entry.term) continue
      if (own !== undefined) {
        if (this.has('RA5')) continue
        this.log.truncate(index - 1)
      }
      this.log.append(entry)
    }
  }

  commitUpTo(index: number): void {
    if (index <= this.committed) return
    this.committed = index
    while (this.applied < this.committed) {
      const { request } = this.log.at(++this.applied)!
      const result = request === null ? undefined : this.machine.apply(request)
      this.leader?.carriedOut(this.applied, result)
    }
    this.leader?.answerReads()
    if (this.log.length > this.options.snapshotAfter)
      this.log.compact(this.applied, this.machine.snapshot())
    // A leader that was removed leads until that is committed (dissertation, section 4.2.2).
    if (this.leader !== undefined && !this.mayLead()) this.follow(this.term, null)
  }

  // ------------------------------------------------------------ snapshots (section 7)

  private install(leader: string, body: Body): void {
    const sent = body as unknown as InstallSnapshot
    const { term, round, index, lastTerm, state, configuration, committed } = sent
    const answer = { type: 'append_entries_ok', identity: this.identity, term: this.term, round }
    if (term < this.term) {
      this.world.send(leader, { ok: false, from: this.log.lastIndex + 1, ...answer })
      return
    }
    this.follow(term, leader)
    this.lending?.lend(term)
    if (index > this.committed) {
      const agrees = this.log.termAt(index) === lastTerm
      const rest = agrees ? this.log.from(index + 1, this.log.length) : []
      this.log.replace({ index, term: lastTerm, state, configuration }, rest)
      this.machine.restore(state)
      this.committed = this.has('RA8') ? committed : index
      this.applied = this.committed
    }
    this.world.storage.sync(() => {
      if (this.term === term) this.world.send(leader, { ok: true, match: index, ...answer })
    })
  }

  caughtUp(): void {
    this.listener.leads?.(this.term)
  }

  private keepVote(): void {
    if (this.has('RA1')) return
    const { term, votedFor } = this
    this.world.storage.put('vote', { term, votedFor })
  }
}
