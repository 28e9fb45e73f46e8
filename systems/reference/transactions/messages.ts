/**
 * What clients of reference transactions say to the node that coordinates for them. Values are read while the transaction runs, and
 * what it writes stays with the client until it asks for the commit (Kung & Robinson 1981, section 2; Corbett and
 * others 2012, section 4.2.1): nothing happens before that. A node answers a request that comes again as it did before.
 */
import type { Json } from '../../../harness/api.ts'

/** A transaction that only reads may be carried out in another way. */
export type Access = 'read-only' | 'read-write'

export interface Begin {
  readonly type: 'begin'
  readonly access: Access
}

/** The answer: a name that no other transaction of any run has. */
export interface Begun {
  readonly type: 'begin_ok'
  readonly transaction: string
}

export interface Read {
  readonly type: 'read'
  readonly transaction: string
  readonly keys: readonly string[]
}

/** The answer: what the keys hold, in their order; null where nothing was ever written. */
export interface ReadOk {
  readonly type: 'read_ok'
  readonly values: readonly Json[]
}

/** Asks for all rows of a partition: of the keys `partition:row`. */
export interface Scan {
  readonly type: 'scan'
  readonly transaction: string
  readonly partition: string
}

/** The answer: keys with what they hold. */
export interface ScanOk {
  readonly type: 'scan_ok'
  readonly rows: readonly (readonly [key: string, value: Json])[]
}

/**
 * Answered with `commit_ok`, with a definite error when the transaction certainly is not and will not be committed, or with
 * an indefinite one when nobody knows any more.
 */
export interface Commit {
  readonly type: 'commit'
  readonly transaction: string
  readonly writes: readonly (readonly [key: string, value: Json])[]
}

/** Gives the transaction up; nobody waits for an answer. */
export interface Abort {
  readonly type: 'abort'
  readonly transaction: string
}

export type TransactionRequest = Begin | Read | Scan | Commit | Abort

/** The partition of a key: of `partition:row`, or the key itself, which is a partition of its own. */
export const partitionOf = (key: string): string => key.split(':', 1)[0]!

/** Whether a key is a row among others in its partition. */
export const isRow = (key: string): boolean => key.includes(':')
