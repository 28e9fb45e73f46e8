/**
 * The consistency levels of registers, from strong to weak, and which implies which: Herlihy and Wing 1990;
 * Lamport 1979; Bouajjani et al. 2017 for the causal ones; Lipton and Sandberg 1988 for PRAM; Terry et al.
 * 1994 and 2013 for the session guarantees and consistent prefix, each as the header of its file defines it.
 */
import causal from '../causal.ts'
import causalConvergence from '../causal-convergence.ts'
import causalMemory from '../causal-memory.ts'
import type { CheckerPlugin } from '../checker.ts'
import consistentPrefix from '../consistent-prefix.ts'
import linearizable from '../linearizable.ts'
import monotonicReads from '../monotonic-reads.ts'
import monotonicWrites from '../monotonic-writes.ts'
import pram from '../pram.ts'
import readYourWrites from '../read-your-writes.ts'
import sequential from '../sequential.ts'
import writesFollowReads from '../writes-follow-reads.ts'

/** A checker that judges against a model. */
type LevelPlugin = CheckerPlugin & Required<Pick<CheckerPlugin, 'against'>>

export interface Level {
  readonly name: string
  readonly plugin: LevelPlugin
  /** The next weaker levels: whatever keeps this one keeps them. */
  readonly implies: readonly string[]
}

/** From strong to weak; the first implies all others. */
export const levels: readonly Level[] = [
  { name: 'linearizable', plugin: linearizable, implies: ['sequential'] },
  {
    name: 'sequential',
    plugin: sequential,
    implies: ['causal-memory', 'causal-convergence', 'consistent-prefix'],
  },
  {
    name: 'causal-memory',
    plugin: causalMemory,
    implies: ['causal', 'pram', 'writes-follow-reads'],
  },
  {
    name: 'causal-convergence',
    plugin: causalConvergence,
    implies: ['causal', 'writes-follow-reads', 'monotonic-writes'],
  },
  // Two concurrent writes may be read now in one order, now in the other: reads may go back.
  { name: 'causal', plugin: causal, implies: ['read-your-writes'] },
  {
    name: 'pram',
    plugin: pram,
    implies: ['monotonic-writes', 'read-your-writes'],
  },
  { name: 'consistent-prefix', plugin: consistentPrefix, implies: [] },
  { name: 'writes-follow-reads', plugin: writesFollowReads, implies: ['monotonic-reads'] },
  { name: 'monotonic-writes', plugin: monotonicWrites, implies: ['monotonic-reads'] },
  { name: 'monotonic-reads', plugin: monotonicReads, implies: [] },
  { name: 'read-your-writes', plugin: readYourWrites, implies: [] },
]

/** Every level that a level implies. */
export const weakerThan = (level: Level): readonly Level[] => {
  const found = new Set(named(level.implies))
  for (const weaker of found) for (const next of named(weaker.implies)) found.add(next)
  return [...found]
}

/** Every level that implies a level. */
export const strongerThan = (level: Level): readonly Level[] =>
  levels.filter((stronger) => weakerThan(stronger).includes(level))

const named = (names: readonly string[]): readonly Level[] =>
  levels.filter(({ name }) => names.includes(name))
