/**
 * From elements that violate together to the fewest operations that prove it. An element goes with all of its
 * operations, so that what is left is right whenever the whole is. Removals of unknown outcome stay
 * where one of them may have taken an element that nobody was seen to take.
 */
import { NEVER, type Part, restrict } from '../linearizable/part.ts'
import { type Found, numbersWhere } from './decide.ts'
import { fewest } from './fewest.ts'
import { type CollectionOp, explains } from './operations.ts'

type Violates = (part: Part<CollectionOp>) => boolean

/** Numbers of the operations, ascending. */
export const smallest = (
  whole: Part<CollectionOp>,
  found: Found,
  violates: Violates,
): readonly number[] => {
  const all = everything(whole, found)
  const unknown = all.filter((op) => whole.ops[op]!.f === 'take')
  const part = restrict(whole, all)
  const place = new Map(all.map((op, number) => [op, number]))
  const needed = fewest(found.units, (some) => {
    const kept = [...unknown, ...some.flat()].map((op) => place.get(op)!)
    return violates(restrict(part, kept.sort(ascending)))
  }).flat()
  const last = Math.max(...needed.map((op) => whole.end[op]!).filter((end) => end !== NEVER))
  const accounted = needed.every((op) => isAccounted(whole, needed, op))
  const matter = accounted ? [] : unknown.filter((op) => whole.start[op]! < last)
  return withoutIdle(whole, [...matter, ...needed], violates).sort(ascending)
}

/** The operations of a violation as it was found, ascending. */
export const everything = (
  whole: Part<CollectionOp>,
  { units, takes }: Found,
): readonly number[] => {
  const unknown = takes ? numbersWhere(whole.ops.length, (op) => whole.ops[op]!.f === 'take') : []
  return [...unknown, ...units.flat()].sort(ascending)
}

/** Takes out single operations that may be the cause of none that stays: a removal that came last. */
const withoutIdle = (
  whole: Part<CollectionOp>,
  proof: readonly number[],
  violates: Violates,
): number[] => {
  const kept = [...proof]
  for (let at = 0; at < kept.length; ) {
    const op = kept[at]!
    const rest = kept.toSpliced(at, 1)
    const idle = rest.every(
      (other) =>
        whole.end[other]! < whole.start[op]! || !explains(whole.ops[op]!, whole.ops[other]!),
    )
    if (idle && violates(restrict(whole, rest.sort(ascending)))) {
      kept.splice(at, 1)
      // Without its effect an operation before it may be idle now.
      at = 0
    } else at++
  }
  return kept
}

/** Whether the operation is not an insert whose element nobody was seen to take. */
const isAccounted = (
  { ops }: Part<CollectionOp>,
  proof: readonly number[],
  number: number,
): boolean => {
  const op = ops[number]!
  if (op.f !== 'insert') return true
  return proof.some((other) => {
    const remove = ops[other]!
    return remove.f === 'remove' && remove.value === op.value
  })
}

const ascending = (a: number, b: number): number => a - b
