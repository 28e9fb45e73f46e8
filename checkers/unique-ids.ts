/**
 * Whether a generator of identifiers gives each of them once: `generate` completes ok with the id as its
 * value. Two ok completions with equal values are `duplicated`, whatever their times: uniqueness knows
 * no order. What failed or has an unknown outcome gave nobody an id and tells nothing.
 *
 * Jepsen's `unique-ids`, with the two operations that prove it named. Unlike there, an ok completion
 * without a value is not the id nil but an answer that cannot be judged. O(n).
 */
import type { Anomaly, Checker, CheckerPlugin, Stats, Verdict } from './checker.ts'
import { count, elementsOf, few, guarded, strange, verdictOf } from './guarded.ts'
import { type History, INVOKE, NEMESIS, OK } from './history.ts'
import type { Meter } from './limits.ts'
import { NotInModel, type Primitive, primitive, show } from './model.ts'

/** A checker of generated identifiers. */
export const uniqueIds: Checker = guarded('unique-ids', (history, meter) => judge(history, meter))

/** Where an id was given a second time, and how often in all. */
interface Duplicate {
  readonly first: number
  readonly second: number
  times: number
}

const judge = (history: History, meter: Meter): Verdict => {
  const { type, process, f, value, partner, index } = history.columns
  const given = new Map<Primitive, number>()
  const duplicates = new Map<Primitive, Duplicate>()
  let attempted = 0
  let acknowledged = 0
  for (let position = 0; position < history.length; position++) {
    meter.step()
    if (process[position] === NEMESIS) continue
    if (history.fs[f[position]!] !== 'generate') throw strange(history, position, 'generate')
    if (type[position] === INVOKE) attempted++
    if (type[position] !== OK) continue
    acknowledged++
    const id = primitive(value.at(position))
    if (id === null)
      throw new NotInModel(
        `operation ${index[partner[position]!]}: generate completed without an id`,
      )
    const first = given.get(id)
    if (first === undefined) given.set(id, position)
    else {
      const known = duplicates.get(id)
      if (known === undefined) duplicates.set(id, { first, second: position, times: 2 })
      else known.times++
    }
    meter.bytes = given.size * 40 + duplicates.size * 80
  }
  const stats: Stats = { attempted, acknowledged, duplicated: duplicates.size, ...range(given) }
  const vacuous = acknowledged === 0 ? 'no id was generated' : undefined
  return verdictOf([duplicated(history, duplicates)], [vacuous], stats)
}

const duplicated = (
  history: History,
  duplicates: ReadonlyMap<Primitive, Duplicate>,
): Anomaly | undefined => {
  const [example] = duplicates
  if (example === undefined) return undefined
  const [id, { first, second, times }] = example
  const { index, partner, process } = history.columns
  const told = [first, second].map(
    (position) => `process ${process[position]} at ${history.moment(position)}`,
  )
  const ids = [...duplicates.keys()]
  const summary =
    `${count(ids.length, 'id')} given more than once: ${few(ids.map(show))}; ` +
    `${show(id)} was given ${times} times, first to ${told.join(' and then to ')}`
  return {
    type: 'duplicated',
    summary,
    ops: [first, second].map((position) => index[partner[position]!]!).sort((a, b) => a - b),
    elements: elementsOf(ids),
  }
}

/** The lowest and the highest id, where all are numbers. */
const range = (given: ReadonlyMap<Primitive, number>): Stats => {
  let lowest = Number.POSITIVE_INFINITY
  let highest = Number.NEGATIVE_INFINITY
  for (const id of given.keys()) {
    if (typeof id !== 'number') return {}
    lowest = Math.min(lowest, id)
    highest = Math.max(highest, id)
  }
  return given.size === 0 ? {} : { lowest, highest }
}

export default {
  summary: 'every generated id is given once',
  check: uniqueIds,
} satisfies CheckerPlugin
