/**
 * Strict two-phase locking (Bernstein, Hadzilacos, Goodman 1987, chapter 3; Gray and others 1976): who reads has a shared lock, who asks
 * for the rows of a partition locks the partition, and what is written is locked when the commit begins. Locks are kept until the
 * transaction is over, in memory alone: whoever serves a shard knows those of its promises. Others may be lost, and so locks
 * stand under a tenure that ends with the first of them: a transaction promises under the tenure that it read under, or not at all.
 */
import { type Claim, LockTable, type Mode, type Turn } from '../../transactions/lock-table.ts'
import { isRow, partitionOf } from '../../transactions/messages.ts'
import type { Part } from '../commands.ts'
import type { Machine } from '../machine.ts'
import type { Version } from '../versions.ts'
import type { Control, Reader, Then, Wanted } from './control.ts'

/** Who has not been heard of for so many turns, and has promised nothing, is given up. */
const IDLE_TURNS = 15

interface Wait {
  readonly owner: string
  readonly claims: readonly Claim[]
  readonly then: Then
}

/** A transaction that has locks, or waits for some. */
interface Stay {
  readonly tenure: number
  /** Turns since it was heard of. */
  idle: number
}

export class TwoPhaseLocking implements Control {
  readonly reads = 'validated-later'
  private readonly table = new LockTable()
  private readonly stays = new Map<string, Stay>()
  private waiting: readonly Wait[] = []

  /**
   * @param tenures the first of them: no other program that serves the shard must give the same ones
   * @param wound asks the coordinator of a transaction to end it, which has promised here already
   */
  constructor(
    private readonly machine: Machine,
    private tenures: number,
    private readonly wound: (transaction: string) => void,
  ) {}

  admit(reader: Reader, wanted: Wanted, then: Then): void {
    const claims =
      'keys' in wanted ? forReading(reader, wanted.keys) : this.forAll(reader, wanted.partition)
    this.claim(reader.transaction, claims, (may) => {
      then(may)
      if (this.machine.has('TX5'))
        for (const { owner, lock } of claims) this.heed(this.table.release(owner.name, lock))
    })
  }

  tenureOf(transaction: string): number {
    return this.stays.get(transaction)?.tenure ?? 0
  }

  see(_: Reader, key: string): Version | undefined {
    return this.machine.versions.latest(key)
  }

  vote(part: Part, then: Then): void {
    const { transaction } = part
    const held = (may: boolean): void => {
      if (may) this.table.pin(transaction)
      then(may)
    }
    if (this.wasTrue(part)) this.claim(transaction, forWriting(part), held)
    else then(false)
  }

  wasTrue({ transaction, tenure, reads, scans }: Part): boolean {
    return reads.length + scans.length === 0 || tenure === this.tenureOf(transaction)
  }

  inherit(part: Part): void {
    const keys = part.reads.map(([key]) => key)
    const scans = part.scans.flatMap(([partition]) => this.forAll(part, partition))
    this.table.claimNow([...forReading(part, keys), ...scans, ...forWriting(part)])
    this.table.pin(part.transaction)
  }

  ended(transaction: string): void {
    const turn = this.table.release(transaction)
    this.giveUp([transaction])
    this.heed(turn)
  }

  turn(): void {
    for (const [owner, stay] of [...this.stays]) {
      stay.idle++
      if (stay.idle > IDLE_TURNS && !this.machine.hasPromised(owner)) this.ended(owner)
    }
  }

  private claim(owner: string, claims: readonly Claim[], then: Then): void {
    const stay = this.stays.get(owner) ?? { tenure: ++this.tenures, idle: 0 }
    stay.idle = 0
    this.stays.set(owner, stay)
    this.waiting = [...this.waiting, { owner, claims, then }]
    for (const claim of claims) this.heed(this.table.claim(claim))
    if (claims.length === 0) this.serve()
  }

  private heed({ wounded, promised }: Turn): void {
    for (const transaction of promised) this.wound(transaction)
    this.giveUp(wounded)
    this.serve()
  }

  /** Those who have lost all, and wait for nothing any more. */
  private giveUp(transactions: readonly string[]): void {
    for (const one of transactions) this.stays.delete(one)
    const lost = this.waiting.filter(({ owner }) => transactions.includes(owner))
    this.waiting = this.waiting.filter((wait) => !lost.includes(wait))
    for (const { then } of lost) then(false)
  }

  /** Those who waited and have all. */
  private serve(): void {
    const hasAll = ({ claims }: Wait): boolean =>
      claims.every(({ owner, lock, mode }) => this.table.holds(owner.name, lock, mode))
    const served = this.waiting.filter(hasAll)
    if (served.length === 0) return
    this.waiting = this.waiting.filter((wait) => !served.includes(wait))
    for (const { then } of served) then(true)
  }

  private forAll(reader: Reader, partition: string): readonly Claim[] {
    if (this.machine.has('TX6')) return forReading(reader, this.machine.versions.rowsOf(partition))
    return [claimOf(reader, partition, 'S')]
  }
}

const forReading = (reader: Reader, keys: readonly string[]): readonly Claim[] =>
  keys.flatMap((key) => locksOf(reader, key, 'IS', 'S'))

const forWriting = ({ writes, ...writer }: Part): readonly Claim[] =>
  writes.flatMap(([key]) => locksOf(writer, key, 'IX', 'X'))

/** A row is locked with the intention to do so at its partition. */
const locksOf = (reader: Reader, key: string, around: Mode, mode: Mode): readonly Claim[] => [
  ...(isRow(key) ? [claimOf(reader, partitionOf(key), around)] : []),
  claimOf(reader, key, mode),
]

const claimOf = ({ transaction, began }: Reader, lock: string, mode: Mode): Claim => ({
  owner: { name: transaction, began },
  lock,
  mode,
})
