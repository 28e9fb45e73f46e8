/**
 * Transactions that append to lists and read them whole (Kingsbury & Alvaro, "Elle", VLDB 2020). A list shows in which order its
 * elements were appended, so that almost everything that a system may do wrong with isolation can be read off the history.
 * Every element is appended to its list once.
 */
import { stats } from '../checkers/stats.ts'
import type { Workload } from '../harness/api.ts'
import { stream, transactions } from '../harness/generators/index.ts'

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
    keys: { summary: 'lists in use at a time', default: '10', drawn: ['3', '10'] },
    'key-choice': {
      summary: 'whether all lists are used alike, or each twice as often as the one before it',
      default: 'exponential',
      choices: ['exponential', 'uniform'],
    },
    'txn-length': { summary: 'operations in a transaction at most', default: '4' },
    'writes-per-key': { summary: 'appends to a list before a fresh one is used', default: '100' },
  },
  plan({ random, options }) {
    return {
      generator: transactions<ListAppendOperation>(stream(random.fork('list-append').seed), {
        keys: Number(options.keys),
        writesPerKey: Number(options['writes-per-key']),
        length: [1, Math.max(1, Number(options['txn-length']))],
        choice: options['key-choice'] === 'uniform' ? 'uniform' : 'exponential',
        read: (key) => ['r', key, null],
        write: (key, element) => ['append', key, element],
      }),
      checkers: { stats: stats({ needs: ['txn'] }) },
    }
  },
} satisfies Workload<ListAppendCall>
