/**
 * Causal convergence (CCv; Bouajjani, Enea, Guerraoui and Hamza, POPL 2017): causal consistency, and
 * all replicas order the writes alike. There is one total order of all operations that holds the order
 * of cause and effect, and every read returns the value of the last write of its key, in that order,
 * among the operations that precede it causally. What Viotti and Vukolić (2016) call causal consistency
 * is this.
 *
 * Decided exactly in O(n · sessions) where each value of a key is written once.
 */
import { convergence } from './causality/convergence.ts'
import { level } from './causality/judge.ts'
import type { CheckerPlugin } from './checker.ts'

export default {
  summary: 'causal consistency with one order of the writes that all replicas agree on',
  ...level(convergence),
} satisfies CheckerPlugin
