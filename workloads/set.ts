/**
 * A grow-only set: every add carries a new element, a few reads run beside them to see how long an
 * element takes to show, and when the faults are healed and the cluster serves again every thread reads
 * the whole set. The simplest question there is: is what was acknowledged still there?
 */
import { set } from '../checkers/set.ts'
import { stats } from '../checkers/stats.ts'
import type { Workload } from '../harness/api.ts'
import { eachThread, iterate, limit, repeat, untilOk } from '../harness/generators/index.ts'

/** A grow-only set of whole numbers. */
export type SetCall =
  | { readonly f: 'add'; readonly value: number }
  /** Invoked with null; completes with all elements. */
  | { readonly f: 'read'; readonly value: readonly number[] | null }

const read: SetCall = { f: 'read', value: null }

/** How often a thread tries its final read. */
const FINAL_TRIES = 10

export default {
  summary: 'a grow-only set: are all acknowledged elements there in the end?',
  client: 'set',
  safe: ['read'],
  options: {
    'adds-per-read': { summary: 'adds between two reads of the whole set', default: '200' },
  },
  plan({ options }) {
    const period = Number(options['adds-per-read']) + 1
    const generator = iterate<readonly [turn: number, element: number], SetCall>(
      [1, 0],
      ([turn, element]) =>
        turn % period === 0
          ? [read, [turn + 1, element]]
          : [{ f: 'add', value: element }, [turn + 1, element + 1]],
    )
    return {
      generator,
      final: eachThread(untilOk(limit(FINAL_TRIES, repeat(read)))),
      checkers: { set, stats: stats({ needs: ['add', 'read'] }) },
    }
  },
} satisfies Workload<SetCall>
