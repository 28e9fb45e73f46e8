/**
 * The anomalies that break the weak levels, each named by the weakest level that it breaks. What keeps causal consistency keeps
 * all of them, so a history without any is searched once.
 */
import type { Meter } from '../../limits.ts'
import type { DataType, Transactions } from '../columns.ts'
import type { Tally } from '../tally.ts'
import type { Level } from './level.ts'
import { proofOf } from './proof.ts'
import { search } from './search.ts'
import { tell } from './words.ts'

/** A weak level with the names of what breaks it and no weaker one. */
interface Weak {
  readonly level: Level
  readonly types: readonly string[]
}

const causal: Weak = {
  level: { view: 'causal', sessions: true },
  types: ['causality-violation', 'causality-violation-process'],
}
/** Exact, but not linear, for each transaction is a session: searched where it is asked for, and in short histories. */
const causalAlone: Weak = {
  level: { view: 'causal', sessions: false },
  types: ['causality-violation'],
}
const atomicInSessions: Weak = {
  level: { view: 'read-atomic', sessions: true },
  types: ['fractured-read-process'],
}
/** The weaker ones of these two. */
const weaker: readonly Weak[] = [
  { level: { view: 'read-committed', sessions: false }, types: ['G0', 'G1c'] },
  { level: { view: 'read-committed', sessions: true }, types: ['G0-process', 'G1c-process'] },
  {
    level: { view: 'monotonic-atomic-view', sessions: false },
    types: ['observed-transaction-vanishes'],
  },
  {
    level: { view: 'monotonic-atomic-view', sessions: true },
    types: ['observed-transaction-vanishes-process'],
  },
  { level: { view: 'read-atomic', sessions: false }, types: ['fractured-read'] },
]

/** Transactions of a history that is short. */
const SHORT = 1000

/** The levels that are decided here, or broken by what is found here, by their names in the lattice. */
export const weakLevels: ReadonlySet<string> = new Set([
  'causal',
  'causal-cerone',
  'prefix',
  'strong-session-read-atomic',
  'strong-session-monotonic-atomic-view',
  'read-atomic',
  'monotonic-atomic-view',
])

/**
 * Puts what breaks the weak levels into the tally.
 * @param asked the level that is asked for
 * @throws OutOfLimits
 */
export const findWeak = (
  transactions: Transactions,
  type: DataType,
  asked: string,
  tally: Tally,
  meter: Meter,
): void => {
  if (!breaks(causal, transactions, type, tally, meter)) return
  findFractured(transactions, type, tally, meter)
  const isDue = ['causal-cerone', 'prefix'].includes(asked) || transactions.size <= SHORT
  if (isDue && tally.of('causality-violation') === 0)
    breaks(causalAlone, transactions, type, tally, meter)
}

/**
 * Puts what breaks the weak levels into the tally, where nothing else is wrong and nobody asks for them: all of it in short
 * histories, else what is found soon. @throws OutOfLimits
 */
export const findBeside = (
  transactions: Transactions,
  type: DataType,
  tally: Tally,
  meter: Meter,
): void => {
  if (transactions.size <= SHORT) findWeak(transactions, type, 'causal', tally, meter)
  else findFractured(transactions, type, tally, meter)
}

/** Puts what breaks the levels up to read atomic into the tally. @throws OutOfLimits */
const findFractured = (
  transactions: Transactions,
  type: DataType,
  tally: Tally,
  meter: Meter,
): void => {
  if (!breaks(atomicInSessions, transactions, type, tally, meter)) return
  for (const weak of weaker) breaks(weak, transactions, type, tally, meter)
}

/** Whether anything breaks the level; what breaks a weaker one as well is told there. */
const breaks = (
  { level, types }: Weak,
  transactions: Transactions,
  type: DataType,
  tally: Tally,
  meter: Meter,
): boolean => {
  const found = search(transactions, level, meter)
  for (const finding of found.findings) {
    const proof = proofOf(found, finding, type, level, meter)
    if (types.includes(proof.type)) tally.add(proof.type, () => tell(proof))
  }
  return found.total > 0
}
