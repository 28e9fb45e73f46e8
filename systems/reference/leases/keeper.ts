/**
 * The keeper of the leases, a lock service (Gray and Cheriton, "Leases", 1989; Burrows, "The Chubby Lock Service",
 * 2006). A lease is over when its time has passed on the keeper's steady clock, whoever seems to be dead: a failure
 * detector may be wrong, and the holder goes by the time that it was promised. With each lease goes a token,
 * larger than all before (Chubby's sequencer, section 2.4). Both are on disk before anybody hears of them; how
 * long a lease has run is not, so after a restart each runs for its whole time again (Gray and Cheriton,
 * section 2). The lease called `leader` goes to a server that is there, and is renewed by its heartbeats.
 */
import {
  type Body,
  type Json,
  type Message,
  type Program,
  refusal,
  type World,
} from '../../../harness/api.ts'
import { Presence } from '../presence.ts'
import { reply } from '../replies.ts'
import type { Bug } from './bugs.ts'
import {
  type Acquire,
  type Asker,
  LEADER,
  LEASE_MS,
  PING_MS,
  type Ping,
  type Release,
} from './messages.ts'

/** A server that has been silent for so many turns seems to be gone. */
const GONE_TURNS = 4

interface Lease {
  readonly lock: string
  readonly owner: string
  /** The server that holds it, or through which its holder speaks. */
  readonly server: string
  readonly token: number
  readonly ttlMs: number
}

interface Running {
  readonly lease: Lease
  /** When it ends, as the wall clock shows it, ms since 1970. */
  endsAt: number
  isOver: boolean
  cancel: () => void
}

interface Kept {
  readonly token: number
  readonly leases: readonly Lease[]
}

export class Keeper implements Program {
  /** The last one given. */
  private token: number
  /** By lock. */
  private readonly running = new Map<string, Running>()
  /** The leader's lease, once it is safe on disk. */
  private told: Lease | undefined
  private readonly presence: Presence
  /** By server, as whom its present run holds leases. */
  private readonly owners = new Map<string, string>()

  constructor(
    private readonly world: World,
    servers: readonly string[],
    private readonly bug: Bug | 'none',
  ) {
    this.presence = new Presence(servers, GONE_TURNS)
    const kept = world.storage.get('leases') as unknown as Kept | undefined
    this.token = kept?.token ?? 0
    for (const lease of kept?.leases ?? []) this.begin(lease)
    world.storage.sync(() => {
      this.told = this.running.get(LEADER)?.lease
      this.turn()
    })
  }

  receive(message: Message): void {
    const { body, src } = message
    if (body.type === 'ping') this.hear(src, body as unknown as Ping)
    else if (body.type === 'acquire') this.acquire(src, message)
    else if (body.type === 'release') this.release(src, message)
    else if (body.type === 'status') reply(this.world, message, { type: 'status_ok', leads: false })
  }

  // ------------------------------------------------------------ leases

  private begin(lease: Lease): void {
    this.running.get(lease.lock)?.cancel()
    const running: Running = { lease, endsAt: 0, isOver: false, cancel: () => {} }
    this.running.set(lease.lock, running)
    this.renew(running)
  }

  private renew(running: Running): void {
    const { ttlMs } = running.lease
    running.cancel()
    running.endsAt = this.world.now() + ttlMs
    running.cancel = this.world.after(ttlMs, () => {
      running.isOver = true
    })
  }

  private isOver({ lease, endsAt, isOver }: Running): boolean {
    if (this.bug === 'LE2') return this.world.now() >= endsAt
    if (this.bug === 'LE3' && !this.presence.has(lease.server)) return true
    return isOver
  }

  /** The lease of a lock that somebody holds. */
  private held(lock: string): Running | undefined {
    const running = this.running.get(lock)
    return running === undefined || this.isOver(running) ? undefined : running
  }

  /** Gives a lock, and calls back when that is safe. */
  private grant(wanted: Omit<Lease, 'token'>, then: (lease: Lease) => void): void {
    const lease = { ...wanted, token: ++this.token }
    this.begin(lease)
    this.keep()
    this.world.storage.sync(() => then(lease))
  }

  private keep(): void {
    const leases = [...this.running.values()].map(({ lease }) => lease)
    const kept: Kept = {
      token: this.bug === 'LE4' ? 0 : this.token,
      leases: this.bug === 'LE5' ? [] : leases,
    }
    this.world.storage.put('leases', kept as unknown as Json)
  }

  // ------------------------------------------------------------ locks

  private acquire(server: string, message: Message): void {
    const { asker, lock, owner, ttlMs } = message.body as unknown as Acquire
    const holder = this.held(lock)
    if (holder !== undefined && holder.lease.owner !== owner)
      this.answer(server, asker, refusal(message, 'temporarily-unavailable', 'somebody holds it'))
    else
      this.grant({ lock, owner, server, ttlMs }, ({ token }) =>
        this.answer(server, asker, { type: 'acquire_ok', token }),
      )
  }

  /** Only who has the token of a lease gives it back: a release may be late. */
  private release(server: string, message: Message): void {
    const { asker, lock, token } = message.body as unknown as Release
    const running = this.running.get(lock)
    if (running === undefined || (running.lease.token !== token && this.bug !== 'LE6')) {
      this.answer(server, asker, refusal(message, 'precondition-failed', 'it is not held any more'))
      return
    }
    running.cancel()
    this.running.delete(lock)
    this.keep()
    this.world.storage.sync(() => this.answer(server, asker, { type: 'release_ok' }))
  }

  private answer(server: string, asker: Asker, answer: Body): void {
    this.world.send(server, { type: 'answer', asker, answer } as unknown as Body)
  }

  // ------------------------------------------------------------ the leader

  private hear(server: string, { number, owner }: Ping): void {
    this.presence.heard(server)
    this.owners.set(server, owner)
    const leader = this.held(LEADER)
    if (leader?.lease.owner === owner) this.renew(leader)
    const { told } = this
    if (told === undefined) return
    const { token: term } = told
    this.world.send(server, { type: 'pong', number, term, owner: told.owner, server: told.server })
  }

  /** Looks who is there, again and again. */
  private turn(): void {
    this.presence.turn()
    if (this.held(LEADER) === undefined) this.appoint()
    this.world.after(PING_MS, () => this.turn())
  }

  /** The leader's lease goes to another server than before, if one is there. */
  private appoint(): void {
    const before = this.running.get(LEADER)?.lease.server
    const present = this.presence.all().filter((name) => this.owners.has(name))
    const server = present.find((name) => name !== before) ?? present[0]
    if (server === undefined) return
    const owner = this.owners.get(server)!
    this.grant({ lock: LEADER, owner, server, ttlMs: LEASE_MS }, (lease) => {
      this.told = lease
    })
  }
}
