/**
 * `list-append`: transactions that append unique elements to lists and read whole lists (Kingsbury and Alvaro, Elle,
 * VLDB 2020). A list that was read tells the order of all that was appended to it, so that what transactions
 * depend on each other follows from the history alone, and a level of isolation is broken exactly when a class of
 * anomalies or cycles is there that it forbids. Linear in the history.
 */
import type { Checker, CheckerPlugin } from './checker.ts'
import { dependenciesOf } from './transactions/append/dependencies.ts'
import { reasonOf } from './transactions/append/explain.ts'
import { findInternal } from './transactions/append/inside.ts'
import { marksOf } from './transactions/append/marks.ts'
import { provesAppend } from './transactions/append/proof.ts'
import { findWrongReads } from './transactions/append/reads.ts'
import { findDirtyUpdates, findLostUpdates } from './transactions/append/updates.ts'
import { versionsOf } from './transactions/append/versions.ts'
import { findCycles } from './transactions/cycles.ts'
import { isolation, type Search } from './transactions/judge.ts'
import { isolationLevels, levelNamed } from './transactions/lattice.ts'
import { doubtOf } from './transactions/words.ts'

const search: Search = (transactions, tally, meter) => {
  const versions = versionsOf(transactions, meter)
  const marks = marksOf(versions, meter)
  findWrongReads(versions, marks, tally, meter)
  findInternal(versions, tally)
  findLostUpdates(versions, tally)
  findDirtyUpdates(versions, tally)
  const theory = {
    reason: reasonOf.bind(undefined, versions),
    proves: provesAppend.bind(undefined, transactions),
  }
  findCycles(transactions, dependenciesOf(versions, meter), theory, tally, meter)
  return doubtOf(transactions, versions.writers, 'append')
}

/** The checker at a level of isolation (`transactions/lattice.ts`). */
export const listAppend = (level: string): Checker =>
  isolation('list-append', 'list-append', search, level)

export default {
  summary: 'transactions of appends to lists and reads of them: levels of isolation (as Elle)',
  check: listAppend('strict-serializable'),
  isolation: {
    levels: isolationLevels,
    sources: [],
    at: (name) => {
      const level = levelNamed(name)
      return level === undefined ? undefined : listAppend(level)
    },
  },
} satisfies CheckerPlugin
