/**
 * Causal reverse (Jepsen's `causal-reverse`): one new key after another is written, each once, and others read the latest ones in one
 * transaction. Who sees a key must see those whose writes were acknowledged before it was asked for.
 */
import { causalReverse } from '../checkers/causal-reverse.ts'
import { stats } from '../checkers/stats.ts'
import type { Workload } from '../harness/api.ts'
import { iterate, type Stream, stream, type TransactionCall } from '../harness/generators/index.ts'

type CausalReverseCall = TransactionCall<
  readonly [kind: 'r' | 'w', key: number, value: number | null]
>

type State = readonly [chance: Stream, next: number]

export default {
  summary: 'keys written one after another: does nobody see a later one without an earlier one?',
  client: 'rw-register',
  safe: [],
  options: { window: { summary: 'how many of the latest keys are read together', default: '10' } },
  plan({ random, options }) {
    const window = Math.max(2, Number(options.window))
    const start: State = [stream(random.fork('causal-reverse').seed), 0]
    return {
      generator: iterate<State, CausalReverseCall>(start, ([chance, next]) => {
        const [kind, rest] = chance.int(0, 1)
        if (kind === 0 || next === 0)
          return [{ f: 'txn', value: [['w', next, 1]] }, [rest, next + 1]]
        const from = Math.max(0, next - window)
        const keys = Array.from({ length: next - from }, (_, place) => from + place)
        return [{ f: 'txn', value: keys.map((key) => ['r', key, null] as const) }, [rest, next]]
      }),
      checkers: { 'causal-reverse': causalReverse, stats: stats({ needs: ['txn'] }) },
    }
  },
} satisfies Workload<CausalReverseCall>
