/**
 * Transactions that write and read registers (Kingsbury & Alvaro, "Elle", VLDB 2020). Every value is written to its register once, so
 * that a read names its write; in which order values followed each other must be inferred, so less can be said than of lists.
 * Any system has registers, and blind writes are what some get wrong.
 */
import { stats } from '../checkers/stats.ts'
import type { Workload } from '../harness/api.ts'
import { stream, transactions } from '../harness/generators/index.ts'

/**
 * One transaction: all of it happens, or nothing. Invoked with null where it reads; completes with the same list, in which each
 * read holds what it saw, its own earlier writes included; null where nothing was written.
 */
export interface RwRegisterCall {
  readonly f: 'txn'
  readonly value: readonly RwRegisterOperation[]
}
export type RwRegisterOperation =
  | readonly [kind: 'w', key: number, value: number]
  | readonly [kind: 'r', key: number, value: number | null]

export default {
  summary: 'transactions that write and read registers: which isolation level holds?',
  client: 'rw-register',
  safe: [],
  options: {
    keys: { summary: 'registers in use at a time', default: '10', drawn: ['3', '10'] },
    'key-choice': {
      summary: 'whether all registers are used alike, or each twice as often as the one before it',
      default: 'exponential',
      choices: ['exponential', 'uniform'],
    },
    'txn-length': { summary: 'operations in a transaction at most', default: '4' },
    'writes-per-key': {
      summary: 'writes to a register before a fresh one is used',
      default: '100',
    },
  },
  plan({ random, options }) {
    return {
      generator: transactions<RwRegisterOperation>(stream(random.fork('rw-register').seed), {
        keys: Number(options.keys),
        writesPerKey: Number(options['writes-per-key']),
        length: [1, Math.max(1, Number(options['txn-length']))],
        choice: options['key-choice'] === 'uniform' ? 'uniform' : 'exponential',
        read: (key) => ['r', key, null],
        write: (key, value) => ['w', key, value],
      }),
      checkers: { stats: stats({ needs: ['txn'] }) },
    }
  },
} satisfies Workload<RwRegisterCall>
