/**
 * Transactions of a few reads and writes on a few live keys, as Elle's generator makes them (`elle.txn/wr-txns`; Kingsbury &
 * Alvaro, VLDB 2020). What is written to a key are 1, 2, 3, …: each once, so that a read names its write. A key that was written
 * often enough gives way to a fresh one: short version orders are cheap to read and to judge.
 */
import type { Call } from '../../checkers/history.ts'
import type { Generator } from '../generator.ts'
import type { Stream } from '../random.ts'
import { iterate } from './basic.ts'

/** A transaction of operations `O`. */
export interface TransactionCall<O> extends Call {
  readonly f: 'txn'
  readonly value: readonly O[]
}

export interface TransactionHabits<O> {
  /** How many keys are in use at a time. */
  readonly keys: number
  /** How often a key is written before a fresh one takes its place. */
  readonly writesPerKey: number
  /** The fewest and the most operations of a transaction. */
  readonly length: readonly [least: number, most: number]
  /** All live keys alike, or each twice as often as the one before it. */
  readonly choice: 'uniform' | 'exponential'
  readonly read: (key: number) => O
  readonly write: (key: number, value: number) => O
}

/** Of more live keys only so many are drawn: the others would have a chance of less than one in 2^30. */
const MOST_DRAWN = 30

/** Transactions without end, half of their operations reads. */
export const transactions = <O>(
  chance: Stream,
  habits: TransactionHabits<O>,
): Generator<TransactionCall<O>> =>
  iterate(start(chance, habits.keys), (state) => {
    const [count, rest] = state.chance.int(...habits.length)
    const value: O[] = []
    let now: State = { ...state, chance: rest }
    while (value.length < count) {
      const [operation, next] = draw(now, habits)
      value.push(operation)
      now = next
    }
    return [{ f: 'txn', value }, now]
  })

interface State {
  readonly chance: Stream
  readonly live: readonly LiveKey[]
  /** The next key that nobody has used. */
  readonly fresh: number
}

interface LiveKey {
  readonly key: number
  readonly written: number
}

const start = (chance: Stream, wanted: number): State => {
  const keys = Math.max(1, wanted)
  const live = Array.from({ length: keys }, (_, key) => ({ key, written: 0 }))
  return { chance, live, fresh: keys }
}

const draw = <O>(
  { chance, live, fresh }: State,
  { choice, writesPerKey, read, write }: TransactionHabits<O>,
): readonly [O, State] => {
  const [kind, then] = chance.int(0, 1)
  const [at, rest] = choice === 'uniform' ? then.int(0, live.length - 1) : doubling(then, live)
  const { key, written } = live[at]!
  if (kind === 0) return [read(key), { chance: rest, live, fresh }]
  const worn = written + 1 >= writesPerKey
  const next = worn ? { key: fresh, written: 0 } : { key, written: written + 1 }
  return [
    write(key, written + 1),
    { chance: rest, live: live.with(at, next), fresh: worn ? fresh + 1 : fresh },
  ]
}

/** A place, each with twice the chance of the one before it. */
const doubling = (chance: Stream, { length }: readonly LiveKey[]): readonly [number, Stream] => {
  const [drawn, rest] = chance.int(1, 2 ** Math.min(length, MOST_DRAWN) - 1)
  return [31 - Math.clz32(drawn), rest]
}
