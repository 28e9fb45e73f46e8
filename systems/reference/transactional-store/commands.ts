/** What the log of a shard holds, and what its state machine answers. All of it is JSON. */
import type { Json } from '../../../harness/api.ts'

/** A key that was read, with the transaction that had written what it held: null, none had. */
export type Seen = readonly [key: string, writer: string | null]
export type Write = readonly [key: string, value: Json]

/** What a participant needs to know to be able to commit its part of a transaction, whatever happens to it meanwhile. */
export interface Part {
  readonly transaction: string
  /** When it began: by the clock of its coordinator, or the time of its snapshot. */
  readonly began: number
  /** Under which its locks were taken here; 0 where there are none. */
  readonly tenure: number
  readonly reads: readonly Seen[]
  /** Partitions that were read, with all rows that they had. */
  readonly scans: readonly (readonly [partition: string, rows: readonly Seen[]])[]
  readonly writes: readonly Write[]
}

/** What became of a transaction; `at` is the time of its versions, 0 where versions have none. */
export type Outcome =
  | { readonly kind: 'commit'; readonly at: number }
  | { readonly kind: 'abort' }
  /** It is over for everybody, and nobody needs to know any more. */
  | { readonly kind: 'forgotten' }

export type Command =
  /** Below `open`, all transactions of this one's coordinator are over for everybody. */
  | { readonly f: 'prepare'; readonly part: Part; readonly open: number }
  /** Proposes an outcome at the transaction's home: the first one stands. */
  | {
      readonly f: 'decide'
      readonly transaction: string
      readonly outcome: Outcome
      readonly open: number
    }
  | { readonly f: 'finish'; readonly transaction: string; readonly outcome: Outcome }
  /** The next time of the clock that orders snapshots and commits. */
  | { readonly f: 'timestamp' }

export type Result =
  | { readonly f: 'prepare'; readonly promised: boolean }
  | { readonly f: 'decide'; readonly outcome: Outcome }
  | { readonly f: 'finish' }
  | { readonly f: 'timestamp'; readonly time: number }
