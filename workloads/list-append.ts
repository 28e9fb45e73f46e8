/**
 * Transactions that append to lists and read them whole (Kingsbury & Alvaro, "Elle", VLDB 2020). A list shows in which order its
 * elements were appended, so that almost everything that a system may do wrong with isolation can be read off the history.
 * Every element is appended to its list once.
 */
import { listAppend } from '../checkers/list-append.ts'
import { stats } from '../checkers/stats.ts'
import { levelAsked, levelOption } from '../checkers/transactions/claimed.ts'
import type { Workload } from '../harness/api.ts'
import {
  stream,
  transactionHabits,
  transactionOptions,
  transactions,
} from '../harness/generators/index.ts'

/**
 * One transaction: all of it happens, or nothing. Invoked with null where it reads; completes with the same list, in which each
 * read holds what it saw: the elements in the order of their appends, its own earlier ones included; empty, or null, where there are none.
 */
export interface ListAppendCall {
  readonly f: 'txn'
  readonly value: readonly ListAppendOperation[]
}
export type ListAppendOperation =
  | readonly [kind: 'append', key: number, element: number]
  | readonly [kind: 'r', key: number, list: readonly number[] | null]

export default {
  summary: 'transactions that append to lists and read them: which isolation level holds?',
  client: 'list-append',
  safe: [],
  options: {
    level: levelOption('claimed'),
    ...transactionOptions,
  },
  plan({ random, options, claimed }) {
    const level = levelAsked(options.level!, claimed)
    return {
      generator: transactions<ListAppendOperation>(
        stream(random.fork('list-append').seed),
        transactionHabits(options),
        {
          read: (key) => ['r', key, null],
          write: (key, element) => ['append', key, element],
        },
      ),
      checkers: {
        'list-append': listAppend(level),
        stats: stats({ needs: ['txn'] }),
      },
    }
  },
} satisfies Workload<ListAppendCall>
