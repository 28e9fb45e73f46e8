/**
 * How a node begins a life. An empty disk may have lost what others count on: what it had broadcast, and places that it had given
 * as sequencer. So it asks all others for everything they have, and takes no part before it has that from
 * each of them; they note that its earlier life is over before they answer.
 */
import type { Json, Message, World } from '../../../harness/api.ts'
import type { Channel } from './channel.ts'
import type { Disk } from './disk.ts'
import { lettersIn } from './item.ts'
import { others } from './links.ts'

/** Between two attempts, ms. */
const AGAIN_MS = 100

export interface JoiningOptions {
  readonly world: World
  readonly disk: Disk
  readonly channels: ReadonlyMap<string, Channel>
  readonly life: string
  readonly joined: () => void
}

export class Joining {
  private readonly missing: Set<string>

  constructor(private readonly options: JoiningOptions) {
    this.missing = new Set(others(options.world))
  }

  /** For a node that was not there before. */
  begin(): void {
    const { world, life, joined } = this.options
    if (this.missing.size === 0) {
      joined()
      return
    }
    for (const name of this.missing) world.send(name, { type: 'join', life })
    world.after(AGAIN_MS, () => {
      if (this.missing.size > 0) this.begin()
    })
  }

  /** A message of type `join` or `welcome`. */
  hear(message: Message): void {
    if (message.body.type === 'join') this.welcome(message)
    else this.welcomed(message)
  }

  private welcome({ src, body }: Message): void {
    const { world, channels } = this.options
    const life = body.life as string
    let left = channels.size
    for (const channel of channels.values())
      channel.reborn(life, () => {
        if (--left === 0) world.send(src, { type: 'welcome', life, has: this.all() })
      })
  }

  private all(): Json {
    return [...this.options.channels].map(([channel, { items, lives }]) => ({
      lives: [...lives],
      letters: items.map((item) => ({ channel, item })) as unknown as Json,
    }))
  }

  private welcomed({ src, body }: Message): void {
    const { channels, disk, life, joined } = this.options
    if (body.life !== life || !this.missing.has(src)) return
    const has = body.has as readonly { readonly [part: string]: Json }[]
    for (const [place, channel] of [...channels.values()].entries()) {
      for (const one of has[place]!.lives as readonly string[])
        if (one !== life) channel.reborn(one, () => {})
      for (const { item } of lettersIn(has[place]!.letters)) channel.receive(item, src, () => {})
    }
    disk.settled(() => {
      if (this.missing.delete(src) && this.missing.size === 0) joined()
    })
  }
}
