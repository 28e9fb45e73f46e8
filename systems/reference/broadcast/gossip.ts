/**
 * Gossip (Demers and others, "Epidemic Algorithms for Replicated Database Maintenance", PODC 1987): who has something new tells
 * a few others at once (section 1.4, rumour mongering), which is fast and may miss some; and now and then each node compares
 * all that it knows with one other, drawn by chance, both ways (section 1.3, anti-entropy by push and pull), which misses nobody.
 */
import type { Json } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'
import { type Item, type Letter, lettersIn } from './item.ts'
import { others } from './links.ts'
import type { Spread, SpreadOptions } from './spread.ts'

/** Whom news is told at once. */
const FANOUT = 2
/** Between two comparisons, ms. */
const PERIOD_MS = 50
/** So many items go in one message at most. */
const MOST = 100

/** By life: all items up to a number are known, and these beyond it. */
type Digest = Readonly<Record<string, readonly [upTo: number, ...beyond: number[]]>>

export class Gossip implements Spread {
  constructor(private readonly options: SpreadOptions) {
    this.round()
  }

  pass(item: Item, from: string): void {
    const { world, channel } = this.options
    const candidates = others(world).filter((name) => name !== from)
    for (let told = 0; told < FANOUT && candidates.length > 0; told++) {
      const [name] = candidates.splice(Math.floor(world.random() * candidates.length), 1)
      this.tell(name!, [{ channel, item }])
    }
  }

  /** The next comparisons bring up what others lack. */
  resume(): void {}

  hear(src: string, body: Readonly<Record<string, Json | undefined>>): void {
    if (body.type === 'rumour')
      for (const letter of lettersIn(body.letters)) this.options.receive(letter, src)
    else this.compare(src, body.digest as unknown as Digest, body.isAnswer === true)
  }

  private round(): void {
    if (this.has('GO1')) return
    const { world } = this.options
    const names = others(world)
    this.ask(names[Math.floor(world.random() * names.length)]!, false)
    world.after(PERIOD_MS, () => this.round())
  }

  private ask(name: string, isAnswer: boolean): void {
    const digest = digestOf(this.options.items()) as Json
    this.options.world.send(name, { type: 'digest', ...this.to(), digest, isAnswer })
  }

  /** Tells the other what it lacks; says what is known here, so that the other does the same. */
  private compare(src: string, theirs: Digest, isAnswer: boolean): void {
    const { channel, items } = this.options
    const lacks = [...items()].filter((item) => !has(theirs, item))
    if (lacks.length > 0)
      this.tell(
        src,
        lacks.slice(0, MOST).map((item) => ({ channel, item })),
      )
    if (!isAnswer) this.ask(src, true)
  }

  private tell(name: string, letters: readonly Letter[]): void {
    this.options.world.send(name, {
      type: 'rumour',
      ...this.to(),
      letters: letters as unknown as Json,
    })
  }

  private has(bug: Bug): boolean {
    return this.options.bug === bug
  }

  private to(): { readonly channel: string } {
    return { channel: this.options.channel }
  }
}

const digestOf = (items: Iterable<Item>): Digest => {
  const numbers = new Map<string, number[]>()
  for (const { life, number } of items) {
    const some = numbers.get(life)
    if (some === undefined) numbers.set(life, [number])
    else some.push(number)
  }
  return Object.fromEntries(
    [...numbers].map(([life, some]) => {
      const sorted = [...some].sort((a, b) => a - b)
      const gap = sorted.findIndex((number, at) => number !== at + 1)
      const upTo = gap < 0 ? sorted.length : gap
      return [life, [upTo, ...sorted.slice(upTo)]]
    }),
  )
}

const has = (digest: Digest, { life, number }: Item): boolean => {
  const [upTo, ...beyond] = digest[life] ?? [0]
  return number <= upTo || beyond.includes(number)
}
