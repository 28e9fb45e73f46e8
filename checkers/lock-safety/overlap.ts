/**
 * Two holders at a time: goes through the holdings in the order in which they began, and remembers for each
 * lock the one that lasts longest and the longest one of another process. O(n).
 */
import type { Anomaly } from '../checker.ts'
import { type History, NONE } from '../history.ts'
import type { Meter } from '../limits.ts'
import type { Holding } from './holdings.ts'

export interface Found {
  /** How many acquires are concerned. */
  readonly count: number
  /** The first of them. */
  readonly anomaly: Anomaly | undefined
}

/** Holdings must come in the order in which they began. */
export const overlap = (history: History, held: readonly Holding[], meter: Meter): Found => {
  const longest = new Map<number, readonly [Holding, Holding | undefined]>()
  let count = 0
  let first: readonly [Holding, Holding] | undefined
  for (const holding of held) {
    meter.step()
    const [one, other] = longest.get(holding.key) ?? [undefined, undefined]
    const rival = one?.process === holding.process ? other : one
    const certain = holding.from < holding.until
    if (certain && rival !== undefined && holding.from < rival.until) {
      count++
      first ??= [rival, holding]
    }
    longest.set(holding.key, longestTwo(holding, one, other))
  }
  return { count, anomaly: first === undefined ? undefined : twoHolders(history, first) }
}

/** Of three holdings the one that lasts longest, and the longest of another process than its. */
const longestTwo = (
  holding: Holding,
  one: Holding | undefined,
  other: Holding | undefined,
): readonly [Holding, Holding | undefined] => {
  const [best, ...rest] = [holding, one, other]
    .filter((some) => some !== undefined)
    .sort((a, b) => b.until - a.until) as [Holding, ...Holding[]]
  return [best, rest.find(({ process }) => process !== best.process)]
}

const twoHolders = (history: History, [rival, holding]: readonly [Holding, Holding]): Anomaly => ({
  type: 'two-holders',
  summary:
    `${lockName(history, holding)} had two holders at ${history.moment(holding.from)}: process ${rival.process} ` +
    `acquired it at ${history.moment(rival.from)} and ${keptUntil(history, rival)}, and process ` +
    `${holding.process} acquired it at ${history.moment(holding.from)}`,
  ops: [rival.start, holding.start].map((at) => history.columns.index[at]!).sort((a, b) => a - b),
})

const keptUntil = (history: History, { until }: Holding): string =>
  until === history.length
    ? 'never began to release it'
    : `held it at least until ${history.moment(until)}`

/** The lock of a holding, as people name it. */
export const lockName = ({ keys }: History, { key }: Holding): string =>
  key === NONE ? 'the lock' : `lock ${keys[key]}`
