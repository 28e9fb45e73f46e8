/**
 * The part of a server that runs transactions for its clients, as the client library of the paper does (Corbett and others
 * 2012, sections 4.1.4 and 4.2). What only reads takes TT.now().latest for its timestamp and needs no locks. What
 * writes, too, locks what it reads at the leaders of the groups; its writes come with the commit, which goes to the leaders
 * of all groups that take part, and one of them coordinates. Who began earlier goes first where two meet.
 */
import {
  type Body,
  errorCodes,
  type Json,
  type Message,
  refusal,
  type World,
} from '../../../harness/api.ts'
import { reply } from '../replies.ts'
import type { Access, Commit as ClientCommit } from '../transactions/messages.ts'
import { readLocks } from './locking.ts'
import type {
  Found,
  GroupRequest,
  Lock,
  Outcome,
  Over,
  Owner,
  ReadAnswer,
  Wanted,
} from './messages.ts'
import { partsOf } from './parts.ts'
import { groupOf } from './placement.ts'
import type { Router } from './router.ts'
import type { TrueTime } from './true-time.ts'

/** A transaction of which nobody has spoken for so long is forgotten, ms. */
const IDLE_MS = 5000
const SWEEP_MS = 1000

/** What a transaction has read in a group, and in which term of its leader. */
export interface Touched {
  readonly term: number
  readonly locks: readonly Lock[]
}

interface Running {
  readonly owner: Owner
  readonly access: Access
  /** What it reads as of, if it only reads. */
  readonly stamp: number
  readonly touched: Map<string, Touched>
  /** Whom to tell what became of it. */
  asker: Message | undefined
  end: Body | undefined
  heard: number
  readonly cancels: Set<() => void>
}

export class Front {
  private readonly running = new Map<string, Running>()
  private readonly run: string
  private transactions = 0

  constructor(
    private readonly world: World,
    private readonly time: TrueTime,
    private readonly router: Router,
  ) {
    this.run = `${world.self}/${world.random()}`
    this.sweep()
  }

  receive(message: Message): void {
    const { body } = message
    if (body.type === 'begin') this.begin(message)
    else if (body.type === 'read') this.read(message, body.keys as readonly string[])
    else if (body.type === 'scan') this.scan(message, body.partition as string)
    else if (body.type === 'commit') this.commit(message)
    else if (body.type === 'abort') this.abort(body.transaction as string)
  }

  private begin(message: Message): void {
    const now = this.time.now()
    if (now === undefined) {
      const text = 'this server does not know the time'
      this.world.send(message.src, refusal(message, 'temporarily-unavailable', text))
      return
    }
    const name = `${this.run}/${++this.transactions}`
    this.running.set(name, {
      owner: { name, began: now.latest },
      access: message.body.access as Access,
      stamp: now.latest,
      touched: new Map(),
      asker: undefined,
      end: undefined,
      heard: this.world.steady(),
      cancels: new Set(),
    })
    reply(this.world, message, { type: 'begin_ok', transaction: name })
  }

  // ------------------------------------------------------------ reads

  private read(message: Message, keys: readonly string[]): void {
    const wanted = new Map<string, string[]>()
    for (const key of keys) {
      const group = groupOf(key)
      wanted.set(group, [...(wanted.get(group) ?? []), key])
    }
    const asked = [...wanted].map(([group, own]) => [group, { keys: own }] as const)
    this.gather(message, asked, (found) => {
      const values = keys.map((key) => {
        const group = groupOf(key)
        return found.get(group)!.values![wanted.get(group)!.indexOf(key)]!
      })
      reply(this.world, message, { type: 'read_ok', values })
    })
  }

  private scan(message: Message, partition: string): void {
    const group = groupOf(partition)
    this.gather(message, [[group, { partition }]], (found) => {
      const rows = found.get(group)!.rows! as unknown as Json
      reply(this.world, message, { type: 'scan_ok', rows })
    })
  }

  /** Asks all these groups, and calls back when all have answered. */
  private gather(
    message: Message,
    wanted: readonly (readonly [group: string, Wanted])[],
    then: (found: ReadonlyMap<string, Found>) => void,
  ): void {
    const running = this.find(message)
    if (running === undefined) return
    const found = new Map<string, Found>()
    for (const [group, one] of wanted)
      this.ask(running, group, this.readRequest(running, group, one), (answer) => {
        const { over } = answer as unknown as Over
        if (over !== undefined) this.giveUp(running, message, over)
        else if (this.note(running, group, one, answer as unknown as ReadAnswer)) {
          found.set(group, (answer as unknown as ReadAnswer).found)
          if (found.size === wanted.length) then(found)
        } else this.giveUp(running, message, 'its locks are gone with the leader that kept them')
      })
  }

  private readRequest(running: Running, group: string, wanted: Wanted): GroupRequest {
    const { access, owner, stamp, touched } = running
    if (access === 'read-only') return { f: 'snapshot-read', stamp, wanted }
    return { f: 'locking-read', owner, wanted, term: touched.get(group)?.term ?? null }
  }

  /** Remembers what it has locked. @returns false when an earlier lock in this group is gone */
  private note(running: Running, group: string, wanted: Wanted, { term }: ReadAnswer): boolean {
    if (running.access === 'read-only') return true
    const before = running.touched.get(group)
    if (before !== undefined && before.term !== term) return false
    running.touched.set(group, { term, locks: [...(before?.locks ?? []), ...readLocks(wanted)] })
    return true
  }

  // ------------------------------------------------------------ how it ends

  private commit(message: Message): void {
    const { transaction, writes } = message.body as unknown as ClientCommit
    const running = this.running.get(transaction)
    if (running === undefined) {
      const text = 'nobody knows here what became of it'
      this.world.send(message.src, refusal(message, 'timeout', text))
      return
    }
    running.heard = this.world.steady()
    const isFirst = running.asker === undefined
    running.asker = message
    if (running.end !== undefined) this.tell(running)
    else if (running.access === 'read-only' || running.touched.size + writes.length === 0)
      this.finish(running, { type: 'commit_ok' })
    else if (isFirst) this.commitParts(running, writes)
  }

  private commitParts(running: Running, writes: ClientCommit['writes']): void {
    const { owner, touched } = running
    const parts = partsOf(touched, writes)
    const [{ group: coordinator }, ...others] = parts
    const participants = others.map(({ group }) => group)
    for (const part of parts) {
      const request = { f: 'commit', owner, part, coordinator, participants } as const
      this.ask(running, part.group, request, (answer) => {
        if (part.group !== coordinator) return
        const { stamp } = answer as unknown as Outcome
        if (stamp !== null) this.finish(running, { type: 'commit_ok' })
        else this.abortTouched(running, 'it could not be committed')
      })
    }
  }

  private abort(transaction: string): void {
    const running = this.running.get(transaction)
    // Once its commit was asked for it is the coordinator's.
    if (running !== undefined && running.asker === undefined)
      this.abortTouched(running, 'its client has given it up')
  }

  private giveUp(running: Running, message: Message, why: string): void {
    if (running.asker === undefined) this.abortTouched(running, why)
    this.world.send(message.src, refusal(message, 'abort', why))
  }

  /** Nothing of it will ever be committed. */
  private abortTouched(running: Running, why: string): void {
    const { touched, owner } = running
    for (const group of touched.keys())
      this.router.tell(group, { f: 'release', transaction: owner.name })
    this.finish(running, { type: 'error', code: errorCodes.abort.code, text: why })
  }

  private finish(running: Running, end: Body): void {
    for (const cancel of running.cancels) cancel()
    running.cancels.clear()
    running.end ??= end
    this.tell(running)
  }

  private tell({ asker, end }: Running): void {
    if (asker !== undefined && end !== undefined) reply(this.world, asker, end)
  }

  // ------------------------------------------------------------ helpers

  /** The transaction that a client speaks of; where it is over or unknown, the client is told. */
  private find(message: Message): Running | undefined {
    const running = this.running.get(message.body.transaction as string)
    if (running !== undefined && running.end === undefined) {
      running.heard = this.world.steady()
      return running
    }
    const why = running?.end?.text ?? 'it is not known here'
    this.world.send(message.src, refusal(message, 'abort', String(why)))
    return undefined
  }

  private ask(
    running: Running,
    group: string,
    request: GroupRequest,
    answered: (answer: Json) => void,
  ): void {
    const cancel = this.router.ask(group, request, (answer) => {
      running.cancels.delete(cancel)
      answered(answer)
    })
    running.cancels.add(cancel)
  }

  private sweep(): void {
    const now = this.world.steady()
    for (const [name, running] of this.running) {
      if (now - running.heard <= IDLE_MS) continue
      for (const cancel of running.cancels) cancel()
      this.running.delete(name)
    }
    this.world.after(SWEEP_MS, () => this.sweep())
  }
}
