/**
 * Monotonic writes (Terry et al. 1994): who sees a write of a session sees its earlier writes before it. It
 * shows only in reads that are monotonic, so both are asked: for each session there is a total order of the
 * writes that holds the program order of the writes of every session, and a growing set of writes visible to
 * its reads that holds with a write the earlier ones of the same session, such that each read returns the
 * last visible write of its key. Sessions may have different orders; see `causality/views.ts`.
 *
 * Decided exactly in O(n · sessions) where each value of a key is written once.
 */
import { level } from './causality/judge.ts'
import { nonMonotonicWrites } from './causality/monotonic-writes.ts'
import type { CheckerPlugin } from './checker.ts'

export default {
  summary: 'who sees a write of a session sees its earlier ones; with monotonic reads',
  ...level(nonMonotonicWrites),
} satisfies CheckerPlugin
