/** How a shard keeps transactions apart: what three ways of concurrency control have in common. */
import type { Part } from '../commands.ts'
import type { Version } from '../versions.ts'

/** A transaction that reads, as a shard sees it. */
export interface Reader {
  readonly transaction: string
  readonly began: number
}

/** Keys or a whole partition. */
export type Wanted = { readonly keys: readonly string[] } | { readonly partition: string }

/** Calls back once: whether it may. */
export type Then = (may: boolean) => void

export interface Control {
  /** Whether what is read is validated when the transaction commits, or must be known to be the latest at once. */
  readonly reads: 'validated-later' | 'known-to-be-latest'
  /** Says when a transaction may look at something. */
  admit(reader: Reader, wanted: Wanted, then: Then): void
  /** Under which the locks of a transaction stand that has read here; 0 where there are none. */
  tenureOf(transaction: string): number
  /** What a transaction sees of a key; `cut` when that is not kept any more. */
  see(reader: Reader, key: string): Version | 'cut' | undefined
  /** Says whether a part may be promised, as far as the state machine does not decide that. */
  vote(part: Part, then: Then): void
  /** Whether all that a transaction has read, and nothing is written by it, was true at one moment. */
  wasTrue(part: Part): boolean
  /** A part was promised by whoever served before. */
  inherit(part: Part): void
  /** A transaction is over here. */
  ended(transaction: string): void
  /** Time passes: who has not been heard of for long is given up. */
  turn(): void
}
