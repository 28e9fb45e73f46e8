/**
 * R6 of the search, for objects that grow, as lists and appended strings do: until an operation that forgets the
 * state, the state only gets longer, so it must lead to what the next read saw. A configuration whose
 * state does not is dead at once, long before the search would reach that read.
 *
 * Nothing may forget the state before the read when all operations that do, and that began before the
 * read ended, are done. So they are counted.
 */
import type { Classes, Part } from './part.ts'

export interface LookAhead {
  /** For each rank, the first rank from there on that is a pure operation; or the number of ranks. */
  readonly read: Int32Array
  /** For each rank, how many operations that forget the state began before it ended. */
  readonly forgetting: Int32Array
  /** For each rank, how many of lower rank forget the state. */
  readonly forgotten: Int32Array
  readonly forgetful: Uint8Array
}

/** What the model allows to foresee; undefined when it has no growing states. */
export const lookAhead = <O>(part: Part<O>, classes: Classes<O>): LookAhead | undefined => {
  const { forgetful } = classes
  if (forgetful === undefined) return undefined
  const required = part.returns.length
  const read = new Int32Array(required + 1).fill(required)
  const forgotten = new Int32Array(required + 1)
  const forgetting = new Int32Array(required + 1)
  const forgets = (op: number): boolean => forgetful[classes.of[op]!] === 1
  for (let rank = 0, begun = 0, invoked = 0; rank < required; rank++) {
    const op = part.returns[rank]!
    for (; invoked < part.ops.length && part.start[invoked]! < part.end[op]!; invoked++)
      if (forgets(invoked)) begun++
    forgetting[rank] = begun
    forgotten[rank + 1] = forgotten[rank]! + (forgets(op) ? 1 : 0)
  }
  for (let rank = required - 1; rank >= 0; rank--)
    read[rank] = classes.pure[classes.of[part.returns[rank]!]!] === 1 ? rank : read[rank + 1]!
  return { read, forgetting, forgotten, forgetful }
}
