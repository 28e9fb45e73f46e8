/** What each group has to do with a transaction: what was read there and what is to be written there. */

import type { Touched } from './front.ts'
import type { Part, Write } from './messages.ts'
import { groupOf } from './placement.ts'

type Parts = readonly [coordinator: Part, ...participants: Part[]]

/** The parts of a transaction that has read or written something; a group that is written to coordinates, if there is one. */
export const partsOf = (touched: ReadonlyMap<string, Touched>, writes: readonly Write[]): Parts => {
  const names = new Set([...writes.map(([key]) => groupOf(key)), ...touched.keys()])
  const parts = [...names].map((group): Part => {
    const { term = null, locks = [] } = touched.get(group) ?? {}
    return { group, locks, term, writes: writes.filter(([key]) => groupOf(key) === group) }
  })
  return parts as unknown as Parts
}
