/**
 * What a node does for the clients that are its own: begins their transactions, reads for them, remembers what they have seen, and runs
 * their commits. All of it is in memory: a transaction that its coordinator has forgotten is aborted, unless its
 * home has logged another decision.
 */
import { type Body, type Message, refusal, type World } from '../../../harness/api.ts'
import { giveUp, reply } from '../replies.ts'
import type { TransactionRequest } from '../transactions/messages.ts'
import type { Has } from './bugs.ts'
import type { Calls } from './calls.ts'
import type { Outcome, Part, Write } from './commands.ts'
import { Commit } from './commit.ts'
import type { Wanted } from './controls/control.ts'
import { Footprint } from './footprint.ts'
import type { Fetched } from './messages.ts'
import { coordinatorOf, homeOf, nameOf, numberOf } from './names.ts'
import { shardOf } from './placement.ts'

const TURN_MS = 100
/** A client that says nothing for so many turns has gone. */
const IDLE_TURNS = 30
/** How many outcomes are remembered for clients that ask again. */
const REMEMBERED = 1000
/** How long a client waits before it asks again, ms. */
const CLIENT_MS = 400
const ABORTED: Outcome = { kind: 'abort' }

type Request = Exclude<TransactionRequest, { readonly type: 'begin' }>

export interface CoordinatorOptions {
  readonly world: World
  readonly calls: Calls
  readonly has: Has
  readonly shards: readonly string[]
  /** The shard whose clock orders snapshots and commits, where there is one. */
  readonly clock: string | undefined
}

interface Open {
  readonly name: string
  readonly began: number
  readonly footprint: Footprint
  /** What ends the questions that are asked for it. */
  readonly cancels: Set<() => void>
  /** Clients that want to know its outcome. */
  readonly asked: Message[]
  /** What aborts its commit, once that has begun. */
  abort: (() => void) | undefined
  idle: number
}

export class Coordinator {
  private readonly name: string
  private readonly open = new Map<string, Open>()
  /** Numbers of transactions that are not over for everybody, in order. */
  private readonly unfinished = new Set<number>()
  private readonly outcomes = new Map<string, Outcome>()
  private numbers = 0

  constructor(private readonly options: CoordinatorOptions) {
    const { world } = options
    this.name = `${world.self}/${Math.floor(world.random() * 2 ** 40).toString(16)}`
    this.turn()
  }

  receive(message: Message): void {
    const request = message.body as unknown as TransactionRequest
    if (request.type === 'begin') {
      this.begin(message)
      return
    }
    const open = this.open.get(request.transaction)
    if (open === undefined) this.recall(message, request)
    else this.serve(message, open, request)
  }

  private serve(message: Message, open: Open, request: Request): void {
    open.idle = 0
    const isEnding = open.abort !== undefined
    if (request.type === 'commit') this.commit(message, open, request.writes)
    // A late copy of what was answered before the commit.
    else if (isEnding) return
    else if (request.type === 'read') this.read(message, open, request.keys)
    else if (request.type === 'scan') this.scan(message, open, request.partition)
    else this.settle(open, ABORTED)
  }

  /** An older transaction waits for one that has promised. */
  wound(transaction: string): void {
    this.open.get(transaction)?.abort?.()
  }

  // ------------------------------------------------------------ before the commit

  private begin(message: Message): void {
    const { world, calls, clock } = this.options
    if (clock === undefined) this.started(message, world.now())
    else
      this.during(calls.ask(clock, { type: 'ask_time' }, ({ time }) => this.started(message, time)))
  }

  private started(message: Message, began: number): void {
    const number = ++this.numbers
    const name = nameOf(this.name, number)
    this.unfinished.add(number)
    this.open.set(name, {
      ...{ name, began, footprint: new Footprint(), cancels: new Set(), asked: [], idle: 0 },
      abort: undefined,
    })
    reply(this.options.world, message, { type: 'begin_ok', transaction: name })
  }

  private read(message: Message, open: Open, keys: readonly string[]): void {
    const { world, shards } = this.options
    const byShard = new Map<string, string[]>()
    for (const key of keys) {
      const shard = shardOf(shards, key)
      byShard.set(shard, [...(byShard.get(shard) ?? []), key])
    }
    const found = new Map<string, Body[string]>()
    let awaited = byShard.size
    for (const [shard, own] of byShard)
      this.fetch(message, open, shard, { keys: own }, ({ values, seen }) => {
        for (const [place, [key]] of seen.entries()) found.set(key, values[place]!)
        awaited--
        const all = keys.map((key) => found.get(key)!)
        if (awaited === 0) reply(world, message, { type: 'read_ok', values: all })
      })
  }

  private scan(message: Message, open: Open, partition: string): void {
    const { world, shards } = this.options
    this.fetch(message, open, shardOf(shards, partition), { partition }, ({ values, seen }) => {
      const rows = seen.map(([key], place) => [key, values[place]!])
      reply(world, message, { type: 'scan_ok', rows })
    })
  }

  private fetch(
    message: Message,
    open: Open,
    shard: string,
    wanted: Wanted,
    then: (fetched: Fetched) => void,
  ): void {
    const { name: transaction, began, cancels, footprint } = open
    const asked = { type: 'fetch', transaction, began, wanted } as const
    const cancel = this.options.calls.ask(shard, asked, (answer) => {
      cancels.delete(cancel)
      if (answer.type === 'fetched' && footprint.saw(shard, wanted, answer)) return then(answer)
      this.settle(open, ABORTED)
      this.tell(message, ABORTED)
    })
    cancels.add(cancel)
  }

  // ------------------------------------------------------------ the commit

  private commit(message: Message, open: Open, writes: readonly Write[]): void {
    open.asked.push(message)
    if (open.abort !== undefined) return
    for (const cancel of open.cancels) cancel()
    if (writes.length === 0) this.confirm(open)
    else this.promise(open, writes)
  }

  private promise(open: Open, writes: readonly Write[]): void {
    const { world, calls, has, clock } = this.options
    const commit = new Commit({
      ...{ world, calls, has, clock, transaction: open.name, parts: this.parts(open, writes) },
      open: () => this.firstUnfinished(),
      decided: (outcome) => this.told(open, outcome),
      over: () => void this.unfinished.delete(numberOf(open.name)),
    })
    open.abort = () => commit.abort()
    commit.start()
  }

  /** What each shard does: with snapshots those alone that are written. */
  private parts(open: Open, writes: readonly Write[]): ReadonlyMap<string, Part> {
    const { shards, clock } = this.options
    const written = writes.map(([key]) => shardOf(shards, key))
    const all = clock === undefined ? [...open.footprint.shards, ...written] : written
    const parts = [...new Set(all)].map((shard) => {
      const own = writes.filter(([key]) => shardOf(shards, key) === shard)
      return [shard, open.footprint.part(shard, open, own)] as const
    })
    return new Map(parts)
  }

  /** Of what only reads, all must have been true at one moment: a snapshot was. */
  private confirm(open: Open): void {
    const { calls, clock } = this.options
    const unasked = clock === undefined ? new Set(open.footprint.shards) : new Set<string>()
    open.abort = () => this.settle(open, ABORTED)
    if (unasked.size === 0) this.settle(open, { kind: 'commit', at: 0 })
    for (const shard of unasked) {
      const part = open.footprint.part(shard, open, [])
      const cancel = calls.ask(shard, { type: 'confirm', part }, ({ yes }) => {
        unasked.delete(shard)
        if (!yes) this.settle(open, ABORTED)
        else if (unasked.size === 0) this.settle(open, { kind: 'commit', at: 0 })
      })
      open.cancels.add(cancel)
    }
  }

  // ------------------------------------------------------------ how it ends

  /** Ends a transaction of which no shard has promised anything. */
  private settle(open: Open, outcome: Outcome): void {
    if (!this.open.has(open.name)) return
    for (const cancel of open.cancels) cancel()
    for (const shard of open.footprint.shards)
      this.options.calls.say(shard, { type: 'release', transaction: open.name })
    this.unfinished.delete(numberOf(open.name))
    this.told(open, outcome)
  }

  /** The outcome is certain. */
  private told(open: Open, outcome: Outcome): void {
    this.open.delete(open.name)
    this.outcomes.set(open.name, outcome)
    if (this.outcomes.size > REMEMBERED) this.outcomes.delete(this.outcomes.keys().next().value!)
    for (const message of open.asked) this.tell(message, outcome)
  }

  private tell(message: Message, { kind }: Outcome): void {
    const { world } = this.options
    if (kind === 'commit') reply(world, message, { type: 'commit_ok' })
    else if (kind === 'abort')
      world.send(message.src, refusal(message, 'abort', 'it had to give way'))
    else giveUp(world, message)
  }

  /** A request for a transaction that is over, or that this run of the program never knew. */
  private recall(message: Message, { type, transaction }: Request): void {
    const isOwn = coordinatorOf(transaction) === this.name
    const known = this.outcomes.get(transaction)
    if (type === 'read' || type === 'scan') this.tell(message, ABORTED)
    else if (type === 'commit' && isOwn) this.tell(message, known ?? { kind: 'forgotten' })
    else if (type === 'commit') this.askHome(message, transaction)
  }

  /** An earlier run of this program may have brought it to a decision; none since. */
  private askHome(message: Message, transaction: string): void {
    const asked = { type: 'decide', transaction, outcome: ABORTED, open: 0 } as const
    const home = homeOf(transaction)
    this.during(this.options.calls.ask(home, asked, ({ outcome }) => this.tell(message, outcome)))
  }

  /** Asks no longer than until the client asks again. */
  private during(cancel: () => void): void {
    this.options.world.after(CLIENT_MS, cancel)
  }

  private firstUnfinished(): number {
    return this.unfinished.values().next().value ?? this.numbers + 1
  }

  private turn(): void {
    this.options.world.after(TURN_MS, () => this.turn())
    for (const open of [...this.open.values()])
      if (open.abort === undefined && ++open.idle > IDLE_TURNS) this.settle(open, ABORTED)
  }
}
