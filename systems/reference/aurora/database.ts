/**
 * A database instance: a read replica, until it hears nothing of a writer for a while; then it tries to become the writer
 * itself. It keeps nothing on a disk of its own. Aurora has a control plane to choose the next writer; here the storage
 * nodes decide, for four of six must promise themselves to one epoch.
 *
 * Recovery (SIGMOD 2017, section 4.3; SIGMOD 2018, section 2.4): the candidate first changes the locks, at a write quorum, so that
 * nobody can write behind its back; then it takes the highest whole mini-transaction that any of them has without a gap. Whatever was
 * acknowledged is at four nodes, and so at one of these. It annuls what may lie above, here or elsewhere, and goes on beyond that.
 */
import type { Body, Message, Program, World } from '../../../harness/api.ts'
import { reply, sendOn } from '../replies.ts'
import { Rounds } from '../rounds.ts'
import type { Request } from '../store.ts'
import type { Bug } from './bugs.ts'
import { isReading, type Statement } from './commands.ts'
import { Replica } from './replica.ts'
import {
  ALLOCATION_LIMIT,
  BEAT_MS,
  HALF,
  QUORUM,
  type Survey,
  standing,
  type Volume,
} from './volume.ts'
import { Writer } from './writer.ts'

export interface DatabaseOptions {
  readonly bug: Bug | 'none'
  readonly storage: readonly string[]
  readonly databases: readonly string[]
}

/** Beats without a word from a writer before another database steps in: at least, and up to so many more. */
const PATIENCE = { least: 3, more: 4 }
/** A candidate that has no quorum after so long gives up, ms. */
const CANDIDACY_MS = 250

export class Database implements Program {
  private readonly rounds: Rounds
  private readonly replica: Replica
  private writer: Writer | undefined
  /** The highest epoch that it has heard of. */
  private epoch = 0
  private silent = 0
  private patience: number
  /** Tells it from another run and another database. */
  private readonly run: string
  private readonly writeQuorum: number

  constructor(
    private readonly world: World,
    private readonly options: DatabaseOptions,
  ) {
    this.run = `${world.self}.${Math.floor(world.random() * 2 ** 40).toString(36)}`
    this.writeQuorum = this.has('AU1') ? HALF : QUORUM.write
    this.rounds = new Rounds(world)
    this.replica = new Replica(world, this.rounds, {
      storage: options.storage,
      pagesAs: this.has('AU4') ? 'they are now' : 'of the read point',
    })
    this.patience = this.drawn()
    this.beat()
  }

  receive(message: Message): void {
    const { src, body } = message
    if (body.type === 'request') this.serve(message)
    else if (body.type === 'taken') {
      if (this.rounds.isCurrent(message)) this.writer?.taken(message)
    } else if (body.type === 'stream') this.follow(message)
    else if (body.type === 'page' || body.type === 'behind') {
      this.writer?.pages.hear(body)
      this.replica.hear(body)
    } else if (body.type === 'point') this.writer?.tellPoint(message)
    else if (body.type === 'refused') this.refused(body.epoch as number)
    else if (body.type === 'reborn') this.forget(src, body)
    else if (body.type.endsWith('_ok')) this.rounds.hear(message)
    else if (body.type === 'status') reply(this.world, message, this.status())
  }

  private serve(message: Message): void {
    const { command } = message.body.request as unknown as Request<Statement>
    if (this.writer?.leads) this.writer.serve(message)
    else if (this.writer === undefined && isReading(command)) this.replica.read(message)
    else sendOn(this.world, message, this.replica.writer)
  }

  private beat(): void {
    if (this.writer?.isLost) this.resign()
    if (this.writer !== undefined) this.writer.beat()
    else if (++this.silent > this.patience) this.stepIn()
    this.world.after(BEAT_MS, () => this.beat())
  }

  private follow(message: Message): void {
    if (!this.replica.follow(message)) return
    this.silent = 0
    this.refused(this.replica.epoch)
  }

  /** Somebody has promised itself to this epoch. */
  private refused(epoch: number): void {
    this.epoch = Math.max(this.epoch, epoch)
    if (this.writer !== undefined && this.writer.epoch < epoch) this.resign()
  }

  private resign(): void {
    this.world.log(`no longer the writer of epoch ${this.writer!.epoch}`)
    this.writer!.end()
    this.writer = undefined
    this.silent = 0
    this.patience = this.drawn()
  }

  /** A storage node has lost its disk. */
  private forget(node: string, { round, life }: Body): void {
    this.rounds.reborn(node, life as string)
    this.writer?.forget(node)
    this.world.send(node, { type: 'reborn_ok', round, life: '' })
  }

  // ------------------------------------------------------------ recovery

  private stepIn(): void {
    const epoch = ++this.epoch
    this.silent = 0
    this.patience = this.drawn()
    this.rounds.start({
      targets: this.options.storage,
      body: () => ({ type: 'fence', epoch, owner: this.run }),
      need: this.writeQuorum,
      withinMs: CANDIDACY_MS,
      done: (replies) => {
        if (this.epoch === epoch) this.recover(epoch, [...replies.values()])
      },
    })
  }

  private recover(epoch: number, replies: readonly Body[]): void {
    const surveys = replies.map((body) => body as unknown as Survey)
    const latest = surveys.reduce((a, b) => (b.volume.epoch > a.volume.epoch ? b : a)).volume
    // What an earlier recovery has annulled may still lie about at nodes that have not heard of it.
    const highest = (lsn: (survey: Survey) => number): number =>
      Math.max(...surveys.map((survey) => standing(lsn(survey), latest.truncations)))
    if (this.has('AU2')) {
      const vcl = highest(({ scl }) => scl)
      this.begin({ epoch, truncations: latest.truncations }, vcl, vcl + 1)
      return
    }
    const vdl = highest(({ consistent }) => consistent)
    // As far as any writer may have got that began above what was annulled last.
    const upTo = Math.max(vdl, latest.truncations.at(-1)?.upTo ?? 0) + ALLOCATION_LIMIT
    this.begin({ epoch, truncations: [...latest.truncations, { after: vdl, upTo }] }, vdl, upTo + 1)
  }

  /** Writes from now on. */
  private begin(volume: Volume, recovered: number, first: number): void {
    this.world.log(`writer of epoch ${volume.epoch}, from ${recovered}`)
    this.writer = new Writer(this.world, {
      storage: this.options.storage,
      replicas: this.options.databases.filter((name) => name !== this.world.self),
      writeQuorum: this.writeQuorum,
      volume,
      recovered,
      first,
    })
  }

  // ------------------------------------------------------------ the rest

  private drawn(): number {
    return PATIENCE.least + Math.floor(this.world.random() * PATIENCE.more)
  }

  private status(): Body {
    return { type: 'status_ok', leads: this.writer?.leads === true, epoch: this.replica.epoch }
  }

  private has(bug: Bug): boolean {
    return this.options.bug === bug
  }
}
