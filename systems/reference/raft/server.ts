/**
 * The key-value store that the Raft system replicates, and its clients: writes are commands, reads ask the leader
 * (Raft, section 8).
 */
import {
  type Body,
  type Json,
  type Message,
  type Program,
  refusal,
  type World,
} from '../../../harness/api.ts'
import { done, giveUp, reply, sendOn } from '../replies.ts'
import { type Request, type Result, Store } from '../store.ts'
import type { Bug } from './bugs.ts'
import type { Waiting } from './machine.ts'
import type { Change } from './membership.ts'
import { RaftNode } from './node.ts'
import type { RaftOptions } from './options.ts'

export class RaftServer implements Program {
  private readonly store = new Store()
  private readonly raft: RaftNode<Request, Result>

  constructor(
    private readonly world: World,
    private readonly options: RaftOptions,
  ) {
    const { store } = this
    const machine = {
      apply: (request: Request) => store.apply(request),
      snapshot: () => store.snapshot(this.has('RA9') ? 'sessions' : undefined),
      restore: (snapshot: Json) => store.restore(snapshot),
    }
    this.raft = new RaftNode(world, machine, options)
  }

  receive(message: Message): void {
    const { type } = message.body
    if (type === 'request') this.serve(message)
    else if (type === 'change') this.change(message)
    else if (type === 'members' || type === 'status') this.tell(message)
    else this.raft.receive(message)
  }

  private has(bug: Bug): boolean {
    return this.options.bug === bug
  }

  private serve(message: Message): void {
    const request = message.body.request as unknown as Request
    if (!this.raft.leads) sendOn(this.world, message, this.raft.known)
    else if (request.command.f === 'read') this.read(message, request)
    else this.write(message, request)
  }

  private write(message: Message, request: Request): void {
    if (this.has('RA4')) {
      done(this.world, message, this.guess(request))
      this.raft.propose(request, { done: () => {}, lost: () => {} })
    } else
      this.raft.propose(
        request,
        this.waiting(message, (result) => result),
      )
  }

  private read(message: Message, request: Request): void {
    if (this.has('RA3')) done(this.world, message, this.look(request))
    else this.raft.confirm(this.waiting(message, () => this.look(request)))
  }

  /** What a command would come to if nothing else happened before it. */
  private guess({ command }: Request): Result {
    const value = this.store.read(command.key)
    return command.f === 'cas' ? { value, swapped: value === command.from } : { value }
  }

  private look({ command }: Request): Result {
    return { value: this.store.read(command.key) }
  }

  private change(message: Message): void {
    const { world, raft } = this
    const waiting = this.waiting(message, () => ({ value: null }))
    if (!raft.leads) sendOn(world, message, raft.known)
    else if (!raft.change(message.body as unknown as Change, waiting)) {
      const text = 'a change is under way, or nobody would be left'
      world.send(message.src, refusal(message, 'temporarily-unavailable', text))
    }
  }

  /** A client that is answered when what it asked for has come to something. */
  private waiting<R>(message: Message, resultOf: (come: R) => Result): Waiting<R> {
    return {
      done: (come) => done(this.world, message, resultOf(come)),
      lost: () => giveUp(this.world, message),
    }
  }

  /** What it is, and whom it takes for members. */
  private tell(message: Message): void {
    const { configuration, leads, term } = this.raft
    const { voters, learners } = configuration
    const told: Body =
      message.body.type === 'members'
        ? { type: 'members_ok', voters: voters as Json, learners }
        : { type: 'status_ok', leads, term }
    reply(this.world, message, told)
  }
}
