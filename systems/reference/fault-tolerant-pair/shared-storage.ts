/**
 * The shared storage, as far as the pair needs it: an atomic test-and-set for each pair ("The Design of a Practical
 * System for Fault-Tolerant Virtual Machines", 2010, section 2.3). The first that asks is told that it wins, for ever.
 */
import type { Message, Program, World } from '../../../harness/api.ts'
import { reply } from '../replies.ts'
import type { Bug } from './bugs.ts'

const FILE = 'winners'

export class SharedStorage implements Program {
  /** By pair. */
  private winners: Readonly<Record<number, string>>

  constructor(
    private readonly world: World,
    private readonly bug: Bug | 'none',
  ) {
    this.winners = (world.storage.get(FILE) ?? {}) as Readonly<Record<number, string>>
  }

  receive(message: Message): void {
    const { src, body } = message
    if (body.type === 'test-and-set') this.testAndSet(src, body.pair as number)
    else if (body.type === 'status') reply(this.world, message, { type: 'status_ok' })
  }

  private testAndSet(host: string, pair: number): void {
    const { storage, send } = this.world
    const winner = this.winners[pair] ?? host
    this.winners = { ...this.winners, [pair]: winner }
    if (this.bug !== 'FT5') storage.put(FILE, this.winners)
    storage.sync(() => send(host, { type: 'verdict', pair, winner }))
  }
}
