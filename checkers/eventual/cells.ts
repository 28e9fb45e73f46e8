/**
 * What eventual consistency is judged by: a cell is the smallest thing that has a state of its own, an
 * element of a set (absent or present) or a register. Whether a state may be the last one depends on
 * the updates alone: it may when some order of all acknowledged updates and any of the indeterminate
 * ones ends in it. With `order: 'realtime'` that order must keep the updates that did not overlap as
 * they were; with `'any'` it need not (Burckhardt, "Principles of Eventual Consistency", 2014, ch. 5: the
 * arbitration of basic eventual consistency is free), as where clocks of replicas decide.
 */
import type { History } from '../history.ts'
import type { Read, Site } from './quiescence.ts'

export type Order = 'realtime' | 'any'

/** In place of a state: concurrent last reads of the replica differ. */
export const UNSETTLED = -1

export interface Cells {
  readonly history: History
  /** All ok reads, in the order of their completions. */
  readonly reads: readonly Read[]
  /** Number of keys, the missing one included. */
  readonly keys: number
  /** Whether updates of the key were attempted. */
  updated(key: number): boolean
  /** The cells of a key that a last read or an update knows. */
  cellsOf(key: number): Iterable<number>
  /** Tells the sites of a key; `state` answers about them until it is called again. */
  visit(key: number, sites: readonly Site[]): void
  /** State of a cell at a site of the key visited (by its place among them), or UNSETTLED. */
  state(cell: number, site: number): number
  /** Whether the state may be the last one. */
  possible(cell: number, state: number): boolean
  /** Whether an update of unknown outcome may have brought the state about since the history is at rest. */
  late(cell: number, state: number): boolean
  /** Whether a final read shows another state than the sites visited, which agree. */
  differs(key: number, read: number): boolean
  /** The cell as people name it: `element 3`, `x`. */
  name(cell: number): string
  /** The element or key, for lists of what is concerned. */
  label(cell: number): string | number
  /** What a read of the state says of the cell: `holds element 3`, `x = 7`. */
  tells(cell: number, state: number): string
  /** Why the updates rule out a last state; undefined where no update could lead to it at all. */
  contradiction(cell: number, state: number): Contradiction | undefined
  /** Reads of what was never there: cell, number of the read, and why. */
  readonly phantoms: readonly Phantom[]
  /** Reads that hold an element more than once. */
  readonly duplicates: readonly { readonly cell: number; readonly read: number }[]
  /** How many updates there were, and how many of them were acknowledged. */
  readonly attempted: number
  readonly acknowledged: number
}

export interface Phantom {
  readonly cell: number
  readonly state: number
  readonly read: number
  readonly why: string
}

export interface Contradiction {
  readonly type: 'lost' | 'resurrected'
  /** Positions of the invocations that rule the state out. */
  readonly updates: readonly number[]
  readonly why: string
}
