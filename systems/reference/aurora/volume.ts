/**
 * What all speak of: the log of a volume, its epochs and its quorums (Verbitski and others, "Amazon Aurora: Design
 * Considerations for High Throughput Cloud-Native Relational Databases", SIGMOD 2017, sections 2 to 4; "Amazon Aurora: On
 * Avoiding Distributed Consensus for I/Os, Commits, and Membership Changes", SIGMOD 2018).
 *
 * Six storage nodes in three zones keep one log. A write counts when four have it, and who wants to know what was written
 * asks three: 4 + 3 > 6. Two writes meet because 4 + 4 > 6. So a zone may fail without a pause in writing, and a zone and
 * one node more without a loss.
 */
import type { Command } from '../store.ts'

export const ZONES = ['a', 'b', 'c'] as const

/** How many of six must answer. */
export const QUORUM = { read: 3, write: 4 }
/** The quorum of AU1, which does not meet itself. */
export const HALF = 3

/** No writer gives out LSNs further than this above what is durable (the LSN allocation limit, 2017, section 4.2.1). */
export const ALLOCATION_LIMIT = 1000

/** A database and the storage nodes exchange a sign of life about so often, ms. */
export const BEAT_MS = 50

/** A change of one page, which is its key. */
export type Redo = Extract<Command, { readonly f: 'write' | 'append' | 'increment' }>

export interface LogRecord {
  /** Log sequence number: rises, and never has two meanings. */
  readonly lsn: number
  /** The record before it; 0 for the first. */
  readonly prev: number
  readonly redo: Redo
  /** Whether it is the last of its mini-transaction: what a reader may see ends with such a record. */
  readonly ends: boolean
}

/** A range of LSNs that recovery has annulled: after < lsn <= upTo. */
export interface Truncation {
  readonly after: number
  readonly upTo: number
}

/** What one writer may write to. Epochs rise; each begins with a recovery, and has one writer. */
export interface Volume {
  readonly epoch: number
  /** Of all recoveries up to this epoch, oldest first. */
  readonly truncations: readonly Truncation[]
}

/** To whom a storage node has promised itself: it takes nothing from earlier epochs. */
export interface Promised {
  readonly epoch: number
  /** The run of the database that asked. */
  readonly owner: string
}

/** What storage nodes answer to one who wants to recover the volume. */
export interface Survey {
  readonly volume: Volume
  /** Up to where the node has the log without a gap: the segment-complete LSN, SCL. */
  readonly scl: number
  /** The last end of a mini-transaction up to there. */
  readonly consistent: number
}

export const isAnnulled = (lsn: number, truncations: readonly Truncation[]): boolean =>
  truncations.some(({ after, upTo }) => after < lsn && lsn <= upTo)

/** The last LSN up to this one that no recovery has annulled. */
export const standing = (lsn: number, truncations: readonly Truncation[]): number =>
  truncations.reduceRight(
    (last, { after, upTo }) => (after < last && last <= upTo ? after : last),
    lsn,
  )

/** The zone that a node is in: `a1` and `a2` keep the log there, `db-a` uses it. */
export const zoneOf = (name: string): string => name.replace('db-', '').charAt(0)

/** What so many of these reach: the n-th highest; -1 where there are fewer. */
export const reachedBy = (n: number, values: Iterable<number>): number =>
  [...values].sort((a, b) => b - a)[n - 1] ?? -1
