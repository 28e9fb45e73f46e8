/**
 * From the operations of a key that exceed a bound to the fewest that do. Without some of its clusters and
 * reads a history is no staler, so what is left proves the same of the whole: first the shortest stretch
 * that exceeds the bound, then without blocks of halving size, at last without single operations.
 */
import type { Limits } from '../checker.ts'

/**
 * @param ops ascending @param complete leaves out reads whose writes are left out
 * @returns ascending; more than needed when the limits end it early
 */
export const smallest = (
  ops: readonly number[],
  complete: (ops: readonly number[]) => readonly number[],
  exceeds: (ops: readonly number[]) => boolean,
  limits: Limits,
): readonly number[] => {
  const still = (some: readonly number[]): boolean =>
    limits.exceeded(0) === undefined && exceeds(complete(some))
  let kept = ops.slice(
    0,
    least(ops.length, (length) => still(ops.slice(0, length))),
  )
  const all = kept.length
  kept = kept.slice(all - least(all, (length) => still(kept.slice(all - length))))
  kept = [...complete(kept)]
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = Math.floor(size / 2))
    for (let before = kept.length + 1; before > kept.length; ) {
      before = kept.length
      for (let at = 0; at < kept.length; ) {
        const rest = [...kept.slice(0, at), ...kept.slice(at + size)]
        if (still(rest)) kept = [...complete(rest)]
        else at += size
      }
      if (size > 1) break
    }
  return kept
}

/** The smallest number up to `most` for which a property holds that holds for all above; else `most`. */
const least = (most: number, holds: (number: number) => boolean): number => {
  let low = 0
  for (let high = most; low < high; ) {
    const middle = (low + high) >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
