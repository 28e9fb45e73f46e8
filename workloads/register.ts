/**
 * Independent registers: read, write and compare-and-set, judged for linearizability key by key. Every
 * written value is unique by default, so that a read names its write and checking stays near linear. A
 * compare-and-set expects what was last seen of its key, or it would hardly ever succeed; one that
 * fails tells what it saw and counts as a read.
 */
import { linearizable } from '../checkers/linearizable.ts'
import casRegister from '../checkers/models/cas-register.ts'
import { stats } from '../checkers/stats.ts'
import type { Generator, Key, Workload } from '../harness/api.ts'
import { limit, perKey, type Stream, stream } from '../harness/generators/index.ts'

export type RegisterCall =
  /** Invoked with null; completes with the register's value, null when it was never written. */
  | { readonly f: 'read'; readonly key?: Key; readonly value: number | null }
  | { readonly f: 'write'; readonly key?: Key; readonly value: number }
  /** Invoked and completed ok with [from, to]; completed fail with [from, to, saw]. */
  | {
      readonly f: 'cas'
      readonly key?: Key
      readonly value: readonly [number, number] | readonly [number, number, number | null]
    }

/** How many values are written over and over with `--option values=few`. */
const FEW = 5

export default {
  summary: 'independent registers: read, write, compare-and-set',
  client: 'register',
  safe: ['read'],
  options: {
    values: {
      summary: 'whether every written value is unique or one of five',
      default: 'unique',
      choices: ['unique', 'few'],
    },
    'threads-per-key': { summary: 'client threads that share a key', default: '5' },
    'ops-per-key': { summary: 'operations on a key before its threads move on', default: '150' },
  },
  plan({ random, options }) {
    const unique = options.values !== 'few'
    const generator = perKey<RegisterCall>(Number(options['threads-per-key']), (key) =>
      limit(
        Number(options['ops-per-key']),
        register({ stream: stream(random.fork(`key ${key}`).seed), unique, fresh: 1, seen: 0 }),
      ),
    )
    return {
      generator,
      checkers: {
        linearizable: linearizable(casRegister),
        stats: stats({ needs: ['read', 'write', 'cas'] }),
      },
    }
  },
} satisfies Workload<RegisterCall>

interface State {
  readonly stream: Stream
  readonly unique: boolean
  /** The next value nobody has written to this key yet. */
  readonly fresh: number
  /** What the register was last seen to hold. */
  readonly seen: number
}

/** Half reads, a quarter each writes and compare-and-sets. */
const register = (state: State): Generator<RegisterCall> => ({
  step(context) {
    const thread = context.free[0]
    if (thread === undefined) return { kind: 'pending', next: this }
    const [kind, afterKind] = state.stream.int(0, 3)
    const [few, rest] = afterKind.int(0, FEW - 1)
    const to = state.unique ? state.fresh : few
    const call: RegisterCall =
      kind < 2
        ? { f: 'read', value: null }
        : kind === 2
          ? { f: 'write', value: to }
          : { f: 'cas', value: [state.seen, to] }
    const fresh = kind < 2 ? state.fresh : state.fresh + 1
    const next = register({ ...state, stream: rest, fresh })
    return { kind: 'call', call, at: context.time, thread, next }
  },
  update(_, event) {
    const seen = event.error === undefined ? seenIn(event) : undefined
    return seen === undefined || seen === null ? this : register({ ...state, seen })
  },
})

/** What a completion tells of the register's value. */
const seenIn = (event: RegisterCall & { readonly type: string }): number | null | undefined => {
  if (event.type === 'ok') return event.f === 'cas' ? event.value[1] : event.value
  return event.type === 'fail' && event.f === 'cas' ? event.value[2] : undefined
}
