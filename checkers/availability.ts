/**
 * How much of a system answers, and for how long nothing does: before the faults, while they are in place
 * and after them. An operation is answered when it completed ok, or fail without an error: a refused
 * compare-and-set is an answer. One that failed with an error, or whose outcome is unknown, is not. It counts for
 * the time at which it was invoked.
 *
 * A gap is a time without any answer although one was asked for: it begins with the last answer when an
 * operation is open then, else with the next invocation, and ends with the next answer, or with the history. A
 * time in which nothing is open counts only between operations that were not answered. A gap counts for each
 * kind of time as far as it lies in it.
 *
 * Without thresholds these are statistics, and never a violation; with them, what falls short is `unavailable`.
 * A rate is a claim about all operations, so only a gap names some: those that were asked and not answered in
 * it, the first ten. Jepsen's `stats` has the counts, and no gaps. O(n).
 */
import { gapsOf } from './availability/gaps.ts'
import { answeredRatios, type Ratio } from './availability/ratios.ts'
import type { Anomaly, Checker, CheckerPlugin, Stats, Verdict } from './checker.ts'
import { faultWindows, type Phase, phases } from './fault-windows.ts'
import { count, guarded, verdictOf } from './guarded.ts'
import type { History } from './history.ts'
import type { Meter } from './limits.ts'
import { round } from './quantiles.ts'

/** What is asked of one kind of time. */
export interface Threshold {
  /** The least part of operations that must be answered, 0 to 1. */
  readonly answered?: number
  /** The longest time without an answer, in ms. */
  readonly gapMs?: number
}

export type AvailabilityOptions = Readonly<Partial<Record<Phase, Threshold>>>

/** A checker that asks for availability. */
export const availabilityWith = (options: AvailabilityOptions): Checker =>
  guarded('availability', (history, meter) => judge(history, meter, options))

/** Statistics of availability. */
export const availability: Checker = availabilityWith({})

const judge = (history: History, meter: Meter, options: AvailabilityOptions): Verdict => {
  const windows = faultWindows(history)
  const ratios = answeredRatios(history, windows, meter)
  const gaps = history.timed ? gapsOf(history, windows, meter) : undefined
  const stats: Record<string, number> = {}
  const anomalies: Anomaly[] = []
  for (const phase of phases) {
    const { answered: least, gapMs } = options[phase] ?? {}
    const ratio = ratios[phase]
    Object.assign(stats, numbersOf(phase, ratio))
    const { all, answered } = ratio.total
    if (least !== undefined && all > 0 && answered / all < least)
      anomalies.push({
        type: 'unavailable',
        summary:
          `${answered} of ${count(all, 'operation')} (${round(answered / all)}) were answered ` +
          `${words[phase]}: at least ${least} expected`,
        ops: [],
      })
    const gap = gaps?.[phase]
    if (gap === undefined) continue
    const ms = (gap.to - gap.from) / 1e6
    stats[`gapMs.${phase}`] = round(ms)
    if (gapMs !== undefined && ms > gapMs)
      anomalies.push({
        type: 'unavailable',
        summary:
          `nothing was answered for ${round(ms)} ms ${words[phase]}, from ${seconds(gap.from)} to ` +
          `${seconds(gap.to)}: at most ${gapMs} ms expected`,
        ops: gap.ops,
      })
  }
  const untimed =
    Object.values(options).some(({ gapMs }) => gapMs !== undefined) && !history.timed
      ? 'gaps need times, and the events have none'
      : undefined
  return verdictOf(anomalies, [untimed], stats)
}

const words: Readonly<Record<Phase, string>> = {
  before: 'before the first fault',
  during: 'while faults were in place',
  after: 'after the faults',
}

/** `answered.PHASE`, and by kind of operation `answered.PHASE.F`; nothing where none was invoked. */
const numbersOf = (phase: Phase, { total, byF }: Ratio): Stats => {
  if (total.all === 0) return {}
  const numbers: Record<string, number> = {
    [`operations.${phase}`]: total.all,
    [`answered.${phase}`]: round(total.answered / total.all),
  }
  for (const [f, { all, answered }] of byF)
    numbers[`answered.${phase}.${f}`] = round(answered / all)
  return numbers
}

const seconds = (ns: number): string => `${(ns / 1e9).toFixed(3)} s`

export default {
  summary: 'how much is answered and how long nothing is, before, during and after faults',
  check: availability,
} satisfies CheckerPlugin
