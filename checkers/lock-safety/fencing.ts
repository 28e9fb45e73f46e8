/**
 * Fencing tokens: whoever acquires a lock after another must be given a larger token, for a store that
 * has seen it to refuse the other. Goes through the acquires in the order of their invocations beside those
 * that were over by then. O(n log n).
 */
import type { Anomaly } from '../checker.ts'
import type { History } from '../history.ts'
import type { Meter } from '../limits.ts'
import type { Holding } from './holdings.ts'
import { type Found, lockName } from './overlap.ts'

/** Holdings must come in the order in which they began. */
export const disorder = (history: History, held: readonly Holding[], meter: Meter): Found => {
  const fenced = held.filter(({ token }) => token !== undefined)
  const byStart = fenced.filter(({ again }) => !again).sort((a, b) => a.start - b.start)
  const largest = new Map<number, Holding>()
  const owners = new Map<number, Map<number, Holding>>()
  let count = 0
  let first: readonly [Holding, Holding] | undefined
  let over = 0
  for (const holding of byStart) {
    meter.step()
    for (; over < fenced.length && fenced[over]!.from < holding.start; over++) {
      const before = fenced[over]!
      const most = largest.get(before.key)
      if (most === undefined || most.token! < before.token!) largest.set(before.key, before)
    }
    const owner = owners.get(holding.key) ?? new Map<number, Holding>()
    owners.set(holding.key, owner)
    const most = largest.get(holding.key)
    const rival =
      most !== undefined && most.token! >= holding.token! ? most : owner.get(holding.token!)
    if (rival === undefined) owner.set(holding.token!, holding)
    else {
      count++
      first ??= [rival, holding]
    }
  }
  return { count, anomaly: first === undefined ? undefined : outOfOrder(history, first) }
}

const outOfOrder = (history: History, [rival, holding]: readonly [Holding, Holding]): Anomaly => {
  const when =
    rival.from < holding.start
      ? `although process ${rival.process} had got ${rival.token} at ${history.moment(rival.from)}, before it began`
      : `and so was process ${rival.process} at ${history.moment(rival.from)}`
  // Of one process, the release between the two tells that the second acquire is a new one.
  const own = rival.process === holding.process ? [holding.released] : []
  return {
    type: 'fencing-order',
    summary:
      `process ${holding.process} acquired ${lockName(history, holding)} at ` +
      `${history.moment(holding.from)} and was given the token ${holding.token}, ${when}`,
    ops: [rival.start, ...own, holding.start]
      .map((at) => history.columns.index[at]!)
      .sort((a, b) => a - b),
  }
}
