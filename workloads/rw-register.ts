/**
 * Transactions that write and read registers (Kingsbury & Alvaro, "Elle", VLDB 2020). Every value is written to its register once, so
 * that a read names its write; in which order values followed each other must be inferred, so less can be said than of lists.
 * Any system has registers, and blind writes are what some get wrong.
 */
import { rwRegister } from '../checkers/rw-register.ts'
import { stats } from '../checkers/stats.ts'
import { levelAsked, levelOption } from '../checkers/transactions/claimed.ts'
import { sources } from '../checkers/transactions/register/order.ts'
import type { Workload } from '../harness/api.ts'
import {
  stream,
  transactionHabits,
  transactionOptions,
  transactions,
} from '../harness/generators/index.ts'

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
    level: levelOption('claimed'),
    'version-order': {
      summary: 'from what the order of the values of a register is inferred, beside reads',
      default: 'reads',
      choices: ['reads', ...sources],
    },
    ...transactionOptions,
  },
  plan({ random, options, claimed }) {
    const level = levelAsked(options.level!, claimed)
    const known = sources.filter((source) => source === options['version-order'])
    return {
      generator: transactions<RwRegisterOperation>(
        stream(random.fork('rw-register').seed),
        transactionHabits(options),
        {
          read: (key) => ['r', key, null],
          write: (key, value) => ['w', key, value],
        },
      ),
      checkers: {
        'rw-register': rwRegister(level, known),
        stats: stats({ needs: ['txn'] }),
      },
    }
  },
} satisfies Workload<RwRegisterCall>
