/**
 * Rows that every write sets to one new value, all of them in some order, while others read all of them (Jepsen's `dirty-reads` of
 * Galera): does a read show what a failed transaction wrote, or some rows from one transaction and some from another?
 */
import { dirtyReads } from '../checkers/dirty-read.ts'
import { stats } from '../checkers/stats.ts'
import type { Workload } from '../harness/api.ts'
import { iterate, type Stream, stream, type TransactionCall } from '../harness/generators/index.ts'

type DirtyReadCall = TransactionCall<readonly [kind: 'r' | 'w', key: number, value: number | null]>

type State = readonly [chance: Stream, fresh: number]

export default {
  summary: 'rows that are always set together: is every read of one transaction, which committed?',
  client: 'rw-register',
  safe: [],
  options: { rows: { summary: 'rows that are set together', default: '4' } },
  plan({ random, options }) {
    const rows = Math.max(2, Number(options.rows))
    const start: State = [stream(random.fork('dirty-read').seed), 1]
    return {
      generator: iterate<State, DirtyReadCall>(start, ([chance, fresh]) => {
        const [kind, then] = chance.int(0, 1)
        const [from, rest] = then.int(0, rows - 1)
        const keys = Array.from({ length: rows }, (_, place) => (from + place) % rows)
        return kind === 0
          ? [{ f: 'txn', value: keys.map((key) => ['w', key, fresh] as const) }, [rest, fresh + 1]]
          : [{ f: 'txn', value: keys.map((key) => ['r', key, null] as const) }, [rest, fresh]]
      }),
      checkers: { 'dirty-read': dirtyReads, stats: stats({ needs: ['txn'] }) },
    }
  },
} satisfies Workload<DirtyReadCall>
