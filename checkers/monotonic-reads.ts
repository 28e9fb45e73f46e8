/**
 * Monotonic reads (Terry et al. 1994): the reads of a session never go back. In each session, and for each
 * key, a read must not return a value that the session read before it last read another one, nor the initial
 * value after another one.
 *
 * That is: for each session there is a total order of the writes, and a growing set of writes visible to
 * its reads, such that each returns the last visible write of its key. Sessions may have different orders,
 * as in causal memory and PRAM; Viotti and Vukolić (2016) have one for all, and who wants that asks for
 * causal convergence.
 *
 * Decided exactly in O(n) where each value of a key is written once.
 */
import { both } from './causality/finding.ts'
import { level } from './causality/judge.ts'
import { nonMonotonicReads } from './causality/own-session.ts'
import { thinAir } from './causality/patterns.ts'
import type { CheckerPlugin } from './checker.ts'

export default {
  summary: 'the reads of a session never go back',
  ...level((sessions, meter) => both(thinAir(sessions), nonMonotonicReads(sessions, meter))),
} satisfies CheckerPlugin
