/**
 * A checker of transactions at a level of isolation: reads the history in columns, finds all anomalies that there
 * are, and answers for the level. Whatever level is asked for, all anomalies are searched for: they say where the
 * history stands in the whole lattice.
 */
import type { Checker, Verdict } from '../checker.ts'
import { guarded, verdictOf } from '../guarded.ts'
import { type Meter, OutOfLimits } from '../limits.ts'
import { bytesOf, type DataType, type Transactions, transactionsOf } from './columns.ts'
import { impossible, standing, undecided } from './lattice.ts'
import { Tally } from './tally.ts'
import { findBeside, findWeak, weakLevels } from './weak/find.ts'

/**
 * Searches transactions for all anomalies of a data type and puts them into the tally. Returns why some cannot be
 * excluded, where that is so. @throws OutOfLimits
 */
export type Search = (transactions: Transactions, tally: Tally, meter: Meter) => string | undefined

/** A checker of a data type at a level of the lattice. */
export const isolation = (name: string, type: DataType, search: Search, level: string): Checker =>
  guarded(name, (history, meter) => {
    const transactions = transactionsOf(history, type)
    meter.hold(bytesOf(transactions))
    const [tally, weak] = [new Tally(), new Tally()]
    let doubt: string | undefined
    const ended = endOf(() => {
      doubt = search(transactions, tally, meter)
      // Where no dependency of lists leads back to itself the weak levels hold as well. Of registers, whose order of
      // versions is known in part, what was read tells more.
      if (weakLevels.has(level) || tally.found.size > 0)
        findWeak(transactions, type, level, weak, meter)
      else if (type === 'rw-register') findBeside(transactions, type, weak, meter)
    })
    return conclude(transactions, [tally, weak], { doubt, ended }, level)
  })

/** Why the limits ended a search before its end: what it had found until then was found. */
const endOf = (find: () => void): string | undefined => {
  try {
    find()
    return undefined
  } catch (error) {
    if (error instanceof OutOfLimits) return error.message
    throw error
  }
}

/** Why more may be wrong than was found: what the history does not tell, and what ended the search. */
interface Open {
  readonly doubt: string | undefined
  readonly ended: string | undefined
}

/** @param tallies what else speaks against a level is told only where the first one does not */
const conclude = (
  { size }: Transactions,
  tallies: readonly Tally[],
  { doubt, ended }: Open,
  level: string,
): Verdict => {
  const found = new Map(tallies.toReversed().flatMap((tally) => [...tally.found]))
  const { not, alsoNot, strongest } = standing(found.keys())
  const words = (levels: readonly string[]): string => levels.join(', ') || 'none'
  const stats = {
    transactions: size,
    ...Object.fromEntries(found),
    not: words(not),
    alsoNot: words(alsoNot),
    ...(ended === undefined
      ? { strongest: words(strongest) }
      : { strongest: 'none', undecided: words(strongest) }),
  }
  const against = tallies
    .map(({ anomalies }) => anomalies.filter(({ type }) => impossible([type]).has(level)))
    .find((anomalies) => anomalies.length > 0)
  return verdictOf(against ?? [], [doubt, ended ?? unsearched(level, found.keys())], stats)
}

/** Nothing that was found breaks the level, but nobody has looked for all that might. */
const unsearched = (level: string, types: Iterable<string>): string | undefined => {
  const phenomenon = undecided(level, types)
  if (phenomenon === undefined) return undefined
  return `${phenomenon}, which breaks ${level}, is not searched for, and every stronger level is broken`
}
