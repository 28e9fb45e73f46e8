/**
 * Total order by a fixed sequencer (Birman, Schiper and Stephenson 1991, section 6; Défago, Schiper and Urbán, "Total Order Broadcast and
 * Multicast Algorithms", 2004, section 4.1): messages reach everybody in any order, and the first node says in which places they
 * are delivered. While it is away nothing is delivered: this order refuses rather than err.
 *
 * The sequencer delivers a place itself only when a majority knows it. When it loses its disk, it begins a new epoch: before it could begin
 * its new life every other node has told it which places of the earlier life it has, and takes no more of them on its own
 * (`reborn`). So the places that the epoch says to count are all that anybody can have delivered.
 */
import type { Json, World } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'
import { type Item, nameOf, nodeOf } from './item.ts'
import type { Deliver, Order, Stamped } from './order.ts'

/** What the sequencer says. */
type Word =
  /** A life's first word: the earlier ones, in order, and how many places of each count. */
  | { readonly kind: 'epoch'; readonly past: readonly Era[] }
  /** A place in the order of this life, from 1, and the name of the message that has it. */
  | { readonly kind: 'place'; readonly place: number; readonly of: string }
type Era = readonly [life: string, places: number]

/** How long GO6 waits for a place, ms. */
const HASTE_MS = 300

export interface TotalOptions {
  readonly world: Pick<World, 'self' | 'nodes' | 'after'>
  readonly life: string
  readonly bug: Bug | 'none'
  readonly deliver: Deliver
  /** Sends a word to everybody. */
  readonly say: (word: Json) => void
  /** Calls back when a majority has done with an item of this node's. */
  readonly whenStable: (item: Item, then: () => void) => void
  /** Nothing is to be done with a word any more. */
  readonly finish: (word: Item) => void
}

export class TotalOrder implements Order {
  private readonly messages = new Map<string, Item>()
  private readonly done = new Set<Item>()
  /** Who gave a place to which message: by life and place. */
  private readonly places = new Map<string, Item>()
  /** All lives of which somebody has said how they begin, in order: the longest such list. */
  private eras: readonly Era[] = []
  /** The era that is being delivered, by its place in `eras`, and how many of its places were. */
  private era = 0
  private delivered = 0
  /** The sequencer's lives, as far as they are known here. */
  private readonly begun = new Set<string>()
  /** The sequencer's own part: messages that have a place, how many it gave, and whether its epoch has begun. */
  private readonly placed = new Set<string>()
  private given = 0
  private hasEpoch = false
  private isSequencing = false

  constructor(private readonly options: TotalOptions) {}

  stamp(): Stamped {
    return { stamp: null }
  }

  take(item: Item): void {
    if (item.message !== null) {
      this.messages.set(nameOf(item), item)
      if (this.has('GO6')) this.options.world.after(HASTE_MS, () => this.deliverOnce(item))
      this.advance()
      if (this.isSequencing) this.place(item)
    } else if (item.life !== this.options.life) this.learn(item)
    else {
      this.noteOwn(wordOf(item))
      this.options.finish(item)
      this.options.whenStable(item, () => this.learn(item))
    }
  }

  begin(): void {
    if (!this.isSequencer()) return
    if (!this.hasEpoch) this.beginEpoch()
    this.isSequencing = true
    for (const message of this.messages.values()) this.place(message)
  }

  reborn(life: string): void {
    if (nodeOf(life) === this.options.world.nodes[0]) this.begun.add(life)
  }

  // ------------------------------------------------------------ everybody

  private learn(item: Item): void {
    const word = wordOf(item)
    if (word.kind === 'place') this.places.set(placeName(item.life, word.place), item)
    else {
      if (word.past.length >= this.eras.length)
        this.eras = [...word.past, [item.life, Number.POSITIVE_INFINITY]]
      this.options.finish(item)
    }
    this.advance()
  }

  /** Delivers what has its turn. */
  private advance(): void {
    for (let era = this.eras[this.era]; era !== undefined; era = this.eras[this.era]) {
      const [life, places] = era
      while (this.delivered < places && this.isOpen(era)) {
        const place = this.places.get(placeName(life, this.delivered + 1))
        const message = this.at(place)
        if (place === undefined || message === undefined) return
        this.delivered++
        this.deliverOnce(message)
        this.options.finish(place)
      }
      if (this.delivered < places) return
      this.era++
      this.delivered = 0
    }
  }

  private has(bug: Bug): boolean {
    return this.options.bug === bug
  }

  private deliverOnce(message: Item): void {
    if (this.done.has(message)) return
    this.done.add(message)
    this.options.deliver(message)
  }

  /** When a life has begun whose epoch has not, nobody knows how many places of the one before count. */
  private isOpen([, places]: Era): boolean {
    if (places < Number.POSITIVE_INFINITY) return true
    const lives = new Set(this.eras.map(([life]) => life))
    return [...this.begun].every((life) => lives.has(life))
  }

  /** The message that has a place, when it has come. */
  private at(place: Item | undefined): Item | undefined {
    const word = place && wordOf(place)
    return word?.kind === 'place' ? this.messages.get(word.of) : undefined
  }

  // ------------------------------------------------------------ the sequencer

  private isSequencer(): boolean {
    const { world } = this.options
    return world.self === world.nodes[0]
  }

  private place(message: Item): void {
    const of = nameOf(message)
    if (this.placed.has(of)) return
    this.say({ kind: 'place', place: this.given + 1, of })
  }

  private beginEpoch(): void {
    const eras = this.eras.map((era) => (era === this.eras.at(-1) ? this.ended(era) : era))
    // Lives that were over before they had an epoch.
    const others = [...this.begun].filter(
      (life) => life !== this.options.life && !eras.some(([one]) => one === life),
    )
    this.say({ kind: 'epoch', past: [...eras, ...others.map((life): Era => [life, 0])] })
  }

  /** Nobody can have delivered a place, or one after it, that nobody knows, or whose message nobody has. */
  private ended([life]: Era): Era {
    let places = 0
    while (this.at(this.places.get(placeName(life, places + 1))) !== undefined) places++
    return [life, places]
  }

  private say(word: Word): void {
    this.noteOwn(word)
    this.options.say(word as unknown as Json)
  }

  /** What it says, or had said before a restart. */
  private noteOwn(word: Word): void {
    if (word.kind === 'place') {
      this.placed.add(word.of)
      this.given = Math.max(this.given, word.place)
      return
    }
    this.hasEpoch = true
    for (const [life, places] of word.past)
      for (let place = 1; place <= places; place++)
        this.placed.add(nameOf(this.at(this.places.get(placeName(life, place)))!))
  }
}

const wordOf = ({ stamp }: Item): Word => stamp as unknown as Word

const placeName = (life: string, place: number): string => `${life}/${place}`
