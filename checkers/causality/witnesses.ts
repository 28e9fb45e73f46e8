/** What shows that indeterminate operations happened. It belongs to every proof that they belong to. */
import { indeterminate, type Sessions } from './sessions.ts'

/** Each operation once, ascending, and for the indeterminate ones what shows that they happened. O(n) */
export const withWitnesses = (sessions: Sessions, ops: readonly number[]): number[] => {
  const all = new Set(ops)
  const isSeen = (op: number): boolean =>
    ops.some((other) => sessions.source[other] === op && !indeterminate(sessions, other))
  for (const op of ops)
    if (indeterminate(sessions, op) && !isSeen(op))
      for (const witness of witnesses(sessions, op)) all.add(witness)
  return [...all].sort((a, b) => a - b)
}

/**
 * Operations that show that an indeterminate one happened: who observed it, who observed that one, up
 * to one that did happen. O(n)
 */
const witnesses = (sessions: Sessions, op: number): number[] => {
  const { size, source } = sessions
  const from = new Map<number, number>()
  let frontier = [op]
  while (indeterminate(sessions, frontier[0]!)) {
    const seen = new Set(frontier)
    frontier = []
    for (let reader = 0; reader < size; reader++)
      if (seen.has(source[reader]!) && !from.has(reader)) {
        from.set(reader, source[reader]!)
        if (indeterminate(sessions, reader)) frontier.push(reader)
        else frontier.unshift(reader)
      }
  }
  const found: number[] = []
  for (let at = frontier[0]!; at !== op; at = from.get(at)!) found.push(at)
  return found
}
