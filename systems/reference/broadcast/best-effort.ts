/**
 * Best-effort broadcast (Cachin and others, section 3.2, algorithm 3.1): the sender sends to everybody, and goes on until
 * they have it. When it crashes before, some have the message and others never get it.
 */
import { type Item, nodeOf } from './item.ts'
import { others } from './links.ts'
import type { Spread, SpreadOptions } from './spread.ts'

export class BestEffort implements Spread {
  constructor(private readonly options: SpreadOptions) {}

  pass(item: Item): void {
    const { world, links, channel } = this.options
    if (nodeOf(item.life) !== world.self) return
    for (const name of others(world)) links.send(name, { channel, item })
  }

  /** It promised nothing beyond its own life. */
  resume(): void {}
}
