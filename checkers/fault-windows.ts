/**
 * A run in three kinds of time: before the first fault, while at least one is in place, and after that, when none
 * is. A fault is in place from its request until its healing was acknowledged, so that neither its
 * installation nor its removal is taken for quiet time. Foreign histories without a ledger are all `before`.
 */
import type { History } from './history.ts'
import { episodes } from './ledger.ts'

export type Phase = 'before' | 'during' | 'after'
export const phases: readonly Phase[] = ['before', 'during', 'after']

/** A stretch of time of one kind, in ns; the last one has no end. */
export interface Window {
  readonly phase: Phase
  readonly from: number
  readonly to: number
}

/** All stretches in order, without gaps between them, from 0 on. O(events + episodes log episodes) */
export const faultWindows = (history: History): readonly Window[] => {
  const faults = episodes(history)
    .map(({ requestedAt, healedAt }) => ({
      from: requestedAt,
      to: healedAt ?? Number.POSITIVE_INFINITY,
    }))
    .sort((a, b) => a.from - b.from)
  const windows: Window[] = []
  let end = 0
  for (const { from, to } of faults) {
    const last = windows.at(-1)
    if (last !== undefined && from <= end) {
      end = Math.max(end, to)
      windows[windows.length - 1] = { ...last, to: end }
      continue
    }
    if (from > end)
      windows.push({ phase: last === undefined ? 'before' : 'after', from: end, to: from })
    windows.push({ phase: 'during', from, to })
    end = to
  }
  if (end < Number.POSITIVE_INFINITY) {
    const phase = windows.length === 0 ? 'before' : 'after'
    windows.push({ phase, from: end, to: Number.POSITIVE_INFINITY })
  }
  return windows
}

/** Number of the window that a time in ns is in; `from` is where to begin to look: times must not decrease. */
export const windowAt = (windows: readonly Window[], time: number, from: number): number => {
  let at = from
  while (at < windows.length - 1 && time >= windows[at]!.to) at++
  return at
}
