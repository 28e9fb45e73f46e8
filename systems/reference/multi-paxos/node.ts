/**
 * A node of Multi-Paxos: acceptor, learner and proposer in one (Lamport, "Paxos Made Simple", 2001, section 3).
 * The proposer that leads does phase 1 once, for all slots, and then only phase 2. Who hears of no leader for a
 * while stands with a higher ballot; that two do so at once is a matter of progress, and never of safety.
 * Reads have slots of their own, as writes have. A node sends to itself what it sends to all.
 */
import type { Body, Message, Program, World } from '../../../harness/api.ts'
import { done, giveUp, reply, sendOn } from '../replies.ts'
import type { Request, Result } from '../store.ts'
import { Acceptor } from './acceptor.ts'
import { type Ballot, compare } from './ballot.ts'
import type { Bug } from './bugs.ts'
import { Learner } from './learner.ts'
import type {
  Accept,
  Accepted,
  Decided,
  Heartbeat,
  Prepare,
  Promised,
  Snapshot,
} from './messages.ts'
import type { PaxosOptions } from './options.ts'
import { Proposer } from './proposer.ts'

const HEARTBEAT_MS = 50
/** Values a message carries at most. */
const BATCH = 64

interface Leader {
  readonly name: string
  readonly ballot: Ballot
}

export class PaxosNode implements Program {
  private readonly acceptor: Acceptor
  private readonly learner: Learner
  private readonly proposer: Proposer
  /** Who leads with which ballot, as far as it knows. */
  private leader: Leader | null = null
  /** The highest round that it has heard of. */
  private round: number
  /** Requests that wait for their slot to be carried out. */
  private readonly waiting = new Map<number, Message>()
  private cancelTimer = (): void => {}

  constructor(
    private readonly world: World,
    private readonly options: PaxosOptions,
  ) {
    const { bug } = options
    this.acceptor = new Acceptor(world.storage, bug)
    this.learner = new Learner(bug, (slot, result) => this.carriedOut(slot, result))
    this.proposer = new Proposer(world.nodes.length, bug)
    if (this.acceptor.snapshot.slot > 0) this.learner.install(this.acceptor.snapshot)
    this.round = this.acceptor.promised.round
    this.awaitLeader()
  }

  receive(message: Message): void {
    const { body, src } = message
    if (body.type === 'prepare') this.prepare(src, body as unknown as Prepare)
    else if (body.type === 'promise') this.promised(src, body as unknown as Promised)
    else if (body.type === 'accept') this.accept(src, body as unknown as Accept)
    else if (body.type === 'accepted') this.accepted(src, body as unknown as Accepted)
    else if (body.type === 'heartbeat') this.hearBeat(src, body as unknown as Heartbeat)
    else if (body.type === 'preempted') this.hearOf(body.ballot as unknown as Ballot)
    else if (body.type === 'learn') this.teach(src, body.first as number)
    else if (body.type === 'decided') this.decided(body as unknown as Decided)
    else if (body.type === 'snapshot') this.install(body.snapshot as unknown as Snapshot)
    else if (body.type === 'request') this.serve(message)
    else if (body.type === 'status') this.tellStatus(message)
  }

  // ------------------------------------------------------------ phase 1

  private awaitLeader(): void {
    this.cancelTimer()
    const { electionMs } = this.options
    const ms = electionMs + this.world.random() * electionMs
    this.cancelTimer = this.world.after(ms, () => this.stand())
  }

  private stand(): void {
    this.leader = null
    const ballot = { round: ++this.round, node: this.has('MP3') ? '' : this.world.self }
    this.proposer.stand(ballot)
    this.awaitLeader()
    this.tellAll({ type: 'prepare', ballot, first: this.learner.applied + 1 })
  }

  private prepare(candidate: string, { ballot, first }: Prepare): void {
    if (!this.follow(ballot, candidate)) return
    this.world.storage.sync(() => {
      if (compare(this.acceptor.promised, ballot) !== 0) return
      const { snapshot } = this.acceptor
      const covers = snapshot.slot >= first && !this.has('MP6')
      this.tell(candidate, {
        type: 'promise',
        ballot,
        accepted: this.acceptor.from(first),
        ...(covers ? { snapshot } : {}),
      })
    })
  }

  /** Promises a ballot and is no leader below it. @returns false when it has promised a higher one */
  private follow(ballot: Ballot, who: string): boolean {
    if (!this.acceptor.promise(ballot)) {
      this.tell(who, { type: 'preempted', ballot: this.acceptor.promised })
      return false
    }
    this.hearOf(ballot)
    if (this.proposer.role === 'follower') this.awaitLeader()
    return true
  }

  /** Somebody uses this ballot, which ends what it does with a lower one. */
  private hearOf(ballot: Ballot): void {
    this.round = Math.max(this.round, ballot.round)
    if (this.proposer.role === 'follower' || compare(ballot, this.proposer.ballot) <= 0) return
    this.proposer.resign()
    this.leader = null
    for (const message of this.waiting.values()) giveUp(this.world, message)
    this.waiting.clear()
    this.awaitLeader()
  }

  private promised(by: string, promise: Promised): void {
    const { proposer } = this
    if (proposer.role !== 'candidate' || compare(promise.ballot, proposer.ballot) !== 0) return
    if (promise.snapshot !== undefined) this.install(promise.snapshot)
    if (!proposer.promised(by, promise)) return
    this.leader = { name: this.world.self, ballot: proposer.ballot }
    this.world.log(`leads with ballot ${proposer.ballot.round}`)
    this.propose(proposer.lead(this.learner.applied))
    this.beat()
  }

  // ------------------------------------------------------------ phase 2

  private propose(proposals: Accept['proposals']): void {
    for (const name of this.world.nodes) this.offer(name, proposals)
  }

  private offer(name: string, proposals: Accept['proposals']): void {
    const { ballot } = this.proposer
    this.tell(name, { type: 'accept', ballot, chosen: this.learner.applied, proposals })
  }

  /** Heartbeats, and again what is not accepted yet, for as long as it leads. */
  private beat(): void {
    this.cancelTimer()
    const { ballot } = this.proposer
    this.tellAll({ type: 'heartbeat', ballot, chosen: this.learner.applied })
    for (const name of this.world.nodes) {
      const proposals = this.proposer.missing(name, BATCH)
      if (proposals.length > 0) this.offer(name, proposals)
    }
    this.cancelTimer = this.world.after(HEARTBEAT_MS, () => this.beat())
  }

  private accept(leader: string, { ballot, chosen, proposals }: Accept): void {
    if (!this.follow(ballot, leader)) return
    for (const [slot, value] of proposals) this.acceptor.accept(slot, { ballot, value })
    this.hearChosen(ballot, chosen)
    const slots = proposals.map(([slot]) => slot)
    const answer = (): void => this.tell(leader, { type: 'accepted', ballot, slots })
    if (this.has('MP5')) answer()
    else this.world.storage.sync(answer)
  }

  private accepted(by: string, { ballot, slots }: Accepted): void {
    const { proposer } = this
    if (proposer.role !== 'leader' || compare(ballot, proposer.ballot) !== 0) return
    for (const slot of slots)
      if (proposer.accepted(slot, by)) this.learner.learn(slot, proposer.close(slot))
    this.compact()
  }

  // ------------------------------------------------------------ learning

  /** All slots up to this one are chosen; in those that it accepted in this ballot, what it accepted. */
  private hearChosen(ballot: Ballot, chosen: number): void {
    for (let slot = this.learner.applied + 1; slot <= chosen; slot++) {
      const proposal = this.acceptor.at(slot)
      if (proposal !== undefined && compare(proposal.ballot, ballot) === 0)
        this.learner.learn(slot, proposal.value)
    }
    this.compact()
  }

  /** What it lacks it asks for: others may have come by it in an earlier ballot. */
  private hearBeat(leader: string, { ballot, chosen }: Heartbeat): void {
    if (!this.follow(ballot, leader)) return
    this.leader = { name: leader, ballot }
    this.hearChosen(ballot, chosen)
    const first = this.learner.applied + 1
    if (first <= chosen) this.tell(leader, { type: 'learn', first })
  }

  private teach(who: string, first: number): void {
    const { snapshot } = this.acceptor
    if (first <= snapshot.slot) this.tell(who, { type: 'snapshot', snapshot })
    else this.tell(who, { type: 'decided', ...this.learner.from(first, BATCH) })
  }

  private decided({ first, values }: Decided): void {
    for (const [place, value] of values.entries()) this.learner.learn(first + place, value)
    this.compact()
  }

  private install(snapshot: Snapshot): void {
    if (snapshot.slot <= this.learner.applied) return
    this.learner.install(snapshot)
    this.acceptor.trim(snapshot)
  }

  private carriedOut(slot: number, result: Result | undefined): void {
    const message = this.waiting.get(slot)
    this.waiting.delete(slot)
    if (message !== undefined && result !== undefined) done(this.world, message, result)
  }

  private compact(): void {
    const { applied } = this.learner
    if (applied - this.acceptor.snapshot.slot <= this.options.snapshotAfter) return
    this.acceptor.trim({ slot: applied, state: this.learner.state() })
    this.learner.forget(applied)
  }

  // ------------------------------------------------------------ clients

  private serve(message: Message): void {
    if (this.proposer.role !== 'leader') {
      sendOn(this.world, message, this.leader?.name)
      return
    }
    const request = message.body.request as unknown as Request
    const slot = this.proposer.propose(request)
    this.waiting.set(slot, message)
    this.propose([[slot, request]])
  }

  private tellStatus(message: Message): void {
    const { leader } = this
    const known = leader === null ? {} : { leader: leader.name, term: termOf(leader.ballot) }
    const leads = this.proposer.role === 'leader'
    reply(this.world, message, { type: 'status_ok', leads, ...known })
  }

  // ------------------------------------------------------------ the rest

  private tell(name: string, body: object): void {
    const { self } = this.world
    if (name === self) this.receive({ src: self, dest: self, body: body as Body })
    else this.world.send(name, body as Body)
  }

  private tellAll(body: object): void {
    for (const name of this.world.nodes) this.tell(name, body)
  }

  private has(bug: Bug): boolean {
    return this.options.bug === bug
  }
}

const termOf = ({ round, node }: Ballot): string => `${round}.${node}`
