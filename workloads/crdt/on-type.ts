/** Judges the objects of one type alone: faults and phases, and the operations on keys of that type. */

import { type Call, History } from '../../checkers/history.ts'
import type { Checker } from '../../harness/api.ts'

export const onType =
  <C extends Call>(type: string, check: Checker<C>): Checker<C> =>
  (history, limits) => {
    const events = [...history].filter(
      ({ process, key }) => process === 'nemesis' || String(key).startsWith(`${type}/`),
    )
    return check(History.from<C>(events), limits)
  }
