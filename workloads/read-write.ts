/**
 * Independent registers without compare-and-set: read and write alone, judged for linearizability key by key. For
 * stores that have no consensus: a register needs none (Attiya, Bar-Noy and Dolev 1995), a compare-and-set does
 * (Herlihy, "Wait-Free Synchronization", 1991). Every written value is unique, so that a read names its write.
 */
import { linearizable } from '../checkers/linearizable.ts'
import register from '../checkers/models/register.ts'
import { stats } from '../checkers/stats.ts'
import type { Key, Workload } from '../harness/api.ts'
import { iterate, limit, perKey, type Stream, stream } from '../harness/generators/index.ts'

export type ReadWriteCall =
  /** Invoked with null; completes with the register's value, null when it was never written. */
  | { readonly f: 'read'; readonly key?: Key; readonly value: number | null }
  | { readonly f: 'write'; readonly key?: Key; readonly value: number }

type State = readonly [chance: Stream, fresh: number]

export default {
  summary: 'independent registers: read and write, without compare-and-set',
  client: 'read-write',
  safe: ['read'],
  options: {
    'threads-per-key': { summary: 'client threads that share a key', default: '5' },
    'ops-per-key': { summary: 'operations on a key before its threads move on', default: '150' },
  },
  plan({ random, options }) {
    const operations = (key: number) =>
      iterate<State, ReadWriteCall>(
        [stream(random.fork(`key ${key}`).seed), 1],
        ([chance, fresh]) => {
          const [kind, rest] = chance.int(0, 2)
          return kind === 0
            ? [{ f: 'write', value: fresh }, [rest, fresh + 1]]
            : [{ f: 'read', value: null }, [rest, fresh]]
        },
      )
    return {
      generator: perKey<ReadWriteCall>(Number(options['threads-per-key']), (key) =>
        limit(Number(options['ops-per-key']), operations(key)),
      ),
      checkers: {
        linearizable: linearizable(register),
        stats: stats({ needs: ['read', 'write'] }),
      },
    }
  },
} satisfies Workload<ReadWriteCall>
