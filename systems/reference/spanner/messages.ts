/**
 * What servers ask the leader of a group, and its answers. Everything may be asked again. `stamp` stands for a
 * timestamp on TrueTime's line, ms.
 */
import type { Json } from '../../../harness/api.ts'
import type { Mode } from '../transactions/lock-table.ts'

/** A transaction: of two, the one that began earlier goes before the other one where they meet. */
export interface Owner {
  readonly name: string
  readonly began: number
}

/** What is read: keys, or all rows of a partition. */
export type Wanted =
  | { readonly keys: readonly string[] }
  | { readonly keys?: never; readonly partition: string }

/** What came of it: what the keys hold, in their order, or rows. */
export type Found =
  | { readonly values: readonly Json[]; readonly rows?: never }
  | { readonly values?: never; readonly rows: readonly (readonly [key: string, value: Json])[] }

export type Write = readonly [key: string, value: Json]
export type Lock = readonly [name: string, mode: Mode]

/** Reads what was committed up to a timestamp, without locks (section 4.1.4). */
export interface SnapshotRead {
  readonly f: 'snapshot-read'
  readonly stamp: number
  readonly wanted: Wanted
}

/** Reads the latest and locks it (section 4.2.1). `term`: where the transaction's earlier locks are. */
export interface LockingRead {
  readonly f: 'locking-read'
  readonly owner: Owner
  readonly wanted: Wanted
  readonly term: number | null
}

/** What one group has to do with a transaction that is to be committed. */
export interface Part {
  readonly group: string
  /** What it has read there, and in which term; null where it has read nothing. */
  readonly locks: readonly Lock[]
  readonly term: number | null
  readonly writes: readonly Write[]
}

/** Two-phase commit: to the coordinator with the names of the other participants, to those with the coordinator's. */
export interface Commit {
  readonly f: 'commit'
  readonly owner: Owner
  readonly part: Part
  readonly coordinator: string
  readonly participants: readonly string[]
}

/** A participant has prepared, or never will: `stamp` is null. Answered with the outcome. */
export interface Vote {
  readonly f: 'vote'
  readonly transaction: string
  readonly group: string
  readonly stamp: number | null
}

/** The transaction is given up before its commit. */
export interface Release {
  readonly f: 'release'
  readonly transaction: string
}

export type GroupRequest = SnapshotRead | LockingRead | Commit | Vote | Release

/** What became of a transaction: when it was committed; null when it never was and never will be. */
export interface Outcome {
  readonly stamp: number | null
}

export interface ReadAnswer {
  readonly found: Found
  readonly term: number
}

/** The transaction was wounded, or its locks were lost. */
export interface Over {
  readonly over: string
}
