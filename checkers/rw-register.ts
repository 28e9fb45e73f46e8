/**
 * `rw-register`: transactions that read registers and write unique values to them (Kingsbury and Alvaro, Elle, VLDB
 * 2020). Who read what whom wrote is certain; which of two values came first is known as far as the sources go that
 * may be chosen for it, and what they do not tell is no dependency: no violation that is found is a false one for a
 * database that keeps what the source says. Linear in the history, O(n log n) with real time.
 */
import type { Checker, CheckerPlugin } from './checker.ts'
import { findCycles } from './transactions/cycles.ts'
import { isolation, type Search } from './transactions/judge.ts'
import { isolationLevels, levelNamed } from './transactions/lattice.ts'
import { dependenciesOf } from './transactions/register/dependencies.ts'
import { reasonOf } from './transactions/register/explain.ts'
import { type Contradiction, orderOf, type Source, sources } from './transactions/register/order.ts'
import { provesWrite } from './transactions/register/proof.ts'
import { findWrongReads } from './transactions/register/reads.ts'
import { codeOfVersion, type Versions, versionsOf } from './transactions/register/versions.ts'
import type { Tally } from './transactions/tally.ts'
import { doubtOf, indexesOf, keyWord, valueWord } from './transactions/words.ts'

const search =
  (chosen: readonly Source[]): Search =>
  (transactions, tally, meter) => {
    const versions = versionsOf(transactions, meter)
    findWrongReads(versions, tally, meter)
    const order = orderOf(versions, chosen, meter)
    for (const contradiction of order.contradictions) tell(versions, contradiction, tally)
    const theory = {
      reason: reasonOf.bind(undefined, order),
      proves: provesWrite.bind(undefined, transactions, chosen),
    }
    findCycles(transactions, dependenciesOf(order, meter), theory, tally, meter)
    return doubtOf(transactions, versions.writers, 'write')
  }

const tell = (
  versions: Versions,
  { key, versions: circle, sources: claimed }: Contradiction,
  tally: Tally,
): void =>
  tally.add('cyclic-versions', () => {
    const { transactions, version } = versions
    const values = circle.map((one) => valueWord(transactions, codeOfVersion(versions, one)))
    const members = new Set(circle)
    const shown = Array.from(transactions.owner.keys()).filter((at) => members.has(version[at]!))
    return {
      summary:
        `the values ${values.join(', ')} of ${keyWord(transactions, key)} each come before all the others, ` +
        `by ${claimed.join(', ')}`,
      ops: indexesOf(
        transactions,
        shown.map((at) => transactions.owner[at]!),
      ),
    }
  })

/** The checker at a level of isolation, with sources for the order of the values of a register. */
export const rwRegister = (level: string, chosen: readonly Source[] = []): Checker =>
  isolation('rw-register', 'rw-register', search(chosen), level)

export default {
  summary: 'transactions of writes to registers and reads of them: levels of isolation (as Elle)',
  check: rwRegister('strict-serializable'),
  isolation: {
    levels: isolationLevels,
    sources,
    at: (name, chosen) => {
      const level = levelNamed(name)
      const known = sources.filter((source) => chosen.includes(source))
      return level === undefined ? undefined : rwRegister(level, known)
    },
  },
} satisfies CheckerPlugin
