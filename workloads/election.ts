/**
 * Elections: clients ask their nodes again and again who leads, and in which term. A term has one leader for
 * ever, so no two answers may name different ones, however old they are; that nodes know of different terms is no
 * mistake. For systems that say who leads: ballots, views and epochs are terms as well.
 */
import { electionSafety } from '../checkers/election-safety.ts'
import { stats } from '../checkers/stats.ts'
import type { Workload } from '../harness/api.ts'
import { repeat } from '../harness/generators/index.ts'

/** Invoked with null; completes with who leads in the latest term that the node knows, nulls where it knows none. */
export interface ElectionCall {
  readonly f: 'leader'
  readonly value: {
    readonly term: number | string | null
    readonly leader: string | null
  } | null
}

export default {
  summary: 'who leads in which term: has a term one leader?',
  client: 'leader',
  safe: ['leader'],
  options: {},
  plan: () => ({
    generator: repeat({ f: 'leader', value: null }),
    checkers: {
      'election-safety': electionSafety,
      stats: stats({ needs: ['leader'] }),
    },
  }),
} satisfies Workload<ElectionCall>
