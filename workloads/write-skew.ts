/**
 * Write skew (Berenson et al., SIGMOD 1995): of two keys, two transactions each read both, and write one of them when neither was
 * written, as two doctors do who each go off call because the other one is on. Every pair of keys is used once.
 */
import { stats } from '../checkers/stats.ts'
import { levelAsked, levelOption } from '../checkers/transactions/claimed.ts'
import { writeSkewAt } from '../checkers/write-skew.ts'
import type { Workload } from '../harness/api.ts'
import { iterate, type TransactionCall } from '../harness/generators/index.ts'

type WriteSkewCall = TransactionCall<readonly [kind: 'r' | 'w', key: number, value: number | null]>

export default {
  summary:
    'pairs of transactions that each read what the other one writes: does neither miss the other?',
  client: 'rw-register',
  safe: [],
  options: {
    level: { ...levelOption('serializable'), drawn: ['claimed'] },
  },
  plan: ({ options, claimed }) => ({
    generator: iterate<number, WriteSkewCall>(0, (key) => {
      const first = key - (key % 2)
      const value = [
        ['r', first, null],
        ['r', first + 1, null],
        ['w', key, 1],
      ] as const
      return [{ f: 'txn', value }, key + 1]
    }),
    checkers: {
      'write-skew': writeSkewAt(levelAsked(options.level!, claimed)),
      stats: stats({ needs: ['txn'] }),
    },
  }),
} satisfies Workload<WriteSkewCall>
