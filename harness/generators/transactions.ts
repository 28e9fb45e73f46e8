/**
 * Transactions of a few reads and writes on a few live keys, as Elle's generator makes them (`elle.txn/wr-txns`; Kingsbury &
 * Alvaro, VLDB 2020). What is written to a key are 1, 2, 3, …: each once, so that a read names its write. A key that was written
 * often enough gives way to a fresh one: short version orders are cheap to read and to judge.
 */
import type { Call } from '../../checkers/history.ts'
import type { Options, OptionValues } from '../api.ts'
import type { Generator } from '../generator.ts'
import type { Stream } from '../random.ts'
import { iterate } from './basic.ts'

/** A transaction of operations `O`. */
export interface TransactionCall<O> extends Call {
  readonly f: 'txn'
  readonly value: readonly O[]
}

export interface TransactionHabits {
  /** How many keys are in use at a time. */
  readonly keys: number
  /** How often a key is written before a fresh one takes its place. */
  readonly writesPerKey: number
  /** The fewest and the most operations of a transaction. */
  readonly length: readonly [least: number, most: number]
  /** All live keys alike, or each twice as often as the one before it. */
  readonly choice: 'uniform' | 'exponential'
}

/** The operations of a data type. */
export interface TransactionalType<O> {
  readonly read: (key: number) => O
  readonly write: (key: number, value: number) => O
}

/** The habits as options of a workload. */
export const transactionOptions = {
  keys: { summary: 'keys in use at a time', default: '10', drawn: ['3', '10'] },
  'key-choice': {
    summary: 'whether all keys are used alike, or each twice as often as the one before it',
    default: 'exponential',
    choices: ['exponential', 'uniform'],
  },
  'txn-length': { summary: 'operations in a transaction at most', default: '4' },
  'writes-per-key': { summary: 'writes to a key before a fresh one is used', default: '100' },
} satisfies Options

/** The habits that values of these options stand for. */
export const transactionHabits = (options: OptionValues): TransactionHabits => ({
  keys: Number(options.keys),
  writesPerKey: Number(options['writes-per-key']),
  length: [1, Math.max(1, Number(options['txn-length']))],
  choice: options['key-choice'] === 'uniform' ? 'uniform' : 'exponential',
})

/** Of more live keys only so many are drawn: the others would have a chance of less than one in 2^30. */
const MOST_DRAWN = 30

/** Transactions without end, half of their operations reads. */
export const transactions = <O>(
  chance: Stream,
  habits: TransactionHabits,
  type: TransactionalType<O>,
): Generator<TransactionCall<O>> =>
  iterate(start(chance, habits.keys), (state) => {
    const [count, rest] = state.chance.int(...habits.length)
    const value: O[] = []
    let now: State = { ...state, chance: rest }
    while (value.length < count) {
      const [operation, next] = draw(now, habits, type)
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
  { choice, writesPerKey }: TransactionHabits,
  { read, write }: TransactionalType<O>,
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
