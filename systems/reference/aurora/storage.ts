/**
 * A storage node (SIGMOD 2017, section 3.3): keeps a copy of the log, makes pages of it, and asks its peers for what it
 * missed. It does not vote on what is written and knows no transactions. It does keep to epochs: once it has promised
 * itself to the writer of one, it takes nothing from those before. "Rather than waiting for a lease to expire, we just
 * change the locks on the door" (SIGMOD 2018, section 2.4). What it says is safe on its disk.
 */
import type { Body, Json, Message, Program, World } from '../../../harness/api.ts'
import { reply } from '../replies.ts'
import { Rounds } from '../rounds.ts'
import type { Bug } from './bugs.ts'
import { Rebirth } from './rebirth.ts'
import { Segment } from './segment.ts'
import type { LogRecord, Promised, Survey, Volume } from './volume.ts'

export interface StorageOptions {
  readonly bug: Bug | 'none'
  readonly databases: readonly string[]
  /** All storage nodes. */
  readonly storage: readonly string[]
}

/** Asks a peer for what it lacks about so often, ms. */
const GOSSIP_MS = 500
/** Records that a peer gives at once. */
const BATCH = 256

interface Kept {
  readonly promised: Promised
  readonly volume: Volume
}

const nothing: Kept = {
  promised: { epoch: 0, owner: '' },
  volume: { epoch: 0, truncations: [] },
}

export class StorageNode implements Program {
  private kept: Kept
  private readonly segment: Segment
  private readonly rounds: Rounds
  private readonly rebirth: Rebirth
  private readonly peers: readonly string[]

  constructor(
    private readonly world: World,
    private readonly options: StorageOptions,
  ) {
    this.kept = (world.storage.get('volume') as unknown as Kept | undefined) ?? nothing
    this.segment = new Segment(world.storage, this.kept.volume.truncations)
    this.rounds = new Rounds(world)
    this.peers = options.storage.filter((name) => name !== world.self)
    this.rebirth = new Rebirth(world, this.rounds, {
      databases: options.databases,
      peers: this.peers,
      scl: () => this.segment.scl,
      adopt: (volume, promised) => this.adopt(volume, promised),
    })
    this.gossip()
  }

  receive(message: Message): void {
    const { body } = message
    if (body.type === 'redo') this.take(message)
    else if (body.type === 'page') this.givePage(message)
    else if (body.type === 'fence') this.promise(message)
    else if (body.type === 'open') this.open(message)
    else if (body.type === 'pull') this.give(message)
    else if (body.type === 'given') this.fill(message)
    else if (body.type === 'survey') this.tellSurvey(message)
    else if (body.type.endsWith('_ok')) this.rounds.hear(message)
    else if (body.type === 'status') {
      const { isMember } = this.rebirth
      reply(this.world, message, { type: 'status_ok', leads: false, member: isMember })
    }
  }

  // ------------------------------------------------------------ writers

  /** A database wants to write: nobody before it may any more. */
  private promise(message: Message): void {
    const { epoch, owner } = message.body as unknown as Promised
    if (!this.rebirth.isMember) return
    const { promised } = this.kept
    const isMine = epoch === promised.epoch && owner === promised.owner
    if (epoch <= promised.epoch && !isMine) {
      this.refuse(message)
      return
    }
    this.keep({ ...this.kept, promised: { epoch, owner } })
    this.tellSafely(message, { type: 'fence_ok', ...this.survey() })
  }

  /** It has recovered the volume: this is what is left of it. */
  private open(message: Message): void {
    const volume = message.body.volume as unknown as Volume
    if (this.isStale(volume.epoch)) {
      this.refuse(message)
      return
    }
    this.adopt(volume)
    const { epoch } = volume
    this.tellSafely(message, { type: 'taken', epoch, number: 0, scl: this.segment.scl })
  }

  private take(message: Message): void {
    const { epoch, number, records } = message.body as unknown as RedoMessage
    if (this.isStale(epoch)) this.refuse(message)
    else if (this.isOpen(epoch)) {
      this.segment.add(records)
      const scl = this.has('AU3') ? this.segment.highest : this.segment.scl
      this.tellSafely(message, { type: 'taken', epoch, number, scl })
    }
  }

  private isOpen(epoch: number): boolean {
    return this.has('AU5') ? this.kept.volume.epoch > 0 : this.kept.volume.epoch === epoch
  }

  private isStale(epoch: number): boolean {
    return epoch < this.kept.promised.epoch && !this.has('AU5')
  }

  private refuse(message: Message): void {
    if (!this.rebirth.isMember) return
    const { epoch } = this.kept.promised
    this.world.send(message.src, { type: 'refused', epoch })
  }

  /** Answers when all that it has by now is safe; one that has lost its disk has no voice. */
  private tellSafely({ src, body }: Message, answer: Body): void {
    if (!this.rebirth.isMember) return
    const { round } = body
    const { life } = this.rebirth
    const said = { ...answer, life, ...(round === undefined ? {} : { round }) }
    this.world.storage.sync(() => this.world.send(src, said))
  }

  // ------------------------------------------------------------ readers

  /** A page as of a read point, from the one node that was asked: no quorum (SIGMOD 2018, section 3.1). */
  private givePage({ src, body }: Message): void {
    if (!this.rebirth.isMember) return
    const { page, at, fetch } = body as unknown as PageMessage
    const value = this.segment.page(page, at ?? this.segment.scl)
    this.world.send(
      src,
      value === undefined ? { type: 'behind', fetch } : { type: 'page', fetch, value },
    )
  }

  // ------------------------------------------------------------ peers

  private gossip(): void {
    const peer = this.peers[Math.floor(this.world.random() * this.peers.length)]
    if (peer !== undefined) this.pull(peer)
    this.world.after(GOSSIP_MS * (0.5 + this.world.random()), () => this.gossip())
  }

  private pull(peer: string): void {
    const { scl } = this.segment
    this.world.send(peer, { type: 'pull', epoch: this.kept.volume.epoch, scl })
  }

  private give({ src, body }: Message): void {
    const { volume } = this.kept
    const { epoch, scl } = body as unknown as { readonly epoch: number; readonly scl: number }
    if (volume.epoch < epoch) return
    const records = volume.epoch === epoch ? this.segment.after(scl, BATCH) : []
    if (volume.epoch > epoch || records.length > 0)
      this.world.send(src, { type: 'given', volume, records } as unknown as Body)
  }

  private fill({ src, body }: Message): void {
    const { volume, records } = body as unknown as Given
    if (volume.epoch < this.kept.volume.epoch) return
    const isNews = volume.epoch > this.kept.volume.epoch || records.length === BATCH
    this.adopt(volume)
    this.segment.add(records)
    this.rebirth.grown(this.kept.volume.truncations)
    if (isNews) this.pull(src)
  }

  private tellSurvey({ src, body }: Message): void {
    const answer = { type: 'survey_ok', ...this.survey(), promised: this.kept.promised }
    const said = { ...answer, round: body.round, life: this.rebirth.life } as unknown as Body
    this.world.storage.sync(() => this.world.send(src, said))
  }

  private survey(): { readonly [field in keyof Survey]: Json } {
    const { scl, consistent } = this.segment
    return { volume: this.kept.volume as unknown as Json, scl, consistent }
  }

  // ------------------------------------------------------------ the rest

  /** Goes on to a later epoch, in which some records are annulled, and to a later promise. */
  private adopt(volume: Volume, promised: Promised = this.kept.promised): void {
    const current = this.kept
    const isLater = volume.epoch > current.volume.epoch
    const atLeast = { epoch: volume.epoch, owner: '' }
    const latest = [current.promised, promised, atLeast].reduce((one, other) =>
      other.epoch > one.epoch ? other : one,
    )
    if (!isLater && latest === current.promised) return
    this.keep({ promised: latest, volume: isLater ? volume : current.volume })
    if (isLater) this.segment.annul(volume.truncations)
  }

  private keep(kept: Kept): void {
    this.kept = kept
    this.world.storage.put('volume', kept as unknown as Json)
  }

  private has(bug: Bug): boolean {
    return this.options.bug === bug
  }
}

interface RedoMessage {
  readonly epoch: number
  readonly number: number
  readonly records: readonly LogRecord[]
}

interface PageMessage {
  readonly page: string
  /** Absent: whatever it has now. */
  readonly at?: number
  readonly fetch: number
}

interface Given {
  readonly volume: Volume
  readonly records: readonly LogRecord[]
}
