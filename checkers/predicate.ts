/**
 * Predicates, for which rows matter that are not there yet. `insert` looks for any row of a key, in two tables, puts one into one of them if
 * there is none, and fails otherwise: two that succeed for one key have each missed the other's row, which no serial order
 * allows (`G2`: Adya's anti-dependency cycle of predicate reads, a write skew by insert; Jepsen's `adya.g2`). `scan` asks for
 * the rows of a key twice in one transaction, and completes with both answers: a row in the second one alone is a `phantom`, which repeatable
 * read in the SQL standard allows and snapshot isolation does not. What a judged level allows is counted and no violation. O(operations · rows).
 */
import type { Anomaly, Checker, CheckerPlugin, Verdict } from './checker.ts'
import { count, guarded, strange, verdictOf } from './guarded.ts'
import { type History, INVOKE, type Key, NEMESIS, NONE, OK } from './history.ts'
import type { Meter } from './limits.ts'
import { NotInModel } from './model.ts'
import { isScalar } from './transactions/elements.ts'
import { forbids } from './transactions/lattice.ts'

/** How many of each kind are shown. */
const most = 10

const judge = (history: History, meter: Meter, level: string): Verdict => {
  const { type, process, partner, f, key, index } = history.columns
  const inserts = new Map<Key, number[]>()
  const phantoms: Anomaly[] = []
  let scans = 0
  for (let position = 0; position < history.length; position++) {
    if (type[position] !== INVOKE || process[position] === NEMESIS) continue
    meter.step()
    const name = history.fs[f[position]!]!
    if (name !== 'insert' && name !== 'scan') throw strange(history, position, '"insert" or "scan"')
    if (key[position] === NONE)
      throw new NotInModel(`operation ${index[position]}: no key: expected that of the rows`)
    const completion = partner[position]!
    if (completion === NONE || type[completion] !== OK) continue
    const own = history.keys[key[position]!]!
    if (name === 'insert') {
      const known = inserts.get(own) ?? []
      if (known.length === 0) inserts.set(own, known)
      known.push(position)
    } else {
      scans++
      phantoms.push(...phantomsIn(history, position, completion))
    }
  }
  const skews = [...inserts].filter(([, positions]) => positions.length > 1)
  const shown = skews.slice(0, most).map(([own, positions]) => tell(history, own, positions))
  const stats = { keys: inserts.size, scans, G2: skews.length, phantom: phantoms.length }
  // A phantom is a cycle of one anti-dependency: what was inserted is missed by the first answer and seen by the second.
  const told = [
    ...(forbids(level, 'G2') ? shown : []),
    ...(forbids(level, 'G-single') ? phantoms.slice(0, most) : []),
  ]
  return verdictOf(told, [], stats)
}

const tell = (history: History, key: Key, positions: readonly number[]): Anomaly => {
  const ops = positions.slice(0, 2).map((position) => history.columns.index[position]!)
  const more = positions.length - ops.length
  return {
    type: 'G2',
    summary:
      `${ops.map((op) => `operation ${op}`).join(' and ')} each found no row of key ${key} and inserted one` +
      `${more === 0 ? '' : ` (and ${more} more did)`}: whichever came first, the other one must have found its row`,
    ops,
  }
}

const phantomsIn = (history: History, position: number, completion: number): readonly Anomaly[] => {
  const { value, index, process } = history.columns
  const found = value.at(completion)
  if (!isScan(found))
    throw new NotInModel(
      `operation ${index[completion]}: value ${JSON.stringify(found)}: expected two lists of rows, each a text or a number`,
    )
  const [first, second] = found
  const added = second.filter((row) => !first.includes(row))
  const gone = first.filter((row) => !second.includes(row))
  if (added.length + gone.length === 0) return []
  const change = added.length > 0 ? [added, 'new'] : [gone, 'gone']
  return [
    {
      type: 'phantom',
      summary:
        `the scan of process ${process[position]} (operation ${index[position]}, ${history.moment(position)}) found ` +
        `${count(first.length, 'row')} at first and ${second.length} later: ${String(change[0])} ${change[1]}`,
      ops: [index[position]!],
    },
  ]
}

/** Rows are names or numbers, which are the same where they look so. */
const isScan = (value: unknown): value is readonly [readonly unknown[], readonly unknown[]] =>
  Array.isArray(value) &&
  value.length === 2 &&
  value.every((rows) => Array.isArray(rows) && rows.every(isScalar))

/** A checker of what a level of isolation allows. */
export const predicateAt = (level: string): Checker =>
  guarded('predicate', (history, meter) => judge(history, meter, level))

/** A checker of what serializability allows. */
export const predicate = predicateAt('serializable')

export default {
  summary:
    'no two inserts that exclude each other, and no rows that come and go within a transaction',
  check: predicate,
} satisfies CheckerPlugin
