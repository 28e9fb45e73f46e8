/**
 * Election safety: at most one leader in a term (Ongaro and Ousterhout, "In Search of an Understandable Consensus
 * Algorithm", 2014, figure 3; ballots of Paxos and views of Viewstamped Replication are terms as well). Whoever
 * observes a leader may be late: an observation is never too old to count, because a term has one leader for ever.
 *
 * Observations are of two kinds: the nemesis' `observe` events with `{"kind": "leader", "term": 3, "leader": "n1"}`, and client
 * operations of any `f` (`leader`, say) that complete ok with `{"term": 3, "leader": "n1"}` or with a list of such. A
 * null leader says that none is known. `two-leaders`: two observations name different leaders of one term; with
 * keys, as of shards, each has terms of its own. Jepsen has no such checker. O(n).
 */
import type { Anomaly, Checker, CheckerPlugin, Verdict } from './checker.ts'
import { count, few, guarded, verdictOf } from './guarded.ts'
import { type History, INVOKE, NEMESIS, OK } from './history.ts'
import type { Meter } from './limits.ts'
import { type Primitive, primitive, show } from './model.ts'

/** A checker of elections. */
export const electionSafety: Checker = guarded('election-safety', (history, meter) =>
  judge(history, meter),
)

/** Who was seen to lead, and the position of the event that says so. */
interface Leader {
  readonly name: Primitive
  readonly position: number
}

interface Split {
  readonly term: string
  readonly one: Leader
  readonly other: Leader
}

const judge = (history: History, meter: Meter): Verdict => {
  const { type, process, value, partner, key } = history.columns
  const leaders = new Map<string, Leader>()
  const splits = new Map<string, Split>()
  let observed = 0
  for (let position = 0; position < history.length; position++) {
    meter.step()
    const told = process[position] === NEMESIS ? type[position] !== INVOKE : type[position] === OK
    if (!told) continue
    const start = process[position] === NEMESIS ? position : partner[position]!
    for (const { term, leader } of sightings(value.at(position))) {
      observed++
      const of = `${key[start]} ${show(primitive(term))}`
      const other = { name: primitive(leader), position: start }
      const one = leaders.get(of)
      if (one === undefined) leaders.set(of, other)
      else if (one.name !== other.name && !splits.has(of))
        splits.set(of, { term: show(primitive(term)), one, other })
    }
    meter.bytes = leaders.size * 200
  }
  const stats = { observed, terms: leaders.size, twoLeaders: splits.size }
  return verdictOf(
    [twoLeaders(history, [...splits.values()])],
    [observed === 0 ? 'no leader of a term was observed' : undefined],
    stats,
  )
}

/** The leaders that a value tells of. */
const sightings = (
  value: unknown,
): readonly { readonly term: unknown; readonly leader: unknown }[] =>
  [value].flat().flatMap((one) => {
    if (typeof one !== 'object' || one === null) return []
    const { term, leader } = one as { readonly term?: unknown; readonly leader?: unknown }
    const known = term !== undefined && term !== null && leader !== undefined && leader !== null
    return known ? [{ term, leader }] : []
  })

const twoLeaders = (history: History, splits: readonly Split[]): Anomaly | undefined => {
  const [example] = splits
  if (example === undefined) return undefined
  const { term, one, other } = example
  const { index } = history.columns
  const told = [one, other].map(
    ({ name, position }) => `${who(history, position)} saw ${show(name)} lead`,
  )
  const terms = splits.map((split) => split.term)
  const summary = `${count(terms.length, 'term')} had two leaders: ${few(terms)}; in term ${term} ${told.join(', and ')}`
  return {
    type: 'two-leaders',
    summary,
    ops: [...new Set([one, other].map(({ position }) => index[position]!))].sort((a, b) => a - b),
    elements: terms.slice(0, 1000),
  }
}

const who = (history: History, position: number): string => {
  const process = history.columns.process[position]!
  const node = history.nodeName(position)
  const name = process === NEMESIS ? 'the observer' : `process ${process}`
  return `${name}${node === undefined ? '' : ` at ${node}`} (asking at ${history.moment(position)})`
}

export default {
  summary: 'a term has at most one leader',
  check: electionSafety,
} satisfies CheckerPlugin
