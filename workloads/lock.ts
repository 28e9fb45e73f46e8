/**
 * Locks with a lease: every thread acquires, works for a while, releases, and tries again a moment later
 * when somebody else holds it. With `stall-ms` some holders stop in the middle, as a long garbage
 * collection or a suspended virtual machine makes them, and go on without having noticed (Kleppmann,
 * "How to do distributed locking", 2016): `lease=ignored` judges what such applications do, `lease=obeyed`
 * those that look at the time before every step.
 */
import { lockSafetyWith } from '../checkers/lock-safety.ts'
import { stats } from '../checkers/stats.ts'
import type { Generator, Key, Workload } from '../harness/api.ts'
import { eachThread, milliseconds } from '../harness/generators/index.ts'

export type LockCall =
  /**
   * Asks for the lock for at most `ttlMs`, from the invocation on. Completes with what it was invoked with and, where
   * the system gives one, a fencing token; fails when somebody else holds it.
   */
  | {
      readonly f: 'acquire'
      readonly key?: Key
      readonly value: { readonly ttlMs: number; readonly token?: number }
    }
  | { readonly f: 'release'; readonly key?: Key; readonly value: null }

/**
 * The part of a lease that a careful client relies on: clocks run at different speeds, and it must stop before
 * the system lets somebody else in.
 */
const RELIABLE = 0.95

/** How soon a thread tries again that did not get the lock, or has given it back; ms. */
const AGAIN_MS = 20

export default {
  summary: 'locks with a lease: is there one holder at a time?',
  client: 'lock',
  safe: [],
  options: {
    locks: { summary: 'how many locks the threads share', default: '1', drawn: ['1', '3'] },
    'ttl-ms': { summary: 'how long the system grants the lock for', default: '2000' },
    'hold-ms': {
      summary: 'how long a holder works before it releases',
      default: '500',
      drawn: ['20', '500', '1800'],
    },
    'stall-ms': {
      summary: 'how long a holder that stalls stops before it goes on; 0: none stalls',
      default: '0',
    },
    'stall-every': { summary: 'a thread stalls at every so manieth lock it gets', default: '5' },
    lease: {
      summary: 'whether a holder goes on when its lease is over, or looks and stops',
      default: 'obeyed',
      choices: ['obeyed', 'ignored'],
    },
  },
  plan({ options }) {
    const ttlMs = Number(options['ttl-ms'])
    const habits: Habits = {
      locks: Math.max(1, Number(options.locks)),
      ttlMs,
      holdMs: Number(options['hold-ms']),
      stallMs: Number(options['stall-ms']),
      stallEvery: Math.max(1, Number(options['stall-every'])),
    }
    return {
      generator: eachThread(holder(habits, { at: 'free', from: 0, held: 0 })),
      checkers: {
        'lock-safety': lockSafetyWith(
          options.lease === 'obeyed' ? { leaseMs: ttlMs * RELIABLE } : {},
        ),
        stats: stats({ needs: ['acquire', 'release'] }),
      },
    }
  },
} satisfies Workload<LockCall>

interface Habits {
  readonly locks: number
  readonly ttlMs: number
  readonly holdMs: number
  readonly stallMs: number
  readonly stallEvery: number
}

/** Where one thread stands; `from` is when it may go on, ns. */
interface State {
  readonly at: 'free' | 'holding'
  readonly from: number
  /** How often it has got the lock. */
  readonly held: number
}

/** What one thread does. */
const holder = (habits: Habits, state: State): Generator<LockCall> => ({
  step(context) {
    const thread = context.free[0]
    if (thread === undefined) return { kind: 'pending', next: this }
    const key = context.threads[0]! % habits.locks
    const call: LockCall =
      state.at === 'free'
        ? { f: 'acquire', key, value: { ttlMs: habits.ttlMs } }
        : { f: 'release', key, value: null }
    return { kind: 'call', call, at: Math.max(state.from, context.time), thread, next: this }
  },
  update(context, event) {
    if (event.type === 'invoke') return this
    const { held } = state
    if (event.f === 'release' || event.type !== 'ok')
      return holder(habits, { at: 'free', from: context.time + milliseconds(AGAIN_MS), held })
    const stalls = habits.stallMs > 0 && held % habits.stallEvery === habits.stallEvery - 1
    const workMs = habits.holdMs + (stalls ? habits.stallMs : 0)
    return holder(habits, {
      at: 'holding',
      from: context.time + milliseconds(workMs),
      held: held + 1,
    })
  },
})
