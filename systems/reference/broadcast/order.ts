/**
 * The layer that decides in which order messages are delivered to clients. It is given what the layer below has
 * delivered, in any order that this may come in, and stamps what its own node broadcasts (Hadzilacos and Toueg 1994, section 4).
 * It keeps nothing on a disk: after a restart it is given the same items in the same order, and comes to the same.
 */
import type { Json } from '../../../harness/api.ts'
import type { Item } from './item.ts'

export interface Order {
  /** What goes with the next message of this node. */
  stamp(message: Json): Stamped
  /** Takes an item; what becomes deliverable by it is delivered before this returns. */
  take(item: Item): void
  /** All that the disk held has been taken, and the node may broadcast. */
  begin?(): void
  /** A node has begun a new life, and takes no part in its earlier ones any more. */
  reborn?(life: string): void
}

export interface Stamped {
  readonly stamp: Json
  /** Where it matters: what this node had delivered when it broadcast it, and not yet told of. */
  readonly after?: readonly Json[]
}

/** A message's turn has come. */
export type Deliver = (item: Item) => void

/** No order: everything is delivered when it comes. */
export class AnyOrder implements Order {
  constructor(private readonly deliver: Deliver) {}

  stamp(): Stamped {
    return { stamp: null }
  }

  take(item: Item): void {
    this.deliver(item)
  }
}

/** Messages that wait for others: each is delivered when it is the next. */
export class Waiting {
  private readonly items: Item[] = []

  constructor(
    private readonly isNext: (item: Item) => boolean,
    private readonly deliver: Deliver,
  ) {}

  add(item: Item): void {
    if (!this.isNext(item)) {
      this.items.push(item)
      return
    }
    this.deliver(item)
    for (let at = this.find(); at >= 0; at = this.find()) this.deliver(this.items.splice(at, 1)[0]!)
  }

  private find(): number {
    return this.items.findIndex(this.isNext)
  }
}
