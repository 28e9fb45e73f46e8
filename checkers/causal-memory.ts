/**
 * Causal memory (Ahamad, Neiger, Burns, Kohli and Hutto 1995; CM in Bouajjani, Enea, Guerraoui and Hamza,
 * POPL 2017): there is an order of cause and effect that holds program order, and for every session one
 * order of what precedes its operations causally that explains all its reads together. Sessions may
 * disagree on the order of concurrent writes. Stronger than causal consistency; neither stronger nor weaker
 * than causal convergence.
 *
 * Decided exactly where each value of a key is written once; see `causality/saturation.ts` for the cost.
 */
import { level } from './causality/judge.ts'
import { memory } from './causality/memory.ts'
import type { CheckerPlugin } from './checker.ts'

export default {
  summary: 'each session sees all writes in one order that holds cause and effect',
  ...level(memory),
} satisfies CheckerPlugin
