/**
 * Several Raft groups on one node, each with its own leader, log and state machine, as the tablets of one server
 * have (Corbett and others, "Spanner", 2012, section 2.1). A group has a world of its own: what it sends carries
 * its name, and what it keeps stands under its name. A sync makes safe what all groups have written.
 */
import type { Message, Storage, World } from '../../../harness/api.ts'
import type { Listener, StateMachine } from './machine.ts'
import { RaftNode } from './node.ts'
import type { RaftOptions } from './options.ts'

/** A group that has a replica on this node. */
export interface Group<Command, Result> {
  readonly name: string
  /** The nodes that have replicas, in an order that all agree on: the first founds the group. */
  readonly nodes: readonly string[]
  readonly machine: StateMachine<Command, Result>
  readonly listener?: Listener
}

export class Groups<Command, Result> {
  private readonly members = new Map<string, RaftNode<Command, Result>>()

  constructor(
    private readonly world: World,
    private readonly options: RaftOptions,
  ) {}

  /** Starts this node's replica of a group, with what the disk holds of it. */
  start({ name, nodes, machine, listener }: Group<Command, Result>): RaftNode<Command, Result> {
    const world = worldOf(this.world, name, nodes)
    const replica = new RaftNode(world, machine, this.options, listener)
    this.members.set(name, replica)
    return replica
  }

  /** Hands a message to its group. @returns whether it was for one */
  receive(message: Message): boolean {
    const { group } = message.body
    if (typeof group !== 'string') return false
    this.members.get(group)?.receive(message)
    return true
  }
}

const worldOf = (world: World, group: string, nodes: readonly string[]): World => ({
  self: world.self,
  nodes,
  storage: storageOf(world.storage, group),
  send: (dest, body) => world.send(dest, { group, ...body }),
  after: (ms, callback) => world.after(ms, callback),
  now: () => world.now(),
  steady: () => world.steady(),
  random: () => world.random(),
  log: (line) => world.log(`${group}: ${line}`),
})

const storageOf = (storage: Storage, group: string): Storage => ({
  get: (name) => storage.get(`${group}/${name}`),
  put: (name, value) => storage.put(`${group}/${name}`, value),
  entries: (log) => storage.entries(`${group}/${log}`),
  append: (log, record) => storage.append(`${group}/${log}`, record),
  truncate: (log, length) => storage.truncate(`${group}/${log}`, length),
  sync: (then) => storage.sync(then),
})
