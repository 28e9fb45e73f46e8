/**
 * The storage that a leader reads and writes: what the lease is for. It remembers the largest token that it has
 * seen and refuses smaller ones, so that a leader that was paused, or whose messages were, does no harm when its
 * lease is over (Kleppmann, "How to do distributed locking", 2016, "Making the lock safe with fencing"). A read
 * counts as well: what the leader makes of it must not be overwritten by one before it.
 */
import type { Body, Json, Message, Program, World } from '../../../harness/api.ts'
import { reply } from '../replies.ts'
import type { Bug } from './bugs.ts'
import type { Load, Save } from './messages.ts'

interface Kept {
  /** The largest token seen, and the number of the last save under it. */
  readonly token: number
  readonly number: number
  /** Null when nothing was ever saved. */
  readonly state: Json
}

export class StorageNode implements Program {
  private kept: Kept

  constructor(
    private readonly world: World,
    private readonly bug: Bug | 'none',
  ) {
    const kept = world.storage.get('kept') as unknown as Kept | undefined
    this.kept = kept ?? { token: 0, number: 0, state: null }
  }

  receive(message: Message): void {
    const { body, src } = message
    if (body.type === 'load') this.load(src, body as unknown as Load)
    else if (body.type === 'save') this.save(src, body as unknown as Save)
    else if (body.type === 'status') reply(this.world, message, { type: 'status_ok', leads: false })
  }

  private load(leader: string, { token, number }: Load): void {
    if (this.refuses(leader, { token, number })) return
    const { state } = this.kept
    if (token > this.kept.token) this.keep({ token, number: 0, state })
    this.world.storage.sync(() => {
      this.world.send(leader, { type: 'loaded', token, number, state } as Body)
    })
  }

  private save(leader: string, { token, number, state }: Save): void {
    if (this.refuses(leader, { token, number })) return
    // One that was saved before may come again, and late.
    if (token !== this.kept.token || number > this.kept.number) this.keep({ token, number, state })
    this.world.storage.sync(() => this.world.send(leader, { type: 'saved', token, number }))
  }

  /** Tells a leader of an older token that it is one. */
  private refuses(leader: string, { token, number }: Load): boolean {
    if (this.bug === 'LE1' || token >= this.kept.token) return false
    this.world.send(leader, { type: 'fenced', token, number })
    return true
  }

  private keep(kept: Kept): void {
    this.kept = kept
    this.world.storage.put('kept', kept as unknown as Json)
  }
}
