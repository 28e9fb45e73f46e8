/**
 * R6 of the search, for objects that grow, as lists and appended strings do: until an operation that forgets the
 * state, the state only gets longer, so it must lead to what the next read saw. A configuration whose
 * state does not is dead at once, long before the search would reach that read.
 *
 * Whether something may forget the state before the read is answered generously, from the ranks alone.
 */
import { type Classes, NEVER, type Part } from './part.ts'

export interface LookAhead {
  /** For each rank, the first rank from there on that is a pure operation; or the number of ranks. */
  readonly read: Int32Array
  /** For each rank, the first from there on that forgets the state; or the number of ranks. */
  readonly forgets: Int32Array
  /** For each rank, whether an operation that returns later, or never, may forget the state before it. */
  readonly late: Uint8Array
}

/** What the model allows to foresee; undefined when it has no growing states. */
export const lookAhead = <O>(part: Part<O>, classes: Classes<O>): LookAhead | undefined => {
  const { forgetful } = classes
  if (forgetful === undefined) return undefined
  const required = part.returns.length
  const read = new Int32Array(required + 1).fill(required)
  const forgets = new Int32Array(required + 1).fill(required)
  const late = new Uint8Array(required + 1)
  let earliestLate = part.ops.reduce<number>(
    (earliest, _, op) =>
      part.end[op] === NEVER && forgetful[classes.of[op]!] === 1
        ? Math.min(earliest, part.start[op]!)
        : earliest,
    NEVER,
  )
  for (let rank = required - 1; rank >= 0; rank--) {
    const op = part.returns[rank]!
    const cls = classes.of[op]!
    read[rank] = classes.pure[cls] === 1 ? rank : read[rank + 1]!
    forgets[rank] = forgetful[cls] === 1 ? rank : forgets[rank + 1]!
    late[rank] = earliestLate < part.end[op]! ? 1 : 0
    if (forgetful[cls] === 1) earliestLate = Math.min(earliestLate, part.start[op]!)
  }
  return { read, forgets, late }
}
