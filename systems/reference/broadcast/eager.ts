/**
 * Eager reliable broadcast (Cachin and others, section 3.3, algorithm 3.3): whoever gets an item for the first time sends it on to
 * everybody, so that it reaches all when it has reached one that lives; no failure detector is needed.
 */
import { type Item, nodeOf } from './item.ts'
import { others } from './links.ts'
import type { Spread, SpreadOptions } from './spread.ts'

export class Eager implements Spread {
  constructor(private readonly options: SpreadOptions) {}

  pass(item: Item, from: string): void {
    const { world, links, channel } = this.options
    for (const name of others(world))
      if (name !== from && name !== nodeOf(item.life)) links.send(name, { channel, item })
  }

  /** Nobody knows any more who has got what, so everybody gets everything again. */
  resume(items: readonly Item[]): void {
    for (const item of items) this.pass(item, this.options.world.self)
  }
}
