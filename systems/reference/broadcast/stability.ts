/**
 * When what a node has broadcast is stable: a majority has delivered it, and so it outlives the loss of a minority of the disks
 * (Cachin and others, section 3.4: what uniform reliable broadcast waits for). Who delivers an item tells its sender, and whoever
 * waits asks again.
 */
import type { Message, World } from '../../../harness/api.ts'
import { type Item, nameOf, nodeOf } from './item.ts'
import { others } from './links.ts'

/** Between two questions, ms. */
const AGAIN_MS = 100

interface Wait {
  readonly channel: string
  readonly name: string
  readonly by: Set<string>
  readonly then: () => void
}

export class Stability {
  private readonly waits = new Map<string, Wait>()
  private isAsking = false

  constructor(
    private readonly world: World,
    /** Whether an item of a channel was delivered here. */
    private readonly isDone: (channel: string, name: string) => boolean,
  ) {}

  /** Calls back when a majority has delivered an item of this node's. */
  wait(channel: string, item: Item, then: () => void): void {
    const name = nameOf(item)
    this.waits.set(keyOf(channel, name), { channel, name, by: new Set(), then })
    if (!this.isAsking) this.ask()
  }

  /** An item was delivered here. */
  done(channel: string, item: Item): void {
    const { self } = this.world
    const sender = nodeOf(item.life)
    if (sender === self) this.told(self, channel, [nameOf(item)])
    else this.world.send(sender, { type: 'delivered', channel, names: [nameOf(item)] })
  }

  /** A message of type `delivered` or `is-delivered`. */
  hear({ src, body }: Message): void {
    const channel = body.channel as string
    const names = body.names as readonly string[]
    if (body.type === 'delivered') this.told(src, channel, names)
    else {
      const done = names.filter((name) => this.isDone(channel, name))
      if (done.length > 0) this.world.send(src, { type: 'delivered', channel, names: done })
    }
  }

  private told(by: string, channel: string, names: readonly string[]): void {
    for (const name of names) {
      const key = keyOf(channel, name)
      const wait = this.waits.get(key)
      if (wait === undefined) continue
      wait.by.add(by)
      if (wait.by.size <= this.world.nodes.length / 2) continue
      this.waits.delete(key)
      wait.then()
    }
  }

  private ask(): void {
    this.isAsking = true
    this.world.after(AGAIN_MS, () => {
      this.isAsking = false
      if (this.waits.size === 0) return
      const names = new Map<string, string[]>()
      for (const { channel, name } of this.waits.values())
        names.set(channel, [...(names.get(channel) ?? []), name])
      for (const [channel, some] of names) {
        const done = some.filter((name) => this.isDone(channel, name))
        this.told(this.world.self, channel, done)
        for (const node of others(this.world))
          this.world.send(node, { type: 'is-delivered', channel, names: some })
      }
      this.ask()
    })
  }
}

const keyOf = (channel: string, name: string): string => `${channel}/${name}`
