import type { Key } from '../harness/api.ts'

/** A compare-and-set sets `to` if the register holds `from`. One that fails tells what it saw. */
export type RegisterCall =
  /** Invoked with null; completes with the register's value, null when it was never written. */
  | { readonly f: 'read'; readonly key: Key; readonly value: number | null }
  | { readonly f: 'write'; readonly key: Key; readonly value: number }
  /** Invoked and completed ok with [from, to]; completed fail with [from, to, saw]. */
  | {
      readonly f: 'cas'
      readonly key: Key
      readonly value: readonly [number, number] | readonly [number, number, number | null]
    }
