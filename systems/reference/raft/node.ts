/**
 * Raft (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", 2014): elections, log
 * replication, commitment, snapshots; reads by asking a majority whether we still lead (Ongaro's
 * dissertation, section 6.4). Section and figure numbers are the paper's.
 */
import {
  type Body,
  type Json,
  type Message,
  type Program,
  refusal,
  type World,
} from '../../../harness/api.ts'
import { type Request, type Result, Store } from '../store.ts'
import type { Bug } from './bugs.ts'
import { type Entry, Log } from './log.ts'
import type { AppendEntries, InstallSnapshot } from './messages.ts'
import type { RaftOptions } from './options.ts'
import { Reads } from './reads.ts'

const HEARTBEAT_MS = 50
/** How long a read waits for others to be confirmed together with. */
const GATHER_MS = 1
/** Entries a message carries at most. */
const BATCH = 64

export class RaftNode implements Program {
  private role: 'follower' | 'candidate' | 'leader' = 'follower'
  private term: number
  private votedFor: string | null
  private leader: string | null = null
  private readonly log: Log
  private readonly store = new Store()
  private committed: number
  private applied: number
  private votes = new Set<string>()
  private next = new Map<string, number>()
  private match = new Map<string, number>()
  /** Requests that wait for their entry to be carried out, by its index. */
  private readonly writes = new Map<number, Message>()
  private readonly reads = new Reads()
  private cancelTimer = (): void => {}

  constructor(
    private readonly world: World,
    private readonly options: RaftOptions,
  ) {
    const kept = world.storage.get('vote') as { term: number; votedFor: string | null } | undefined
    this.term = kept?.term ?? 0
    this.votedFor = kept?.votedFor ?? null
    this.log = new Log(world.storage)
    if (this.log.base.index > 0) this.store.restore(this.log.base.state)
    this.committed = this.log.base.index
    this.applied = this.log.base.index
    this.awaitLeader()
  }

  receive(message: Message): void {
    const { body, src } = message
    if (typeof body.term === 'number' && body.term > this.term) this.follow(body.term, null)
    const { role, term } = this
    if (body.type === 'request_vote') this.vote(src, body)
    else if (body.type === 'request_vote_ok') this.count(src, body)
    else if (body.type === 'append_entries') this.accept(src, body)
    else if (body.type === 'append_entries_ok') this.stored(src, body)
    else if (body.type === 'install_snapshot') this.install(src, body)
    else if (body.type === 'request') this.serve(message)
    else if (body.type === 'status')
      this.answer(message, { type: 'status_ok', leads: role === 'leader', term })
  }

  // ------------------------------------------------------------ elections (section 5.2)

  private follow(term: number, leader: string | null): void {
    if (term > this.term) {
      this.term = term
      this.votedFor = null
      this.keepVote()
    }
    if (this.role === 'leader') this.giveUp()
    this.role = 'follower'
    this.leader = leader
    this.awaitLeader()
  }

  private awaitLeader(): void {
    this.cancelTimer()
    const { electionMs } = this.options
    const ms = electionMs + this.world.random() * electionMs
    this.cancelTimer = this.world.after(ms, () => this.stand())
  }

  private stand(): void {
    this.role = 'candidate'
    this.leader = null
    this.term++
    this.votedFor = this.world.self
    this.votes = new Set([this.world.self])
    this.keepVote()
    this.awaitLeader()
    const { term } = this
    this.world.storage.sync(() => {
      if (this.term !== term || this.role !== 'candidate') return
      const { lastIndex, lastTerm } = this.log
      this.toOthers({ type: 'request_vote', term, lastIndex, lastTerm })
      if (this.isMajority(this.votes.size)) this.lead()
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
    if (!granted) {
      this.world.send(candidate, { type: 'request_vote_ok', term: this.term, granted })
      return
    }
    this.votedFor = candidate
    this.keepVote()
    this.awaitLeader()
    this.world.storage.sync(() => {
      if (this.term === term) this.world.send(candidate, { type: 'request_vote_ok', term, granted })
    })
  }

  private count(voter: string, { term, granted }: Body): void {
    if (this.role !== 'candidate' || term !== this.term || granted !== true) return
    this.votes.add(voter)
    if (this.isMajority(this.votes.size)) this.lead()
  }

  private lead(): void {
    this.role = 'leader'
    this.leader = this.world.self
    this.world.log(`leads in term ${this.term}`)
    this.next = new Map(this.others().map((name) => [name, this.log.lastIndex + 1]))
    this.match = new Map(this.world.nodes.map((name) => [name, 0]))
    // An entry of its own term, so that it learns what is committed (section 8).
    if (!this.has('RA2')) this.append(null)
    this.beat()
  }

  /** Heartbeats, for as long as it leads. */
  private beat(): void {
    this.cancelTimer()
    this.reads.round++
    for (const name of this.others()) this.replicate(name)
    this.cancelTimer = this.world.after(HEARTBEAT_MS, () => this.beat())
  }

  /** What clients wait for is not decided by this node any more. */
  private giveUp(): void {
    const waiting = [...this.writes.values(), ...this.reads.clear().map(({ message }) => message)]
    for (const message of waiting)
      this.world.send(message.src, refusal(message, 'timeout', 'no leader any more'))
    this.writes.clear()
  }

  // ------------------------------------------------------------ replication (section 5.3)

  private append(request: Request | null): number {
    const { term } = this
    const index = this.log.append({ term, request })
    this.world.storage.sync(() => {
      if (this.term !== term || this.role !== 'leader') return
      this.match.set(this.world.self, Math.max(index, this.match.get(this.world.self)!))
      this.commit()
    })
    return index
  }

  private replicate(name: string): void {
    const next = this.next.get(name)!
    const { term, committed } = this
    const { round } = this.reads
    if (next <= this.log.base.index) {
      const { index, term: lastTerm, state } = this.log.base
      this.world.send(name, { type: 'install_snapshot', term, round, index, lastTerm, state })
      return
    }
    const entries = this.log.from(next, BATCH)
    this.world.send(name, {
      type: 'append_entries',
      term,
      round,
      prevIndex: next - 1,
      prevTerm: this.log.termAt(next - 1)!,
      entries: entries as unknown as Json,
      committed,
    })
    if (this.has('RA7')) {
      this.match.set(name, next - 1 + entries.length)
      this.commit()
    }
  }

  private accept(leader: string, body: Body): void {
    const sent = body as unknown as AppendEntries
    const { term, round, prevIndex, entries } = sent
    const reply = { type: 'append_entries_ok', term: this.term, round }
    if (term < this.term) {
      this.world.send(leader, { ...reply, ok: false, from: this.log.lastIndex + 1 })
      return
    }
    this.follow(term, leader)
    const prevTerm = this.log.termAt(prevIndex)
    if (prevIndex > this.log.base.index && prevTerm !== sent.prevTerm) {
      const from = Math.min(prevIndex, this.log.lastIndex + 1) - (prevTerm === undefined ? 0 : 1)
      this.world.send(leader, { ...reply, ok: false, from })
      return
    }
    this.merge(prevIndex, entries)
    const last = prevIndex + entries.length
    this.commitUpTo(Math.min(sent.committed, last))
    this.world.storage.sync(() => {
      if (this.term === term) this.world.send(leader, { ...reply, term, ok: true, match: last })
    })
  }

  /** Takes over the entries that are new, and drops its own from the first that conflicts. */
  private merge(prevIndex: number, entries: readonly Entry[]): void {
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

  private stored(name: string, body: Body): void {
    if (this.role !== 'leader' || body.term !== this.term) return
    this.reads.heard(name, body.round as number)
    if (body.ok === true) {
      const match = Math.max(body.match as number, this.match.get(name)!)
      this.match.set(name, match)
      this.next.set(name, Math.max(this.next.get(name)!, match + 1))
      this.commit()
      if (this.next.get(name)! <= this.log.lastIndex) this.replicate(name)
    } else {
      this.next.set(name, Math.max(1, Math.min(body.from as number, this.next.get(name)! - 1)))
      this.replicate(name)
    }
    this.answerReads()
  }

  // ------------------------------------------------------------ commitment (sections 5.3 and 5.4)

  private commit(): void {
    const stored = [...this.match.values()].sort((a, b) => b - a)
    const index = stored[Math.floor(stored.length / 2)]!
    if (this.has('RA11') && this.log.termAt(this.committed + 1) !== this.term) return
    // An entry of an earlier term is committed only along with one of our own (figure 8).
    if (this.log.termAt(index) === this.term || this.has('RA2')) this.commitUpTo(index)
  }

  private commitUpTo(index: number): void {
    if (index <= this.committed) return
    this.committed = index
    while (this.applied < this.committed) {
      const entry = this.log.at(++this.applied)!
      const result = entry.request === null ? undefined : this.store.apply(entry.request)
      const waiting = this.writes.get(this.applied)
      this.writes.delete(this.applied)
      if (waiting !== undefined && result !== undefined) this.done(waiting, result)
    }
    this.answerReads()
    if (this.log.length > this.options.snapshotAfter)
      this.log.compact(this.applied, this.store.snapshot(this.has('RA9') ? 'sessions' : undefined))
  }

  // ------------------------------------------------------------ snapshots (section 7)

  private install(leader: string, body: Body): void {
    const { term, round, index, lastTerm, state } = body as unknown as InstallSnapshot
    const reply = { type: 'append_entries_ok', term: this.term, round }
    if (term < this.term) {
      this.world.send(leader, { ...reply, ok: false, from: this.log.lastIndex + 1 })
      return
    }
    this.follow(term, leader)
    if (index > this.committed) {
      const agrees = this.log.termAt(index) === lastTerm || this.has('RA8')
      const rest = agrees ? this.log.from(index + 1, this.log.length) : []
      this.log.replace({ index, term: lastTerm, state }, rest)
      this.store.restore(state)
      this.committed = index
      this.applied = index
    }
    this.world.storage.sync(() => {
      if (this.term === term) this.world.send(leader, { ...reply, term, ok: true, match: index })
    })
  }

  // ------------------------------------------------------------ clients (section 8)

  private serve(message: Message): void {
    if (this.role !== 'leader') {
      const hint = this.leader === null ? {} : { leader: this.leader }
      const body = refusal(message, 'temporarily-unavailable', 'another node leads')
      this.world.send(message.src, { ...body, ...hint })
      return
    }
    const request = message.body.request as unknown as Request
    if (request.command.f === 'read') this.read(message, request)
    else this.write(message, request)
  }

  private write(message: Message, request: Request): void {
    const index = this.append(request)
    if (this.has('RA4')) this.done(message, this.guess(request))
    else this.writes.set(index, message)
    for (const name of this.others()) this.replicate(name)
  }

  private read(message: Message, request: Request): void {
    if (this.has('RA3')) {
      this.done(message, this.look(request))
      return
    }
    // Reads that come together share one round.
    if (this.reads.add(message, request, this.committed))
      this.world.after(GATHER_MS, () => {
        if (this.role === 'leader') this.beat()
      })
  }

  private answerReads(): void {
    // Before an entry of its own term is committed it may not know all that is.
    const knows = this.log.termAt(this.committed) === this.term || this.has('RA2')
    if (this.role !== 'leader' || !knows) return
    const majority = Math.floor(this.world.nodes.length / 2)
    for (const { message, request } of this.reads.safe(majority, this.applied))
      this.done(message, this.look(request))
  }

  /** What a command would come to if nothing else happened before it. */
  private guess({ command }: Request): Result {
    const value = this.store.read(command.key)
    return command.f === 'cas' ? { value, swapped: value === command.from } : { value }
  }

  private look({ command }: Request): { value: Json } {
    return { value: this.store.read(command.key) }
  }

  private done(message: Message, { value, swapped }: { value: Json; swapped?: boolean }): void {
    this.answer(message, {
      type: 'request_ok',
      value,
      ...(swapped === undefined ? {} : { swapped }),
    })
  }

  private answer({ src, body }: Message, answer: Body): void {
    this.world.send(src, {
      ...answer,
      ...(body.msg_id === undefined ? {} : { in_reply_to: body.msg_id }),
    })
  }

  // ------------------------------------------------------------ the rest

  private keepVote(): void {
    if (this.has('RA1')) return
    const { term, votedFor } = this
    this.world.storage.put('vote', { term, votedFor })
  }

  private others(): readonly string[] {
    return this.world.nodes.filter((name) => name !== this.world.self)
  }

  private toOthers(body: Body): void {
    for (const name of this.others()) this.world.send(name, body)
  }

  private isMajority(count: number): boolean {
    return count > this.world.nodes.length / 2
  }

  private has(bug: Bug): boolean {
    return this.options.bug === bug
  }
}
