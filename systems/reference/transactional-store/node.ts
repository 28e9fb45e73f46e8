/**
 * A node of the store: coordinates the transactions of its clients, and serves the shards that it has. Without replication each
 * node has a shard of its own, on its own disk; with it every shard is a Raft group of all nodes, and whoever leads it serves it.
 */
import type { Message, Program, World } from '../../../harness/api.ts'
import { Groups } from '../raft/groups.ts'
import { reply } from '../replies.ts'
import type { Bug } from './bugs.ts'
import { Calls } from './calls.ts'
import type { Command, Result } from './commands.ts'
import type { Control } from './controls/control.ts'
import { isFirst, Multiversion } from './controls/multiversion.ts'
import { isSerial, Optimistic } from './controls/optimistic.ts'
import { TwoPhaseLocking } from './controls/two-phase-locking.ts'
import { Coordinator } from './coordinator.ts'
import { Machine, type Validate } from './machine.ts'
import type { Wound } from './messages.ts'
import { homeOf } from './names.ts'
import type { StoreOptions } from './options.ts'
import { type Replica, Unreplicated } from './replica.ts'
import { Shard } from './shard.ts'

/** Versions of a key that snapshots find. */
const VERSIONS = 32

const validations: Readonly<Record<StoreOptions['control'], Validate>> = {
  // Locks have made sure of it.
  'two-phase-locking': () => true,
  optimistic: isSerial,
  multiversion: isFirst,
}

export class StoreNode implements Program {
  private readonly calls: Calls
  private readonly coordinator: Coordinator
  private readonly groups: Groups<Command, Result>
  private readonly shards: ReadonlyMap<string, Shard>

  constructor(
    private readonly world: World,
    private readonly options: StoreOptions,
  ) {
    const { nodes, self } = world
    const { bug, control, replication, snapshotAfter, electionMs } = options
    this.groups = new Groups(world, { bug: 'none', snapshotAfter, electionMs })
    const isAlone = replication === 'none'
    this.calls = new Calls(world, new Map(nodes.map((name) => [name, isAlone ? [name] : nodes])))
    const own = isAlone ? [self] : nodes
    this.shards = new Map(own.map((name) => [name, this.shard(name)]))
    this.coordinator = new Coordinator({
      ...{ world, calls: this.calls, has: this.has, shards: nodes },
      clock: control === 'multiversion' ? nodes[0]! : undefined,
    })
    world.log(`${control}, ${replication}, ${bug}`)
  }

  receive(message: Message): void {
    const { body } = message
    if (this.groups.receive(message)) return
    if (typeof body.shard === 'string') this.ask(body.shard, message)
    else if (typeof body.call === 'number') this.calls.hear(message)
    else if (body.type === 'wound') this.coordinator.wound((body as unknown as Wound).transaction)
    else if (body.type === 'status') this.status(message)
    else this.coordinator.receive(message)
  }

  private has = (bug: Bug): boolean => this.options.bug === bug

  private ask(name: string, message: Message): void {
    const shard = this.shards.get(name)
    const { type, transaction } = message.body
    if (type === 'release') shard?.release(transaction as string)
    else shard?.receive(message)
  }

  /** Who serves the first shard, whose clock orders all, leads. */
  private status(message: Message): void {
    const serves = [...this.shards].filter(([, shard]) => shard.serves).map(([name]) => name)
    const leads = serves.includes(this.world.nodes[0]!)
    reply(this.world, message, { type: 'status_ok', leads, serves })
  }

  private shard(name: string): Shard {
    const { world, calls, options } = this
    const { control, replication, snapshotAfter } = options
    const machine = new Machine({
      ...{ has: this.has, validate: validations[control] },
      versions: control === 'multiversion' ? VERSIONS : 1,
    })
    let replica: Replica<Command, Result>
    const controls = (): Control => this.control(machine)
    const shard = new Shard({ world, machine, calls, control: controls }, () => replica)
    if (replication === 'none') {
      replica = new Unreplicated<Command, Result>(world.storage, machine, snapshotAfter)
      shard.begin()
    } else {
      const listener = { leads: () => shard.begin(), ended: () => shard.end() }
      replica = this.groups.start({ name, nodes: world.nodes, machine, listener })
    }
    return shard
  }

  private control(machine: Machine): Control {
    const { world } = this
    switch (this.options.control) {
      case 'two-phase-locking':
        return new TwoPhaseLocking(machine, Math.floor(world.random() * 2 ** 40), (transaction) =>
          world.send(homeOf(transaction), { type: 'wound', transaction }),
        )
      case 'optimistic':
        return new Optimistic(machine)
      case 'multiversion':
        return new Multiversion(machine)
    }
  }
}
