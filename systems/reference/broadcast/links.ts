/**
 * The lowest layer: links that lose nothing (Cachin, Guerraoui and Rodrigues, "Reliable and Secure Distributed
 * Programming", 2011, section 2.4). A letter is sent again until the other node has said that it got it, which it says
 * when the letter is safe there. Letters may come twice; the layer above knows each item by its name.
 */
import type { Json, Message, World } from '../../../harness/api.ts'
import type { Bug } from './bugs.ts'
import { type Letter, lettersIn, nameOf } from './item.ts'

/** Between two attempts, ms. */
const AGAIN_MS = 100
/** So many letters go in one message at most. */
const MOST = 100

/** Takes a letter in, and calls back when it is safe. */
export type TakeLetter = (letter: Letter, from: string, then: () => void) => void

interface Open {
  readonly letter: Letter
  /** Whether it was sent before the last turn began: those that have just left are given time. */
  isDue: boolean
}

export class Links {
  /** What nobody has said to have got, by node and name. */
  private readonly open: ReadonlyMap<string, Map<string, Open>>
  private isTurning = false

  constructor(
    private readonly world: World,
    private readonly bug: Bug | 'none',
    private readonly take: TakeLetter,
  ) {
    this.open = new Map(others(world).map((name) => [name, new Map()]))
  }

  send(dest: string, letter: Letter): void {
    this.world.send(dest, { type: 'letters', letters: [letter] as unknown as Json })
    if (this.has('GO1')) return
    this.open.get(dest)!.set(keyOf(letter), { letter, isDue: false })
    if (!this.isTurning) this.turn()
  }

  /** A message of type `letters` or `got`. */
  hear({ src, body }: Message): void {
    if (body.type === 'got') {
      for (const key of body.keys as readonly string[]) this.open.get(src)!.delete(key)
      return
    }
    const letters = lettersIn(body.letters)
    let left = letters.length
    for (const letter of letters)
      this.take(letter, src, () => {
        if (--left === 0) this.world.send(src, { type: 'got', keys: letters.map(keyOf) })
      })
  }

  private turn(): void {
    this.isTurning = true
    this.world.after(AGAIN_MS, () => {
      this.isTurning = false
      for (const [dest, open] of this.open) this.again(dest, open)
    })
  }

  private again(dest: string, open: Map<string, Open>): void {
    if (open.size > 0 && !this.isTurning) this.turn()
    const due: Letter[] = []
    for (const [key, one] of open) {
      if (one.isDue && due.length < MOST) {
        due.push(one.letter)
        // The others have their turn before it comes again.
        open.delete(key)
      }
      one.isDue = true
    }
    if (due.length === 0) return
    for (const letter of due) open.set(keyOf(letter), { letter, isDue: true })
    this.world.send(dest, { type: 'letters', letters: due as unknown as Json })
  }

  private has(bug: Bug): boolean {
    return this.bug === bug
  }
}

export const others = ({ nodes, self }: World): readonly string[] =>
  nodes.filter((name) => name !== self)

const keyOf = ({ channel, item }: Letter): string => `${channel}/${nameOf(item)}`
