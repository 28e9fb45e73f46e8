/**
 * The locks that a leader keeps for transactions that read and write, in memory alone (Corbett and others 2012, section
 * 4.2.1). Of two that meet, the one that began later gives way: it is wounded and over, unless it has prepared already. A
 * transaction of which nothing is heard for a while is over, too: its client may be gone.
 */
import type { World } from '../../../harness/api.ts'
import { type Claim, LockTable, type Turn } from '../transactions/lock-table.ts'
import { isRow, partitionOf } from '../transactions/messages.ts'
import type { Lock, Owner, Wanted } from './messages.ts'

/** A client that is silent for so long has given up, ms. */
const IDLE_MS = 2500
const SWEEP_MS = 500

/** Who waits for locks: one of the two is called, once. */
export interface Waiting {
  granted(): void
  /** It is over, for this reason. */
  denied(why: string): void
}

interface Wish extends Waiting {
  readonly owner: string
  readonly locks: readonly Lock[]
}

export class Locking {
  private readonly table = new LockTable()
  private readonly pinned = new Set<string>()
  /** Why those are over that are. */
  private readonly over = new Map<string, string>()
  /** When each was heard of last, by the steady clock. */
  private readonly heard = new Map<string, number>()
  private wishes: readonly Wish[] = []
  private isEnded = false

  constructor(private readonly world: World) {
    this.sweep()
  }

  /** Nobody waits for its locks any more. */
  end(): void {
    this.isEnded = true
    this.wishes = []
  }

  /** Calls back when a transaction has all these locks, or is over. */
  acquire(owner: Owner, locks: readonly Lock[], waiting: Waiting): void {
    const why = this.over.get(owner.name)
    if (why !== undefined) {
      waiting.denied(why)
      return
    }
    this.heard.set(owner.name, this.world.steady())
    this.wishes = [...this.wishes, { owner: owner.name, locks, ...bound(waiting) }]
    for (const [lock, mode] of locks) this.claim({ owner, lock, mode })
    this.settle()
  }

  holds(owner: string, locks: readonly Lock[]): boolean {
    return locks.every(([lock, mode]) => this.table.holds(owner, lock, mode))
  }

  /** It has prepared: nobody wounds it any more, and only its outcome ends it. */
  pin(owner: string): void {
    this.pinned.add(owner)
    this.table.pin(owner)
  }

  /** It has its outcome. */
  finish(owner: string): void {
    this.pinned.delete(owner)
    this.close(owner, 'it is over')
  }

  /** It is given up, unless it has prepared. */
  giveUp(owner: string, why: string): void {
    if (!this.pinned.has(owner)) this.close(owner, why)
  }

  private claim(claim: Claim): void {
    this.turn(this.table.claim(claim))
  }

  private turn({ wounded }: Turn): void {
    for (const name of wounded) this.deny(name, 'an older transaction went before it')
  }

  private close(owner: string, why: string): void {
    this.turn(this.table.release(owner))
    this.deny(owner, why)
    this.settle()
  }

  private deny(owner: string, why: string): void {
    this.over.set(owner, why)
    this.heard.delete(owner)
    const denied = this.wishes.filter((wish) => wish.owner === owner)
    this.wishes = this.wishes.filter((wish) => wish.owner !== owner)
    for (const wish of denied) wish.denied(why)
  }

  /** Tells those who have what they wished. What they do then may change the locks. */
  private settle(): void {
    for (;;) {
      const next = this.wishes.find(({ owner, locks }) => this.holds(owner, locks))
      if (next === undefined) return
      this.wishes = this.wishes.filter((wish) => wish !== next)
      next.granted()
    }
  }

  private sweep(): void {
    if (this.isEnded) return
    const now = this.world.steady()
    for (const [owner, at] of this.heard)
      if (now - at > IDLE_MS) this.giveUp(owner, 'nothing was heard of it for too long')
    this.world.after(SWEEP_MS, () => this.sweep())
  }
}

/** What is locked to read. */
export const readLocks = (wanted: Wanted): readonly Lock[] =>
  wanted.keys === undefined
    ? [[wanted.partition, 'S']]
    : wanted.keys.flatMap((key) => locksOf(key, ['IS', 'S']))

/** What is locked to write. */
export const writeLocks = (keys: readonly string[]): readonly Lock[] =>
  keys.flatMap((key) => locksOf(key, ['IX', 'X']))

/** A row is locked together with its partition (Gray and others 1976). */
const locksOf = (
  key: string,
  [above, own]: readonly ['IS', 'S'] | readonly ['IX', 'X'],
): readonly Lock[] =>
  isRow(key)
    ? [
        [partitionOf(key), above],
        [key, own],
      ]
    : [[key, own]]

const bound = ({ granted, denied }: Waiting): Waiting => ({ granted, denied })
