/** How many operations were invoked and how many answered, by kind of time and kind of operation. */
import { type Phase, type Window, windowAt } from '../fault-windows.ts'
import { FAIL, type History, INVOKE, NEMESIS, NONE, OK } from '../history.ts'
import type { Meter } from '../limits.ts'

export interface Tally {
  all: number
  answered: number
}

export interface Ratio {
  readonly total: Tally
  readonly byF: ReadonlyMap<string, Tally>
}

/** O(n) */
export const answeredRatios = (
  history: History,
  windows: readonly Window[],
  meter: Meter,
): Readonly<Record<Phase, Ratio>> => {
  const { type, process, f, time } = history.columns
  const tallies = history.fs.map(() => ({ before: fresh(), during: fresh(), after: fresh() }))
  let window = 0
  for (let position = 0; position < history.length; position++) {
    meter.step()
    if (type[position] !== INVOKE || process[position] === NEMESIS) continue
    window = windowAt(windows, time[position]!, window)
    const tally = tallies[f[position]!]![windows[window]!.phase]
    tally.all++
    if (isAnswer(history, position)) tally.answered++
  }
  const ratio = (phase: Phase): Ratio => {
    const byF = new Map<string, Tally>()
    const total = fresh()
    tallies.forEach((tally, at) => {
      const { all, answered } = tally[phase]
      if (all === 0) return
      byF.set(history.fs[at]!, tally[phase])
      total.all += all
      total.answered += answered
    })
    return { total, byF }
  }
  return { before: ratio('before'), during: ratio('during'), after: ratio('after') }
}

/** Whether the operation invoked at a position was answered. */
export const isAnswer = (history: History, position: number): boolean => {
  const { type, partner } = history.columns
  const completion = partner[position]!
  if (completion === NONE) return false
  if (type[completion] === OK) return true
  return type[completion] === FAIL && history.error(completion) === undefined
}

const fresh = (): Tally => ({ all: 0, answered: 0 })
