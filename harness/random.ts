/**
 * All randomness of a run comes from one seed. `fork` gives an independent stream by label, so that one
 * more draw in one place moves nothing in another: a client operation more does not move the faults.
 */
import { createHash } from 'node:crypto'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export interface Random {
  /** The stream's own seed: a 32-bit whole number. */
  readonly seed: number
  /** A whole number in [from, to], both included. */
  int(from: number, to: number): number
  /** A number in [0, 1). */
  float(): number
  /** One of the items. @throws RangeError when there is none */
  pick<T>(items: readonly T[]): T
  /** The items in a random order. */
  shuffle<T>(items: readonly T[]): T[]
  /** An independent stream: the same for the same label, whatever was drawn before. */
  fork(label: string): Random
}

/** The stream of a seed (any whole number; its lower 32 bits and its text both count). */
export const random = (seed: number): Random => {
  const generator = xoroshiro128plus(seed | 0)
  const int = (from: number, to: number): number => uniformInt(generator, from, to)
  const shuffle = <T>(items: readonly T[]): T[] => {
    const shuffled = [...items]
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = int(0, last)
      ;[shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!]
    }
    return shuffled
  }
  return {
    seed,
    int,
    float: () => uniformFloat64(generator),
    pick: (items) => {
      if (items.length === 0) throw new RangeError('pick from no items')
      return items[int(0, items.length - 1)]!
    },
    shuffle,
    fork: (label) =>
      random(createHash('sha256').update(`${seed}/${label}`).digest().readInt32LE(0)),
  }
}

/** A stream of random numbers as an immutable value, for generators: drawing returns the next stream. */
export interface Stream {
  /** A whole number in [from, to] and the stream that follows. */
  int(from: number, to: number): readonly [number, Stream]
}

/** The immutable stream of a seed. */
export const stream = (seed: number): Stream => streamOf(xoroshiro128plus(seed | 0))

const streamOf = (generator: ReturnType<typeof xoroshiro128plus>): Stream => ({
  int: (from, to) => {
    const next = generator.clone()
    return [uniformInt(next, from, to), streamOf(next)]
  },
})
