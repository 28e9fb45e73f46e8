/**
 * What is enough to show that a level is broken: the transactions of a finding alone, less each one that it does not need. What is
 * shown was found again in these few transactions, whatever the rest of the history holds. It is named by the weakest of
 * the levels that they break.
 */

import { unlimited } from '../../checker.ts'
import { History, type HistoryEvent, OK } from '../../history.ts'
import { Meter, OutOfLimits } from '../../limits.ts'
import { NONE } from '../../typed-arrays.ts'
import { type DataType, type Transactions, transactionsOf } from '../columns.ts'
import { PROCESS, WW } from '../relations.ts'
import { INITIAL, writesTo } from './dependencies.ts'
import { IMPLIED } from './graph.ts'
import { implies, type Level } from './level.ts'
import { type Finding, type Found, type Step, search } from './search.ts'
import { seenBy } from './seen.ts'

export interface Proof {
  readonly type: string
  readonly found: Found
  readonly finding: Finding
  /** Of each implied step, why its reader had seen what came before. */
  readonly seen: ReadonlyMap<Step, readonly Step[]>
}

/** Transactions that are tried one by one whether they are needed: each time costs a search of all. */
const FEW = 100

/** O(m) searches of m transactions, a few times, where they are few; else, or where the limits end that, the proof stays larger. */
export const proofOf = (
  found: Found,
  finding: Finding,
  type: DataType,
  level: Level,
  meter: Meter,
): Proof => {
  const all = found.dependencies.transactions
  let kept = restricted(all, involved(found, finding, level), type)
  try {
    for (let before = 0; before !== kept.size && kept.size <= FEW; ) {
      before = kept.size
      kept = pass(kept, type, level, meter)
    }
  } catch (error) {
    if (!(error instanceof OutOfLimits)) throw error
  }
  return named(kept, level)
}

/** Each transaction once, the last one first, is taken out if it can be. */
const pass = (proof: Transactions, type: DataType, level: Level, meter: Meter): Transactions => {
  let kept = proof
  for (let one = kept.size - 1; one >= 0; one--) {
    meter.poll()
    const rest = Array.from({ length: kept.size }, (_, at) => at).filter((at) => at !== one)
    const less = restricted(kept, rest, type)
    if (search(less, level, new Meter(unlimited)).total > 0) kept = less
  }
  return kept
}

/** Levels, each behind those that it implies, and what breaks them: Adya's names where no level implies a part of the cycle. */
const weakest: readonly (readonly [Level, string | undefined])[] = [
  [{ view: 'read-committed', sessions: false }, undefined],
  [{ view: 'monotonic-atomic-view', sessions: false }, 'observed-transaction-vanishes'],
  [{ view: 'read-atomic', sessions: false }, 'fractured-read'],
  [{ view: 'read-committed', sessions: true }, undefined],
  [{ view: 'monotonic-atomic-view', sessions: true }, 'observed-transaction-vanishes-process'],
  [{ view: 'read-atomic', sessions: true }, 'fractured-read-process'],
  [{ view: 'causal', sessions: false }, 'causality-violation'],
  [{ view: 'causal', sessions: true }, 'causality-violation-process'],
]

const named = (kept: Transactions, asked: Level): Proof => {
  for (const [level, type] of weakest) {
    if (!implies(asked, level)) continue
    const found = search(kept, level, new Meter(unlimited))
    const [finding] = found.findings
    if (finding === undefined) continue
    const implied = finding.filter(({ relation }) => relation === IMPLIED)
    const seen = new Map(implied.map((step) => [step, chainOf(found, step, level)]))
    return { type: type ?? adya(finding), found, finding, seen }
  }
  throw new Error('what breaks a level still breaks it when it is looked at again')
}

/** Adya's name of a cycle of reads, versions and sessions. */
const adya = (finding: Finding): string => {
  const relations = new Set(finding.map(({ relation }) => relation))
  const process = relations.delete(PROCESS)
  const name = relations.size === 1 && relations.has(WW) ? 'G0' : 'G1c'
  return process ? `${name}-process` : name
}

/** All transactions that a finding speaks of. */
const involved = (found: Found, finding: Finding, level: Level): readonly number[] => {
  const all = new Set<number>()
  for (const step of finding) {
    all.add(step.from)
    if (step.to !== INITIAL) all.add(step.to)
    if (step.relation === WW) for (const reader of readersOf(found, step)) all.add(reader)
    if (step.relation !== IMPLIED) continue
    for (const { from, to } of chainOf(found, step, level)) {
      all.add(from)
      all.add(to)
    }
  }
  return [...all].sort((a, b) => a - b)
}

/** Who read the longest lists that both transactions of a step appended to: they show the order of the appends. */
const readersOf = ({ dependencies }: Found, { from, to }: Step): readonly number[] => {
  const { key, length, owner, outcome } = dependencies.transactions
  const longest = new Map<number, number>()
  for (let at = 0; at < owner.length; at++) {
    if (owner[at] === NONE || length[at]! < 1 || outcome[owner[at]!] !== OK) continue
    const known = longest.get(key[at]!)
    if (known !== undefined && length[known]! >= length[at]!) continue
    const both = writesTo(dependencies, from, key[at]!) && writesTo(dependencies, to, key[at]!)
    if (both) longest.set(key[at]!, at)
  }
  return [...longest.values()].map((at) => owner[at]!)
}

const chainOf = ({ dependencies }: Found, { from, read }: Step, level: Level): readonly Step[] => {
  const reader = dependencies.transactions.owner[dependencies.read[read]!]!
  return seenBy(dependencies, level, from, reader, read)
}

/** Some of the transactions as a history of their own; `index` and time stay. */
const restricted = (
  { history, invoked, completed }: Transactions,
  some: readonly number[],
  type: DataType,
): Transactions => {
  const positions = some
    .flatMap((one) => [invoked[one]!, completed[one]!])
    .filter((position) => position >= 0)
    .sort((a, b) => a - b)
  return transactionsOf(History.from(positions.map((at): HistoryEvent => history.event(at))), type)
}
