/**
 * Lists that only grow, one element at a time, while others read all of them in one transaction (after Jepsen's `monotonic` workloads):
 * does a process never see a list shorter than before, and is there one order of all reads in which every list grows?
 */
import { monotonic } from '../checkers/monotonic.ts'
import { stats } from '../checkers/stats.ts'
import type { Workload } from '../harness/api.ts'
import { iterate, type Stream, stream, type TransactionCall } from '../harness/generators/index.ts'

type MonotonicCall = TransactionCall<
  | readonly [kind: 'append', key: number, element: number]
  | readonly [kind: 'r', key: number, list: readonly number[] | null]
>

type State = readonly [chance: Stream, appended: number]

export default {
  summary:
    'lists that only grow: does nobody see one shrink, and do all see them grow in one order?',
  client: 'list-append',
  safe: [],
  options: {
    lists: { summary: 'lists that are read together', default: '3' },
    'appends-per-list': { summary: 'appends before fresh lists are used', default: '50' },
  },
  plan({ random, options }) {
    const lists = Math.max(1, Number(options.lists))
    const most = lists * Math.max(1, Number(options['appends-per-list']))
    const start: State = [stream(random.fork('monotonic').seed), 0]
    return {
      generator: iterate<State, MonotonicCall>(start, ([chance, appended]) => {
        const [kind, then] = chance.int(0, 1)
        const [place, rest] = then.int(0, lists - 1)
        const first = Math.floor(appended / most) * lists
        if (kind === 0)
          return [
            { f: 'txn', value: [['append', first + place, (appended % most) + 1]] },
            [rest, appended + 1],
          ]
        const keys = Array.from({ length: lists }, (_, at) => first + ((place + at) % lists))
        return [{ f: 'txn', value: keys.map((key) => ['r', key, null] as const) }, [rest, appended]]
      }),
      checkers: { monotonic, stats: stats({ needs: ['txn'] }) },
    }
  },
} satisfies Workload<MonotonicCall>
