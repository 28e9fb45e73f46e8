/**
 * Whether a system goes on: once the last fault is gone, clients that ask are answered again, and no time
 * longer than promised passes in which several ask and none is answered. This is liveness with a bound, the
 * only kind that a finite history can refute (Alpern and Schneider, "Defining Liveness", 1985): a system that
 * never works again keeps every promise of safety. Nothing is asked of it while a fault is in place.
 *
 * An answer is an ok, or a fail without an error: a refused compare-and-set. A stretch goes from the last heal,
 * or from an answer, to the next answer. In it count the operations that were invoked after the heal and not
 * answered by then: from when the first of them (or the one that is answered in the end) waits until the last of
 * them has ended, or still waits when the next answer comes, nothing was answered. That is `no-progress` when it
 * takes longer than promised and at least three operations show it. A run whose harness waited in vain for the
 * system to say that it serves is `no-progress` too.
 *
 * Valid when something was answered after the last heal or the system said that it serves; else unknown, as
 * is a run whose last fault was not healed, or whose events have no times. O(n).
 */

import { isAnswer } from './availability/ratios.ts'
import type { Anomaly, Checker, CheckerPlugin, Verdict } from './checker.ts'
import { count, guarded, verdictOf } from './guarded.ts'
import { type History, INVOKE, NEMESIS, NONE } from './history.ts'
import { episodes, observations } from './ledger.ts'
import type { Meter } from './limits.ts'
import { round } from './quantiles.ts'

export interface ProgressOptions {
  /** How long the system may take to go on, ms. */
  readonly withinMs: number
}

/** What is generous for any system: as long as a run waits for it to serve again. */
const PATIENCE_MS = 60_000
/** So many operations must have been tried in vain: one or two may have had bad luck. */
export const ATTEMPTS = 3

/** A checker that asks for progress within a bound. */
export const progressWithin = (options: ProgressOptions): Checker =>
  guarded('progress', (history, meter) => judge(history, meter, options))

/** A time in which nothing was answered; positions in the history. */
interface Stretch {
  /** When the first operation began to wait and the last one had ended, ns. */
  readonly from: number
  readonly to: number
  /** Between these events nothing was answered. */
  readonly after: number
  readonly before: number
}

const judge = (history: History, meter: Meter, { withinMs }: ProgressOptions): Verdict => {
  if (!history.timed)
    return { valid: 'unknown', reason: 'progress needs times, and the events have none' }
  const all = episodes(history)
  const left = all.find(({ healedAt }) => healedAt === undefined)
  if (left !== undefined)
    return {
      valid: 'unknown',
      reason: `the fault ${left.fault} (episode ${left.episode}) was not healed: nothing is promised while it is in place`,
    }
  const calm = calmFrom(history)
  const seen = look(history, calm, meter)
  const stats = {
    attempts: seen.attempts,
    answered: seen.answered,
    longestMs: round(seen.longest === undefined ? 0 : lengthMs(seen.longest)),
    withinMs,
  }
  const { longest } = seen
  const stuck =
    longest !== undefined && lengthMs(longest) > withinMs
      ? stretchAnomaly(history, longest, withinMs)
      : undefined
  const serves = observations(history).some(({ kind }) => kind === 'recovered')
  const tells = seen.answered > 0 || serves
  const silent = tells
    ? undefined
    : `after the last heal ${count(seen.attempts, 'operation')} in ${stats.longestMs} ms and no word of the system: too little to tell`
  return verdictOf([stuck, unready(history, withinMs)], [silent], stats)
}

/** The position from which on no fault is in place and clients run. */
const calmFrom = (history: History): number => {
  const { time, process } = history.columns
  const healed = Math.max(0, ...episodes(history).map(({ healedAt = 0 }) => healedAt))
  const begun = observations(history).find((one) => one.kind === 'phase' && one.phase === 'main')
  const from = Math.max(healed, begun?.time ?? 0)
  let position = 0
  while (position < history.length && time[position]! < from) position++
  // What stands at the same moment as the healing comes before it when it is another's event.
  for (let at = position; at < history.length && time[at] === from; at++)
    if (process[at] === NEMESIS) position = at
  return position
}

interface Seen {
  /** Operations invoked after the last heal, and how many of them were answered. */
  readonly attempts: number
  readonly answered: number
  /** The longest time without an answer that enough operations show. */
  readonly longest: Stretch | undefined
}

const look = (history: History, calm: number, meter: Meter): Seen => {
  const { type, process, partner, time } = history.columns
  const waiting = new Waiting(time)
  let attempts = 0
  let answered = 0
  waiting.begin(calm)
  for (let position = calm; position < history.length; position++) {
    meter.step()
    if (process[position] === NEMESIS) continue
    if (type[position] === INVOKE) {
      attempts++
      waiting.ask(position)
      continue
    }
    const invoke = partner[position]!
    const counts = invoke >= calm
    if (!isAnswer(history, invoke)) {
      if (counts) waiting.disappoint(position)
      continue
    }
    if (counts) answered++
    waiting.answer(position, counts)
    waiting.begin(position)
  }
  waiting.end(history.length)
  return { attempts, answered, longest: waiting.longest }
}

/** Keeps the longest stretch while the events go by. */
class Waiting {
  longest: Stretch | undefined
  private after = 0
  private open = 0
  /** Operations that were open at some moment of the stretch. */
  private asked = 0
  private from: number | undefined
  private to = 0

  constructor(private readonly time: Float64Array) {}

  begin(position: number): void {
    this.after = position
    this.asked = this.open
    this.from = this.open > 0 ? this.time[position]! : undefined
    this.to = 0
  }

  ask(position: number): void {
    this.open++
    this.asked++
    this.from ??= this.time[position]!
  }

  /** An operation ended without an answer. */
  disappoint(position: number): void {
    this.open--
    this.to = this.time[position]!
  }

  /** `counts`: whether it was asked after the heal. */
  answer(position: number, counts: boolean): void {
    if (counts) {
      this.open--
      this.asked--
    }
    this.end(position)
  }

  end(position: number): void {
    const { from, asked, after, longest } = this
    if (from === undefined || asked < ATTEMPTS) return
    const to = this.open > 0 ? this.time[Math.min(position, this.time.length - 1)]! : this.to
    const found = { from, to, after, before: position }
    if (longest === undefined || lengthMs(found) > lengthMs(longest)) this.longest = found
  }
}

const lengthMs = ({ from, to }: Stretch): number => (to - from) / 1e6

const stretchAnomaly = (history: History, stretch: Stretch, withinMs: number): Anomaly => {
  const { index } = history.columns
  const tried = triedIn(history, stretch)
  const last = lastAnswer(history, stretch.after)
  const before =
    last === undefined
      ? 'nothing was answered before'
      : `the last answer was to operation ${index[last]}, at ${history.moment(history.columns.partner[last]!)}`
  // The one that began first and the one that ended last span the time; more make it more than bad luck.
  const latest = tried.reduce((one, other) =>
    endOf(history, other) > endOf(history, one) ? other : one,
  )
  const shown = [...new Set([tried[0]!, latest, ...tried])].slice(0, ATTEMPTS)
  const next = stretch.before < history.length ? [history.columns.partner[stretch.before]!] : []
  const proof = [...(last === undefined ? [] : [last]), ...shown, ...next]
  return {
    type: 'no-progress',
    summary:
      `nothing was answered for ${seconds(lengthMs(stretch))} ${lastHeal(history)}, from ` +
      `${seconds(stretch.from / 1e6)} to ${seconds(stretch.to / 1e6)}, while ${count(tried.length, 'operation')} ` +
      `were tried; ${before}; at most ${seconds(withinMs)} are promised`,
    ops: proof.map((position) => index[position]!).sort((a, b) => a - b),
  }
}

/** Operations that were tried in a stretch in vain, in the order in which they began. */
const triedIn = (history: History, { after, before }: Stretch): readonly number[] => {
  const { type, process } = history.columns
  const tried: number[] = []
  for (let position = calmFrom(history); position < before; position++) {
    if (type[position] !== INVOKE || process[position] === NEMESIS) continue
    const end = endOf(history, position)
    const isItsAnswer = end === before && isAnswer(history, position)
    if (end > after && !isItsAnswer) tried.push(position)
  }
  return tried
}

/** Where an operation ended: after everything when it never did. */
const endOf = ({ columns, length }: History, position: number): number =>
  columns.partner[position] === NONE ? length : columns.partner[position]!

/** The operation whose answer is the last one up to a position. */
const lastAnswer = (history: History, position: number): number | undefined => {
  const { type, process, partner } = history.columns
  for (let at = position; at >= 0; at--) {
    if (process[at] === NEMESIS || type[at] === INVOKE) continue
    if (isAnswer(history, partner[at]!)) return partner[at]!
  }
  return undefined
}

/** The system never said again that it serves. */
const unready = (history: History, withinMs: number): Anomaly | undefined => {
  const waited = observations(history).find((one) => one.kind === 'unrecovered')
  if (waited?.kind !== 'unrecovered' || waited.afterMs <= withinMs) return undefined
  const last = lastAnswer(history, history.length - 1)
  return {
    type: 'no-progress',
    summary:
      `the system did not serve ${seconds(waited.afterMs)} ${lastHeal(history)}, as it says itself ` +
      `(${waited.reason}); at most ${seconds(withinMs)} are promised`,
    ops: last === undefined ? [] : [history.columns.index[last]!],
  }
}

const lastHeal = (history: History): string => {
  const last = episodes(history).reduce<ReturnType<typeof episodes>[number] | undefined>(
    (latest, one) => ((one.healedAt ?? 0) >= (latest?.healedAt ?? 0) ? one : latest),
    undefined,
  )
  return last === undefined
    ? 'without any fault'
    : `after the last fault (${last.fault}, episode ${last.episode}) was healed at ${seconds(last.healedAt! / 1e6)}`
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`

export default {
  summary: 'is anything answered again once the last fault is gone?',
  check: progressWithin({ withinMs: PATIENCE_MS }),
} satisfies CheckerPlugin
