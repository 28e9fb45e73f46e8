/**
 * State machine replication as Lamport first described it ("Time, Clocks, and the Ordering of Events in a Distributed
 * System", 1978): every node carries all requests out, in the total order of their times. A node gives each
 * request of its clients the time of its clock and sends it to all others. A request is carried out when it
 * is the first of those that are known and every node has acknowledged it: who has acknowledged it has moved its
 * clock past it, so nothing earlier can come any more. The paper's mutual exclusion is one use of it: the
 * state is the queue of those who want the resource.
 *
 * There is no majority: while one node is away everybody waits for it. A node that comes back has its clock, its
 * requests and the others' on its disk, and acts on nothing that it could forget. One that lost its disk
 * can not come back: nobody else knows which times it gave.
 */
import type { Message, Program, World } from '../../../harness/api.ts'
import { LockLeases } from '../lock-leases.ts'
import { Machine, type MachineRequest } from '../machine.ts'
import { done, reply } from '../replies.ts'
import type { Result } from '../store.ts'
import type { Bug } from './bugs.ts'
import { Channels } from './channels.ts'
import { isBefore, LamportClock, type Timestamp } from './clock.ts'
import { type Counts, Requests } from './requests.ts'

export interface LamportOptions {
  readonly bug: Bug | 'none'
  /** Requests carried out before a state takes their place. */
  readonly snapshotAfter: number
}

export class LamportNode implements Program {
  private readonly clock: LamportClock
  private readonly machine = new Machine()
  private readonly requests: Requests
  private readonly channels: Channels
  private readonly leases: LockLeases
  /** Clients that wait for a request of this node, by its number among them. */
  private readonly waiting = new Map<number, Message>()

  constructor(
    private readonly world: World,
    private readonly options: LamportOptions,
  ) {
    const { storage, nodes } = world
    this.clock = new LamportClock(storage, options.bug)
    this.requests = new Requests(storage, nodes, this.machine.snapshot())
    this.machine.restore(this.requests.state)
    this.channels = new Channels(world, this.requests, options.bug)
    this.leases = new LockLeases(world, this.machine, (request) => this.make(request))
    this.leases.look()
    this.secure()
  }

  receive(message: Message): void {
    const { body } = message
    if (body.type === 'request') this.make(body.request as unknown as MachineRequest, message)
    else if (body.type === 'requests') this.take(message)
    else if (body.type === 'status') {
      const behind = this.first() === undefined ? 0 : 1
      reply(this.world, message, { type: 'status_ok', behind })
    }
  }

  /** Gives a request its place in the order (rule 1 of the paper's algorithm). */
  private make(request: MachineRequest, client?: Message): void {
    const { self } = this.world
    const nth = this.requests.append({ time: this.clock.tick(), node: self, request })
    if (client !== undefined) this.waiting.set(nth, client)
    this.secure()
  }

  /** Puts the others' requests into the queue, and acknowledges them (rule 2). */
  private take(message: Message): void {
    const fresh = this.channels.receive(message)
    for (const stamped of fresh) {
      this.clock.witness(stamped.time)
      this.requests.append(stamped)
    }
    if (fresh.length > 0) this.secure()
    this.carryOut()
  }

  /** Only what it cannot forget any more does a node send or acknowledge. */
  private secure(): void {
    const counts: Counts = this.requests.counts()
    this.world.storage.sync(() => {
      this.channels.secured(counts)
      this.carryOut()
    })
  }

  /** Carries out what is first in the order and acknowledged by all (rule 5). */
  private carryOut(): void {
    const { self } = this.world
    for (let next = this.first(); next !== undefined; next = this.first()) {
      const { stamped, nth } = next
      const isOwn = stamped.node === self
      const isHasty = isOwn && this.has('LC1')
      if (!isHasty && !this.channels.isAcknowledged(stamped.node, nth)) break
      const result = this.machine.apply(stamped.request)
      this.requests.carriedOut(stamped.node)
      this.leases.look()
      if (isOwn) this.answer(nth, result)
    }
    const isSent = this.channels.isAcknowledged(self, this.requests.done(self))
    // A state stands only for what nobody has to be sent any more.
    if (this.requests.sinceState > this.options.snapshotAfter && isSent)
      this.requests.compact(this.machine.snapshot())
  }

  private answer(nth: number, result: Result): void {
    const client = this.waiting.get(nth)
    this.waiting.delete(nth)
    if (client !== undefined) done(this.world, client, result)
  }

  private first() {
    return this.requests.first((a, b) => this.isBefore(a, b))
  }

  private isBefore(a: Timestamp, b: Timestamp): boolean {
    if (this.has('LC3') && a.time === b.time) return a.node === this.world.self
    return isBefore(a, b)
  }

  private has(bug: Bug): boolean {
    return this.options.bug === bug
  }
}
