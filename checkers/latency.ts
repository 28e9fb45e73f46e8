/**
 * Latencies and rates: quantiles of the time from invocation to completion, for each kind of operation
 * and outcome, before the faults, while they are in place and after them (an operation counts for the time
 * of its invocation), and completions a second. An operation that never completed has no latency. Never a
 * violation; `unknown` where the history has no times.
 *
 * Jepsen draws these as `latency-graph` and `rate-graph`. Quantiles are by nearest rank, so each is a latency that was
 * measured. O(n log n).
 */
import type { Checker, CheckerPlugin, Stats, Verdict } from './checker.ts'
import { faultWindows, phases, windowAt } from './fault-windows.ts'
import { guarded } from './guarded.ts'
import { type History, INVOKE, NEMESIS, NONE } from './history.ts'
import type { Meter } from './limits.ts'
import { quantiles, round } from './quantiles.ts'

/** Statistics of latencies and rates. */
export const latency: Checker = guarded('latency', (history, meter) => judge(history, meter))

const outcomes: readonly string[] = ['invoke', 'ok', 'fail', 'info']

const judge = (history: History, meter: Meter): Verdict => {
  if (!history.timed)
    return { valid: 'unknown', reason: 'latencies need times, and the events have none' }
  const samples = collect(history, meter)
  const stats: Record<string, number | string> = { ...rates(history) }
  const width = phases.length * outcomes.length
  history.fs.forEach((f, at) => {
    for (let slot = 0; slot < width; slot++) {
      const values = samples[at * width + slot]!
      const phase = phases[slot % phases.length]!
      const outcome = outcomes[Math.floor(slot / phases.length)]!
      if (values.length > 0) stats[`count.${f}.${outcome}.${phase}`] = values.length
      Object.assign(stats, quantiles(`latencyMs.${f}.${outcome}.${phase}`, values))
      meter.poll()
    }
  })
  return { valid: true, stats }
}

/** Latencies in ms by kind of operation, outcome and kind of time. */
const collect = (history: History, meter: Meter): readonly (readonly number[])[] => {
  const { type, process, f, partner, time } = history.columns
  const windows = faultWindows(history)
  const width = phases.length * outcomes.length
  const samples = Array.from({ length: history.fs.length * width }, (): number[] => [])
  let window = 0
  for (let position = 0; position < history.length; position++) {
    meter.step()
    const completion = partner[position]!
    if (type[position] !== INVOKE || process[position] === NEMESIS || completion === NONE) continue
    window = windowAt(windows, time[position]!, window)
    const phase = phases.indexOf(windows[window]!.phase)
    const slot = f[position]! * width + type[completion]! * phases.length + phase
    samples[slot]!.push((time[completion]! - time[position]!) / 1e6)
    meter.bytes += 8
  }
  return samples
}

/** Completions of each outcome a second, over the whole history and in its busiest second. */
const rates = (history: History): Stats => {
  const { type, process, time } = history.columns
  const { length } = history
  const seconds = (time[length - 1]! - time[0]!) / 1e9
  const numbers: Record<string, number> = {}
  outcomes.forEach((outcome, code) => {
    if (code === INVOKE) return
    let all = 0
    let most = 0
    let current = -1
    let inSecond = 0
    for (let position = 0; position < length; position++) {
      if (type[position] !== code || process[position] === NEMESIS) continue
      const second = Math.floor(time[position]! / 1e9)
      inSecond = second === current ? inSecond + 1 : 1
      current = second
      most = Math.max(most, inSecond)
      all++
    }
    if (all === 0) return
    if (seconds > 0) numbers[`perSecond.${outcome}`] = round(all / seconds)
    numbers[`perSecond.${outcome}.max`] = most
  })
  return numbers
}

export default {
  summary: 'latencies and rates by operation and outcome, before, during and after faults',
  check: latency,
} satisfies CheckerPlugin
