/**
 * Causal consistency, the weakest of the three that Bouajjani, Enea, Guerraoui and Hamza tell apart
 * (POPL 2017): there is an order of cause and effect that holds program order, and every read returns
 * what some order of the operations before it would return; each read may choose an order of its own.
 * So two concurrent writes may be seen now in one order, now in the other, even by one session.
 *
 * Decided exactly in O(n · sessions) where each value of a key is written once, by the absence of the
 * bad patterns in `causality/patterns.ts`.
 */
import { level } from './causality/judge.ts'
import { causality } from './causality/patterns.ts'
import type { CheckerPlugin } from './checker.ts'

export default {
  summary: 'no operation is seen without what it followed; concurrent writes in any order',
  ...level(causality),
} satisfies CheckerPlugin
