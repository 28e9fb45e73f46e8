/** For tests: every level of weak consistency with its definition carried out literally. */
import causal from '../causal.ts'
import causalConvergence from '../causal-convergence.ts'
import causalMemory from '../causal-memory.ts'
import type { CheckerPlugin } from '../checker.ts'
import consistentPrefix from '../consistent-prefix.ts'
import type { History } from '../history.ts'
import monotonicReads from '../monotonic-reads.ts'
import monotonicWrites from '../monotonic-writes.ts'
import pram from '../pram.ts'
import readYourWrites from '../read-your-writes.ts'
import writesFollowReads from '../writes-follow-reads.ts'
import * as oracle from './causal-oracle.ts'
import { guaranteed } from './session-oracle.ts'

export interface Level {
  readonly plugin: CheckerPlugin
  readonly holds: (history: History) => boolean
}

export const levels = {
  'causal-memory': { plugin: causalMemory, holds: oracle.causalMemory },
  'causal-convergence': { plugin: causalConvergence, holds: oracle.causalConvergence },
  causal: { plugin: causal, holds: oracle.causal },
  'consistent-prefix': { plugin: consistentPrefix, holds: oracle.consistentPrefix },
  pram: { plugin: pram, holds: oracle.pram },
  'read-your-writes': {
    plugin: readYourWrites,
    holds: (history) => guaranteed('read-your-writes', history),
  },
  'monotonic-reads': {
    plugin: monotonicReads,
    holds: (history) => guaranteed('monotonic-reads', history),
  },
  'monotonic-writes': {
    plugin: monotonicWrites,
    holds: (history) => guaranteed('monotonic-writes', history),
  },
  'writes-follow-reads': {
    plugin: writesFollowReads,
    holds: (history) => guaranteed('writes-follow-reads', history),
  },
} satisfies Record<string, Level>

export type LevelName = keyof typeof levels
