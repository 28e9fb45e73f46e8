/** The history that is left with some of its operations alone. */
import { type History, HistoryBuilder, NONE } from '../history.ts'

export interface Restricted {
  readonly history: History
  /** Position of each of its events in the whole history. */
  readonly from: Int32Array
}

/** @param invocations positions of the invocations, which keep their indexes and times */
export const restrict = (whole: History, invocations: Iterable<number>): Restricted => {
  const { partner } = whole.columns
  const positions: number[] = []
  for (const position of invocations) {
    positions.push(position)
    if (partner[position] !== NONE) positions.push(partner[position]!)
  }
  const from = Int32Array.from(positions).sort()
  const builder = new HistoryBuilder()
  for (const position of from) builder.add(whole.event(position))
  return { history: builder.build(), from }
}
