/**
 * How an item that one node has reaches all others: the layer on which the orders stand, and which knows nothing of them
 * (Hadzilacos and Toueg, "A Modular Approach to Fault-Tolerant Broadcasts and Related Problems", 1994, section 3).
 */
import type { Json, World } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'
import type { Item, Letter } from './item.ts'
import type { Links } from './links.ts'

export interface Spread {
  /** An item has become safe here: this node's own, or one that came from another. */
  pass(item: Item, from: string): void
  /** The items that an earlier run of this node kept, after a restart. */
  resume(items: readonly Item[]): void
  /** Somebody has begun a new life: nobody speaks for its earlier ones any more. */
  reborn?(life: string): void
  /** A message between two layers of this kind. */
  hear?(src: string, body: Readonly<Record<string, Json | undefined>>): void
}

export interface SpreadOptions {
  readonly world: World
  readonly bug: Bug | 'none'
  readonly links: Links
  readonly channel: string
  readonly life: string
  /** Whether a node is taken for dead. */
  readonly isSuspected: (node: string) => boolean
  /** Calls back when a node is taken for dead. */
  readonly onSuspicion: (then: (node: string) => void) => void
  /** All items that are known here. */
  readonly items: () => Iterable<Item>
  /** Takes in an item that came. */
  readonly receive: (letter: Letter, from: string) => void
}
