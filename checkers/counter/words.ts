/**
 * Puts reads out of bounds into one sentence. It states the bound, which all adds make; the operations
 * named are the read and the fewest acknowledged adds that alone take the counter beyond it, the
 * largest first: none where already the initial value is.
 */
import type { Anomaly } from '../checker.ts'
import { count } from '../guarded.ts'
import { type History, NEMESIS, NONE, OK } from '../history.ts'
import type { Misread } from './bounds.ts'

export const tooFar = (
  history: History,
  type: 'too-low' | 'too-high',
  misreads: readonly Misread[],
  initial: number,
): Anomaly | undefined => {
  const [example] = misreads
  if (example === undefined) return undefined
  const { start, end, value, lower, upper } = example
  const { index, process, key } = history.columns
  const of = key[start] === NONE ? '' : ` of ${history.keys[key[start]!]}`
  const why =
    type === 'too-low'
      ? `the adds acknowledged before the read began make it ${lower} at least, counting every negative add that may have come`
      : `the adds attempted before the read was over make it ${upper} at most, leaving out every negative add that may not have come`
  const summary =
    `${count(misreads.length, 'read')} ${type.replace('-', ' ')}: process ${process[start]} read ${value}${of} ` +
    `between ${history.moment(start)} and ${history.moment(end)}, but ${why}`
  const proof = [start, ...outweighing(history, example, initial)]
  return { type, summary, ops: proof.map((at) => index[at]!).sort((a, b) => a - b) }
}

/** The fewest adds acknowledged before a read that alone take the counter beyond what it saw. */
const outweighing = (
  history: History,
  { start, value, lower }: Misread,
  initial: number,
): readonly number[] => {
  const sign = value < lower ? 1 : -1
  const some = acknowledgedBefore(history, start)
    .map((at) => ({ at, amount: sign * (history.columns.value.at(at) as number) }))
    .filter(({ amount }) => amount > 0)
    .sort((a, b) => b.amount - a.amount || a.at - b.at)
  let short = sign * (value - initial)
  const proof: number[] = []
  for (const { at, amount } of some) {
    if (short < 0) break
    proof.push(at)
    short -= amount
  }
  return proof
}

/** Invocations of the adds to the same key that were acknowledged before a position. */
const acknowledgedBefore = (history: History, position: number): readonly number[] => {
  const { type, process, f, key, partner } = history.columns
  const acked: number[] = []
  for (let at = 0; at < position; at++)
    if (
      type[at] === OK &&
      process[at] !== NEMESIS &&
      key[partner[at]!] === key[position] &&
      history.fs[f[at]!] === 'add'
    )
      acked.push(partner[at]!)
  return acked
}
