/**
 * Lazy reliable broadcast (Cachin and others, section 3.3, algorithm 3.2): the sender sends to everybody, and others send its
 * items on only when they take it for dead. A wrong suspicion costs messages and breaks nothing. A node that has lost
 * its disk cannot go on with what it had begun, so the others do that for its earlier life, whether or not they
 * noticed that it was away.
 */
import { type Item, nodeOf } from './item.ts'
import { others } from './links.ts'
import type { Spread, SpreadOptions } from './spread.ts'

export class Lazy implements Spread {
  /** Of each node, the life that it says it is in. */
  private readonly current = new Map<string, string>()

  constructor(private readonly options: SpreadOptions) {
    options.onSuspicion((node) => this.relayAll((life) => nodeOf(life) === node))
  }

  pass(item: Item, from: string): void {
    const { world } = this.options
    if (item.life === this.options.life || this.isGone(item.life))
      for (const name of others(world)) if (name !== from) this.send(name, item)
  }

  resume(items: readonly Item[]): void {
    for (const item of items) this.pass(item, this.options.world.self)
  }

  reborn(life: string): void {
    this.current.set(nodeOf(life), life)
    this.relayAll((one) => nodeOf(one) === nodeOf(life) && one !== life)
  }

  private isGone(life: string): boolean {
    const { isSuspected, world } = this.options
    const node = nodeOf(life)
    // Its own earlier lives as well.
    if (node === world.self || isSuspected(node)) return true
    return (this.current.get(node) ?? life) !== life
  }

  private relayAll(isMeant: (life: string) => boolean): void {
    for (const item of this.options.items())
      if (isMeant(item.life)) for (const name of others(this.options.world)) this.send(name, item)
  }

  private send(name: string, item: Item): void {
    const { links, channel } = this.options
    links.send(name, { channel, item })
  }
}
