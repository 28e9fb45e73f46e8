/** The longest times without an answer that somebody waited for, by kind of time. */
import type { Phase, Window } from '../fault-windows.ts'
import { type History, INVOKE, NEMESIS, NONE } from '../history.ts'
import type { Meter } from '../limits.ts'
import { isAnswer } from './ratios.ts'

/** From when to when, in ns, and the first ten that were asked and not answered in it, by index. */
export interface Gap {
  readonly from: number
  readonly to: number
  readonly ops: readonly number[]
}

/** O(n + windows) */
export const gapsOf = (
  history: History,
  windows: readonly Window[],
  meter: Meter,
): Readonly<Partial<Record<Phase, Gap>>> => {
  const { type, process, partner, time } = history.columns
  const longest = new Longest(history, windows)
  /** Operations that are invoked and not completed. */
  let open = 0
  /** When the gap began that goes on, or undefined while nobody has waited since the last answer. */
  let since: number | undefined
  /** When nobody waited any more, and when somebody began again after that without a disappointment yet. */
  let idle = 0
  let resumed: number | undefined
  for (let position = 0; position < history.length; position++) {
    meter.step()
    if (process[position] === NEMESIS) continue
    const now = time[position]!
    if (type[position] === INVOKE) {
      if (since === undefined) since = now
      else if (open === 0) resumed = now
      open++
      continue
    }
    open--
    if (isAnswer(history, partner[position]!)) {
      if (since !== undefined) longest.note(since, resumed === undefined ? now : idle)
      if (resumed !== undefined) longest.note(resumed, now)
      since = open > 0 ? now : undefined
    } else if (open === 0) idle = now
    resumed = undefined
  }
  const end = time[history.length - 1]!
  if (since !== undefined) longest.note(since, open > 0 && resumed === undefined ? end : idle)
  if (resumed !== undefined) longest.note(resumed, end)
  return longest.gaps()
}

/** Keeps the longest gap of each kind of time. */
class Longest {
  private readonly found = new Map<Phase, { readonly from: number; readonly to: number }>()
  private window = 0

  constructor(
    private readonly history: History,
    private readonly windows: readonly Window[],
  ) {}

  /** Gaps must come in order. */
  note(from: number, to: number): void {
    const { windows } = this
    while (this.window < windows.length - 1 && from >= windows[this.window]!.to) this.window++
    for (let at = this.window; at < windows.length && windows[at]!.from < to; at++) {
      const window = windows[at]!
      const part = { from: Math.max(from, window.from), to: Math.min(to, window.to) }
      const known = this.found.get(window.phase)
      if (known === undefined || part.to - part.from > known.to - known.from)
        this.found.set(window.phase, part)
    }
  }

  gaps(): Readonly<Partial<Record<Phase, Gap>>> {
    const named = [...this.found].map(([phase, { from, to }]) => [
      phase,
      { from, to, ops: unanswered(this.history, from, to) },
    ])
    return Object.fromEntries(named) as Partial<Record<Phase, Gap>>
  }
}

/** Operations open at some moment of a gap; by definition none was answered before its end. */
const unanswered = (history: History, from: number, to: number): readonly number[] => {
  const { type, process, partner, time, index } = history.columns
  const some: number[] = []
  for (let position = 0; position < history.length && some.length < 10; position++) {
    if (type[position] !== INVOKE || process[position] === NEMESIS) continue
    const completion = partner[position]!
    const end = completion === NONE ? Number.POSITIVE_INFINITY : time[completion]!
    if (time[position]! < to && end > from) some.push(index[position]!)
  }
  return some
}
