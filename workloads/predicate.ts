/**
 * Rows that are not there yet. For every key two transactions each look for any row of it, in two tables, and insert one if there is
 * none (Jepsen's `adya.g2`): both cannot succeed in one serial order. Others look for its rows twice in one transaction,
 * and must find the same ones (Hermitage's predicate anomalies; Berenson et al., SIGMOD 1995, P3).
 */
import { predicateAt } from '../checkers/predicate.ts'
import { stats } from '../checkers/stats.ts'
import { levelAsked, levelOption } from '../checkers/transactions/claimed.ts'
import type { Key, Workload } from '../harness/api.ts'
import { iterate } from '../harness/generators/index.ts'

export type PredicateCall =
  /**
   * In one transaction: asks by a predicate for the rows of the key in both tables, and inserts this one into its table if
   * there is none; certainly fails where there is one.
   */
  | {
      readonly f: 'insert'
      readonly key?: Key
      readonly value: { readonly table: 'a' | 'b'; readonly row: number }
    }
  /** Invoked with null; completes with the rows of the key in both tables, asked for twice in one transaction. */
  | {
      readonly f: 'scan'
      readonly key?: Key
      readonly value: readonly [readonly number[], readonly number[]] | null
    }

/** For each key: a scan among two inserts, so that they are open at the same time. */
const steps = [
  (key: number): PredicateCall => ({ f: 'insert', key, value: { table: 'a', row: 2 * key } }),
  (key: number): PredicateCall => ({ f: 'scan', key, value: null }),
  (key: number): PredicateCall => ({ f: 'insert', key, value: { table: 'b', row: 2 * key + 1 } }),
]

export default {
  summary: 'inserts where nothing is found, and scans: do rows matter that are not there yet?',
  client: 'predicate',
  safe: ['scan'],
  options: {
    level: { ...levelOption('serializable'), drawn: ['claimed'] },
  },
  plan: ({ options, claimed }) => ({
    generator: iterate<number, PredicateCall>(0, (turn) => {
      const step = steps[turn % steps.length]!
      return [step(Math.floor(turn / steps.length)), turn + 1]
    }),
    checkers: {
      predicate: predicateAt(levelAsked(options.level!, claimed)),
      stats: stats({ needs: ['insert', 'scan'] }),
    },
  }),
} satisfies Workload<PredicateCall>
