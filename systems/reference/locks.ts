/**
 * Locks as a state machine that is replicated: who holds each, and who waits for it. Clients ask again until it is
 * their turn or they give up; a bid that was given up or given back is over, so that a copy of it that comes
 * late asks for nothing. The place of a grant in the order of requests serves as fencing token (Kleppmann, "How to do
 * distributed locking", 2016).
 */
import type { Json } from '../../harness/api.ts'
import type { Result } from './store.ts'

export type LockCommand =
  /** The outcome's value is the grant's token, or null while somebody else holds the lock. */
  | { readonly f: 'acquire'; readonly key: string; readonly bid: number; readonly ttlMs: number }
  | { readonly f: 'release'; readonly key: string; readonly bid: number }
  /** Ends a bid that was granted, unless its client was told of it since. */
  | { readonly f: 'expire'; readonly key: string; readonly bid: number; readonly told: number }

export const isLockCommand = (command: { readonly f: string }): command is LockCommand =>
  ['acquire', 'release', 'expire'].includes(command.f)

/** Who wants a lock: bids of one client rise. */
export interface Claimant {
  readonly client: string
  readonly bid: number
  /** How long it may hold the lock, ms. */
  readonly ttlMs: number
  /** The place of the request to which it was last told that it holds the lock: its time begins there; 0: it was not told. */
  readonly told: number
  /** The place of its latest request. */
  readonly asked: number
}

type Acquire = Extract<LockCommand, { readonly f: 'acquire' }>
type Expire = Extract<LockCommand, { readonly f: 'expire' }>

interface Lock {
  /** Of the latest grant. */
  readonly token: number
  /** The first holds it. */
  readonly queue: readonly Claimant[]
}

/** How a request is carried out, as far as it does not say itself. */
export interface Circumstances {
  /** Its place in the order of requests. */
  readonly place: number
  /** In [0, 1): who of those who wait is next when the holder goes; 0 is who came first. */
  readonly lot: number
}

const FREE: Lock = { token: 0, queue: [] }

export class Locks {
  private locks = new Map<string, Lock>()
  /** Each client's latest bid that is over. */
  private over = new Map<string, number>()

  apply(client: string, command: LockCommand, how: Circumstances): Result {
    const { key, bid } = command
    if (command.f === 'acquire') return { value: this.acquire(client, command, how) }
    if (command.f === 'release') this.end(key, client, bid, how)
    else this.expire(client, command, how)
    return { value: null }
  }

  /** Who holds each lock that is held. */
  holders(): readonly (Claimant & { readonly key: string })[] {
    return [...this.locks].flatMap(([key, { queue }]) =>
      queue.slice(0, 1).map((one) => ({ key, ...one })),
    )
  }

  snapshot(): Json {
    return { locks: [...this.locks], over: [...this.over] } as unknown as Json
  }

  restore(snapshot: Json): void {
    const { locks, over } = snapshot as unknown as Snapshot
    this.locks = new Map(locks)
    this.over = new Map(over)
  }

  private of(key: string): Lock {
    return this.locks.get(key) ?? FREE
  }

  private acquire(client: string, { key, bid, ttlMs }: Acquire, how: Circumstances): number | null {
    if (bid <= (this.over.get(client) ?? 0)) return null
    // What it asked for before it has given up.
    this.end(key, client, bid - 1, how)
    const { token, queue } = this.of(key)
    const [first, ...rest] = queue
    if (first === undefined || first.client === client) {
      const holder = { client, bid, ttlMs, told: how.place, asked: how.place }
      const own = first === undefined ? how.place : token
      this.locks.set(key, { token: own, queue: [holder, ...rest] })
      return own
    }
    const waiter = { client, bid, ttlMs, told: 0, asked: how.place }
    const isKnown = rest.some((one) => one.client === client)
    const asking = queue.map((one) => (one.client === client ? waiter : one))
    this.locks.set(key, { token, queue: isKnown ? asking : [...queue, waiter] })
    return null
  }

  private expire(client: string, { key, bid, told }: Expire, how: Circumstances): void {
    const { token, queue } = this.of(key)
    const [holder, ...rest] = queue
    if (holder?.client !== client || holder.told !== told) return
    // Who was silent for as long as the holder has gone as well.
    const alive = told > 0 ? rest : rest.filter(({ asked }) => asked > token)
    this.locks.set(key, { token, queue: [holder, ...alive] })
    this.end(key, client, bid, how)
  }

  /** Ends a client's bids up to one. */
  private end(key: string, client: string, bid: number, { place, lot }: Circumstances): void {
    this.over.set(client, Math.max(bid, this.over.get(client) ?? 0))
    const { token, queue } = this.of(key)
    const rest = queue.filter((one) => one.client !== client || one.bid > bid)
    if (rest.length === queue.length) return
    const isFree = rest[0] !== queue[0]
    if (!isFree || rest.length === 0) {
      this.locks.set(key, { token, queue: rest })
      return
    }
    const [next] = rest.splice(Math.floor(lot * rest.length), 1)
    this.locks.set(key, { token: place, queue: [next!, ...rest] })
  }
}

interface Snapshot {
  readonly locks: readonly (readonly [string, Lock])[]
  readonly over: readonly (readonly [string, number])[]
}
