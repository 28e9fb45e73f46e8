/**
 * FIFO order (Hadzilacos and Toueg 1994, section 4.1): of one node's messages nobody delivers a later one before it has
 * delivered the earlier ones. Each message says how many its node has broadcast before, in this life and in those
 * that ended with its disk, as far as anybody knew when this one began.
 */
import { asJson, at, type Clock, clockOf } from './clock.ts'
import { type Item, nodeOf } from './item.ts'
import { type Deliver, type Order, type Stamped, Waiting } from './order.ts'

export class FifoOrder implements Order {
  private delivered: Clock = {}
  private sent = 0
  private readonly waiting: Waiting

  constructor(
    private readonly life: string,
    deliver: Deliver,
  ) {
    this.waiting = new Waiting(
      (item) => isNext(item, this.delivered),
      (item) => {
        this.delivered = { ...this.delivered, [item.life]: at(clockOf(item), item.life) }
        deliver(item)
      },
    )
  }

  stamp(): Stamped {
    const own = Object.entries(this.delivered).filter(
      ([life]) => nodeOf(life) === nodeOf(this.life),
    )
    return { stamp: asJson({ ...Object.fromEntries(own), [this.life]: ++this.sent }) }
  }

  take(item: Item): void {
    if (item.life === this.life) this.sent = Math.max(this.sent, at(clockOf(item), this.life))
    this.waiting.add(item)
  }
}

/** The very next of its sender, after all else that it counts. */
const isNext = (item: Item, delivered: Clock): boolean =>
  Object.entries(clockOf(item)).every(([life, count]) =>
    life === item.life ? count === at(delivered, life) + 1 : count <= at(delivered, life),
  )
