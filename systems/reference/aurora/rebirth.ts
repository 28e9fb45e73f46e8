/**
 * How a storage node begins that has an empty disk. It may be the first start, or it may have lost what others count on:
 * quorums meet in a node that remembers. So it begins a new life, and has no voice in it until
 *   1. every database has forgotten what its former life had answered,
 *   2. every other storage node has told what it has, and
 *   3. it has all of that: whatever its former life had promised or acknowledged in a quorum, the rest of that quorum knew.
 * Aurora replaces such a segment by a new one, with a change of the membership (SIGMOD 2018, section 4), while writes go on.
 */
import type { World } from '../../../harness/api.ts'
import type { Rounds } from '../rounds.ts'
import { type Promised, type Survey, standing, type Truncation, type Volume } from './volume.ts'

const LIFE = 'life'
/** Asks the others again when it has not got all after so long, ms. */
const AGAIN_MS = 1000

export interface RebirthOptions {
  readonly databases: readonly string[]
  readonly peers: readonly string[]
  /** Up to where the node has the log. */
  readonly scl: () => number
  /** Takes over what another node had promised, and its volume. */
  readonly adopt: (volume: Volume, promised: Promised) => void
}

export class Rebirth {
  /** From one loss of its disk to the next. */
  readonly life: string
  isMember: boolean
  /** Up to where the others had the log when they were asked. */
  private goal: number | undefined

  constructor(
    private readonly world: World,
    private readonly rounds: Rounds,
    private readonly options: RebirthOptions,
  ) {
    const kept = world.storage.get(LIFE) as string | undefined
    this.life = kept ?? Math.floor(world.random() * 2 ** 40).toString(36)
    this.isMember = kept !== undefined
    if (!this.isMember) this.announce()
  }

  /** The node has more of the log than before. */
  grown(truncations: readonly Truncation[]): void {
    if (this.goal === undefined || this.options.scl() < standing(this.goal, truncations)) return
    this.goal = undefined
    this.world.storage.put(LIFE, this.life)
    this.world.storage.sync(() => {
      this.isMember = true
      this.world.log('is a member')
    })
  }

  private announce(): void {
    const { databases } = this.options
    this.rounds.start({
      targets: databases,
      body: () => ({ type: 'reborn', life: this.life }),
      need: databases.length,
      done: () => this.ask(),
    })
  }

  private ask(): void {
    const { peers, adopt } = this.options
    this.rounds.start({
      targets: peers,
      body: () => ({ type: 'survey' }),
      need: peers.length,
      done: (replies) => {
        const surveys = [...replies.values()].map(
          (body) => body as unknown as Survey & { readonly promised: Promised },
        )
        for (const { volume, promised } of surveys) adopt(volume, promised)
        const latest = surveys.reduce((a, b) => (b.volume.epoch > a.volume.epoch ? b : a)).volume
        this.goal = Math.max(...surveys.map(({ scl }) => standing(scl, latest.truncations)))
        this.grown(latest.truncations)
        this.world.after(AGAIN_MS, () => {
          if (this.goal !== undefined) this.ask()
        })
      },
    })
  }
}
