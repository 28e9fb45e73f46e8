/**
 * Locks of transactions with several granularities: a partition can be locked as a whole, and who locks one of its rows says so with an
 * intention lock on the partition, which is how rows that are not there yet are locked (Gray, Lorie, Putzolu, Traiger, "Granularity
 * of locks and degrees of consistency in a shared data base", 1976). Nobody waits in a circle, on any number of nodes: an older
 * transaction wounds a younger one that stands in its way, and a younger one waits (Rosenkrantz, Stearns, Lewis, "System level
 * concurrency control for distributed database systems", 1978, section 4: WOUND-WAIT). Deterministic: no clock, no chance.
 */

/** Intention to share or to change a part, shared, shared with the intention to change a part, exclusive. */
export type Mode = 'IS' | 'IX' | 'S' | 'SIX' | 'X'

/** A transaction; who began earlier is older, and of two that began together the one with the smaller name. */
export interface Owner {
  readonly name: string
  readonly began: number
}

export interface Claim {
  readonly owner: Owner
  readonly lock: string
  readonly mode: Mode
}

/** What a change of the table led to. */
export interface Turn {
  /** Claims that hold from now on: a claim that was made may hold at once, or by a later turn. */
  readonly granted: readonly Claim[]
  /** Transactions that had to give way: they have lost all their locks, and must not commit. */
  readonly wounded: readonly string[]
  /**
   * Younger transactions in the way that have promised already: their coordinators alone may end them. On other nodes
   * they may wait for the older one, so that somebody must.
   */
  readonly promised: readonly string[]
}

interface Lock {
  /** By name of the owner. */
  readonly holders: Map<string, Claim>
  /** One of each owner at most, the oldest first. */
  waiting: readonly Claim[]
}

export class LockTable {
  private readonly locks = new Map<string, Lock>()
  /** By name of the owner: the locks that it holds or waits for. */
  private readonly touched = new Map<string, Set<string>>()
  private readonly pinned = new Set<string>()

  /** Asks for a lock, or for more of one that is held. Asked again, it changes nothing. O(owners of the lock). */
  claim({ owner, lock: name, mode }: Claim): Turn {
    const lock = this.lockNamed(name)
    const held = lock.holders.get(owner.name)?.mode
    const claim = { owner, lock: name, mode: held === undefined ? mode : both(held, mode) }
    if (held === claim.mode) return { granted: [claim], wounded: [], promised: [] }
    this.touch(owner.name, name)
    const earlier = lock.waiting.find((one) => one.owner.name === owner.name)
    const wanted =
      earlier === undefined ? claim : { ...claim, mode: both(earlier.mode, claim.mode) }
    const others = lock.waiting.filter((one) => one !== earlier)
    lock.waiting = [...others, wanted].sort((a, b) => (isOlder(a.owner, b.owner) ? -1 : 1))
    const younger = [...lock.holders.values()]
      .filter((one) => conflicts(one, wanted) && isOlder(owner, one.owner))
      .map((one) => one.owner.name)
    const wounded = younger.filter((one) => !this.pinned.has(one))
    const promised = younger.filter((one) => this.pinned.has(one))
    const freed = new Set([name, ...wounded.flatMap((one) => this.forget(one))])
    return { granted: [...freed].flatMap((one) => this.admit(one)), wounded, promised }
  }

  /** Claims of which all hold at once, or none: nobody waits, nobody is wounded. @returns whether they hold */
  claimNow(claims: readonly Claim[]): boolean {
    const isFree = (claim: Claim): boolean =>
      [...(this.locks.get(claim.lock)?.holders.values() ?? [])].every(
        (one) => !conflicts(one, claim),
      )
    if (!claims.every(isFree)) return false
    for (const claim of claims) this.hold(claim)
    return true
  }

  /** Whether a transaction holds at least so much of a lock. */
  holds(owner: string, lock: string, mode: Mode): boolean {
    const held = this.locks.get(lock)?.holders.get(owner)?.mode
    return held !== undefined && both(held, mode) === held
  }

  /** Nobody wounds it any more: it has promised to be able to commit, and waits for nothing itself. */
  pin(owner: string): void {
    this.pinned.add(owner)
  }

  /** The transaction is over, or gives up one lock alone. O(its locks and those who wait for them). */
  release(owner: string, only?: string): Turn {
    const freed = only === undefined ? this.forget(owner) : this.drop(owner, only)
    return { granted: freed.flatMap((one) => this.admit(one)), wounded: [], promised: [] }
  }

  /** All who hold a lock or wait for one. */
  owners(): readonly string[] {
    return [...this.touched.keys()]
  }

  private lockNamed(name: string): Lock {
    const known = this.locks.get(name)
    if (known !== undefined) return known
    const lock: Lock = { holders: new Map(), waiting: [] }
    this.locks.set(name, lock)
    return lock
  }

  private touch(owner: string, lock: string): void {
    const locks = this.touched.get(owner) ?? new Set()
    this.touched.set(owner, locks.add(lock))
  }

  private hold({ owner, lock: name, mode }: Claim): Claim {
    const { holders } = this.lockNamed(name)
    const held = holders.get(owner.name)?.mode
    const claim = { owner, lock: name, mode: held === undefined ? mode : both(held, mode) }
    holders.set(owner.name, claim)
    this.touch(owner.name, name)
    return claim
  }

  /** Grants what can be granted: an older one that waits is not passed by who stands in its way. */
  private admit(name: string): readonly Claim[] {
    const lock = this.lockNamed(name)
    const granted: Claim[] = []
    const still: Claim[] = []
    for (const claim of lock.waiting) {
      const inTheWay = [...lock.holders.values(), ...still]
      if (inTheWay.some((one) => conflicts(one, claim))) still.push(claim)
      else granted.push(this.hold(claim))
    }
    lock.waiting = still
    if (lock.holders.size + still.length === 0) this.locks.delete(name)
    return granted
  }

  /** @returns the locks that it held or waited for */
  private forget(owner: string): readonly string[] {
    this.pinned.delete(owner)
    return [...(this.touched.get(owner) ?? [])].flatMap((name) => this.drop(owner, name))
  }

  private drop(owner: string, name: string): readonly string[] {
    const lock = this.locks.get(name)
    if (lock === undefined) return []
    lock.holders.delete(owner)
    lock.waiting = lock.waiting.filter((one) => one.owner.name !== owner)
    const rest = this.touched.get(owner)
    rest?.delete(name)
    if (rest?.size === 0) this.touched.delete(owner)
    return [name]
  }
}

const isOlder = (one: Owner, other: Owner): boolean =>
  one.began < other.began || (one.began === other.began && one.name < other.name)

/** Whom each mode bears beside it (Gray and others 1976, table 1). */
const bears: Readonly<Record<Mode, readonly Mode[]>> = {
  IS: ['IS', 'IX', 'S', 'SIX'],
  IX: ['IS', 'IX'],
  S: ['IS', 'S'],
  SIX: ['IS'],
  X: [],
}

const conflicts = (one: Claim, other: Claim): boolean =>
  one.owner.name !== other.owner.name && !bears[one.mode].includes(other.mode)

/** The weakest mode that allows what both allow. */
const both = (one: Mode, other: Mode): Mode => {
  if (one === other || allows(one, other)) return one
  return allows(other, one) ? other : 'SIX'
}

const allows = (one: Mode, other: Mode): boolean => covered[one].includes(other)

const covered: Readonly<Record<Mode, readonly Mode[]>> = {
  IS: [],
  IX: ['IS'],
  S: ['IS'],
  SIX: ['IS', 'IX', 'S'],
  X: ['IS', 'IX', 'S', 'SIX'],
}
