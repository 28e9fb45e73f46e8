/**
 * Long forks (Jepsen's `long-fork`): every key is written once, groups of keys at about the same time, and others read a whole group in
 * one transaction. Two reads of which each saw a write that the other one missed cannot both be right in a system of
 * snapshot isolation, and are in one of parallel snapshot isolation.
 */
import { longFork } from '../checkers/long-fork.ts'
import { stats } from '../checkers/stats.ts'
import type { Workload } from '../harness/api.ts'
import { iterate, type Stream, stream, type TransactionCall } from '../harness/generators/index.ts'

type LongForkCall = TransactionCall<readonly [kind: 'r' | 'w', key: number, value: number | null]>

type State = readonly [chance: Stream, next: number]

export default {
  summary: 'groups of keys written once: do all readers see their writes in one order?',
  client: 'rw-register',
  safe: [],
  options: {
    'group-size': { summary: 'keys that are read together', default: '2', drawn: ['2', '3'] },
  },
  plan({ random, options }) {
    const size = Math.max(2, Number(options['group-size']))
    const start: State = [stream(random.fork('long-fork').seed), 0]
    return {
      generator: iterate<State, LongForkCall>(start, ([chance, next]) => {
        const [kind, then] = chance.int(0, 2)
        if (kind === 0) return [{ f: 'txn', value: [['w', next, 1]] }, [then, next + 1]]
        // The group that is being written, or the one before it.
        const [back, rest] = then.int(0, 1)
        const group = Math.max(0, Math.floor(next / size) - back)
        const keys = Array.from({ length: size }, (_, place) => group * size + place)
        return [{ f: 'txn', value: keys.map((key) => ['r', key, null] as const) }, [rest, next]]
      }),
      checkers: { 'long-fork': longFork, stats: stats({ needs: ['txn'] }) },
    }
  },
} satisfies Workload<LongForkCall>
