/**
 * Causal order by vector clocks (Birman, Schiper and Stephenson, "Lightweight Causal and Atomic Group Multicast", 1991, section 5.1):
 * nobody delivers a message before those that its sender had delivered or broadcast when it broadcast it. The stamp of a
 * message counts them, by sender; a message is the next when it is the very next of its sender, and all else
 * that its stamp counts was delivered here.
 */
import type { Json } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'
import { asJson, at, type Clock, clockOf } from './clock.ts'
import type { Item } from './item.ts'
import { type Deliver, type Order, type Stamped, Waiting } from './order.ts'

export interface CausalOptions {
  readonly life: string
  readonly bug: Bug | 'none'
  readonly deliver: Deliver
}

export class CausalOrder implements Order {
  /** What was delivered, by sender, and under its own name what it has broadcast. */
  private clock: Clock = {}
  /** Delivered since it last broadcast, and before that its own last message. */
  private fresh: Json[] = []
  private readonly waiting: Waiting

  constructor(private readonly options: CausalOptions) {
    this.waiting = new Waiting(
      (item) => this.isNext(item),
      (item) => {
        this.count(item)
        this.deliver(item)
      },
    )
  }

  stamp(message: Json): Stamped {
    const { life } = this.options
    this.clock = { ...this.clock, [life]: at(this.clock, life) + 1 }
    const after = this.fresh
    this.fresh = [message]
    return { stamp: asJson(this.clock), after }
  }

  take(item: Item): void {
    const { life } = this.options
    if (item.life !== life) {
      this.waiting.add(item)
      return
    }
    // Its own are the next as soon as they are there. After a restart this is how it learns what it had broadcast.
    this.clock = { ...this.clock, [life]: Math.max(at(this.clock, life), at(clockOf(item), life)) }
    this.deliver(item)
  }

  private deliver(item: Item): void {
    if (!this.fresh.includes(item.message)) this.fresh.push(item.message)
    this.options.deliver(item)
  }

  private isNext(item: Item): boolean {
    return Object.entries(clockOf(item)).every(([life, count]) => {
      const known = at(this.clock, life)
      if (life !== item.life) return count <= known || this.has('GO3')
      return this.has('GO4') ? count > known : count === known + 1
    })
  }

  /**
   * All else that its stamp counts is counted already. With VC1 clocks are compared as they should be and counted wrongly: the
   * node's next message has a number that it has given before. (DY5 of the quorum store counts rightly and compares wrongly.)
   */
  private count(item: Item): void {
    const theirs = clockOf(item)
    if (this.has('VC1')) this.clock = { ...this.clock, ...theirs }
    else this.clock = { ...this.clock, [item.life]: at(theirs, item.life) }
  }

  private has(bug: Bug): boolean {
    return this.options.bug === bug
  }
}
