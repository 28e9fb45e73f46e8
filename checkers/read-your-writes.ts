/**
 * Read your writes (Terry et al. 1994): what a session wrote, its later reads see. In each session, and for
 * each key, a read after a write w of the session's own must return w or a value that the session had
 * neither seen nor written nor begun with before w; and it must not return what the session only wrote later.
 *
 * That is: for each session there is a total order of the writes, and a set of writes visible to each of
 * its reads that holds all its earlier ones, such that every read returns the last visible write of its
 * key; the order holds the session's own writes as it performed them, and before each what it had read.
 * The formula of Viotti and Vukolić (2016) leaves the last clause to monotonic writes and writes follow
 * reads, and one order to all sessions. Without the clause a session that writes 1, then 2 and then reads 1
 * breaks nothing, for 2 could have been ordered before 1.
 *
 * Proof that the rule is the definition: order each value from elsewhere right before the session's first
 * own write after its first read of it. Decided exactly in O(n) where each value of a key is written once.
 */
import { both } from './causality/finding.ts'
import { level } from './causality/judge.ts'
import { unreadWrites } from './causality/own-session.ts'
import { thinAir } from './causality/patterns.ts'
import type { CheckerPlugin } from './checker.ts'

export default {
  summary: 'a session sees its own writes',
  ...level((sessions, meter) => both(thinAir(sessions), unreadWrites(sessions, meter))),
} satisfies CheckerPlugin
