/**
 * Writes follow reads (Terry et al. 1994), or session causality: who sees a write sees before it what its
 * session had read. It shows only in reads that are monotonic, so both are asked: for each session there is
 * a total order of the writes in which w comes before w' wherever some session read from w before it wrote
 * w', and a growing set of writes visible to its reads that holds with such a w' also w, such that each read
 * returns the last visible write of its key. Sessions may have different orders; see `causality/views.ts`.
 *
 * Decided exactly in O(n · sessions) where each value of a key is written once.
 */
import { level } from './causality/judge.ts'
import { writesBeforeReads } from './causality/writes-follow-reads.ts'
import type { CheckerPlugin } from './checker.ts'

export default {
  summary: 'who sees a write sees what its session had read; with monotonic reads',
  ...level(writesBeforeReads),
} satisfies CheckerPlugin
