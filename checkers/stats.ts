/**
 * Counts, latencies and rate, and whether the run did enough to mean anything. A run in which some kind
 * of operation never succeeded, or a fault that was asked for never took hold, has shown nothing, and so is
 * `unknown: vacuous` instead of valid; a fault of which some episodes took hold was there. This checker never finds a violation.
 */
import type { Checker, CheckerPlugin, Stats, Verdict } from './checker.ts'
import { FAIL, type History, INVOKE, NEMESIS, NONE, OK } from './history.ts'
import { type Episode, episodes, observations, skippedEpisodes } from './ledger.ts'
import { quantiles, round } from './quantiles.ts'

/** What a run must have done. */
export interface StatsOptions {
  /** The `f`s that need ok operations; every `f` that was invoked, unless given. */
  readonly needs?: readonly string[]
  /** How many ok operations each of them needs; 1 unless given. */
  readonly minimum?: number
}

/** Statistics, and `unknown: vacuous` when the run did less than it needs to mean anything. */
export const stats =
  ({ needs, minimum = 1 }: StatsOptions = {}): Checker =>
  (history) => {
    const counts = count(history)
    const reason =
      tooFew(counts, needs ?? [...counts.byF.keys()], minimum) ??
      idleMainPhase(counts) ??
      faultWithoutHold(history)
    const numbers = { stats: numbersOf(history, counts) }
    return reason === undefined
      ? { valid: true, ...numbers }
      : { valid: 'unknown', reason: `vacuous: ${reason}`, ...numbers }
  }

interface Counts {
  readonly byF: Map<string, { ok: number; fail: number; info: number; latenciesMs: number[] }>
  ok: number
  /** ok operations invoked while faults come and go; all of them when the history has no phases. */
  okInMain: number
}

const count = (history: History): Counts => {
  const { type, process, f, partner, time } = history.columns
  const { timed } = history
  const [from, to] = mainPhase(history)
  const counts: Counts = { byF: new Map(), ok: 0, okInMain: 0 }
  for (let position = 0; position < history.length; position++) {
    if (type[position] !== INVOKE || process[position] === NEMESIS) continue
    const name = history.fs[f[position]!]!
    let entry = counts.byF.get(name)
    if (entry === undefined) {
      entry = { ok: 0, fail: 0, info: 0, latenciesMs: [] }
      counts.byF.set(name, entry)
    }
    const completion = partner[position]!
    const outcome = completion === NONE ? NONE : type[completion]
    if (outcome === FAIL) entry.fail++
    else if (outcome !== OK) entry.info++
    else {
      entry.ok++
      if (timed) entry.latenciesMs.push((time[completion]! - time[position]!) / 1e6)
      counts.ok++
      if (time[position]! >= from && time[position]! < to) counts.okInMain++
    }
  }
  return counts
}

/** From when to when faults come and go, in ns. */
const mainPhase = (history: History): readonly [from: number, to: number] => {
  let from = 0
  let to = Number.POSITIVE_INFINITY
  for (const observation of observations(history)) {
    if (observation.kind !== 'phase') continue
    if (observation.phase === 'main') from = observation.time
    else if (observation.time < to) to = observation.time
  }
  return [from, to]
}

const tooFew = (counts: Counts, needs: readonly string[], minimum: number): string | undefined => {
  for (const f of needs) {
    const entry = counts.byF.get(f)
    const ok = entry?.ok ?? 0
    if (ok >= minimum) continue
    const rest = entry === undefined ? 'none invoked' : `${entry.fail} fail, ${entry.info} info`
    return `${ok} ok operations of ${f} (${rest}), at least ${minimum} needed`
  }
  return counts.ok === 0 ? 'no ok operation at all' : undefined
}

const idleMainPhase = (counts: Counts): string | undefined =>
  counts.okInMain === 0 ? 'no ok operation in the main phase' : undefined

/** Whether a verdict is unknown only because a fault was never there: what clients did is enough. */
export const lacksFault = ({ valid, ...verdict }: Verdict): boolean =>
  valid === 'unknown' && (verdict as { readonly reason: string }).reason.startsWith(LACKS_FAULT)

const LACKS_FAULT = 'vacuous: the fault '

/** Why a fault of the schedule was never there. */
const faultWithoutHold = (history: History): string | undefined => {
  const all = episodes(history)
  const held = new Set(all.filter(tookHold).map(({ fault }) => fault))
  const idle = all.find(({ fault }) => !held.has(fault))
  if (idle !== undefined) {
    const why = idle.evidence?.summary ?? idle.error ?? 'it was requested and never installed'
    return `the fault ${idle.fault} (episode ${idle.episode}) did not take hold: ${why}`
  }
  const skipped = skippedEpisodes(history).find(({ fault }) => !held.has(fault))
  if (skipped === undefined) return undefined
  return `the fault ${skipped.fault} (episode ${skipped.episode}) was not injected: ${skipped.reason}`
}

const tookHold = ({ installedAt, evidence }: Episode): boolean =>
  installedAt !== undefined && evidence?.held === true

/** How many episodes of the schedule were not injected. */
const missing = (history: History): number =>
  episodes(history).filter((episode) => !tookHold(episode)).length + skippedEpisodes(history).length

const numbersOf = (history: History, counts: Counts): Stats => {
  const numbers: Record<string, number | string> = {}
  const all: number[] = []
  for (const [f, entry] of counts.byF) {
    numbers[`ok.${f}`] = entry.ok
    numbers[`fail.${f}`] = entry.fail
    numbers[`info.${f}`] = entry.info
    Object.assign(numbers, quantiles(`latencyMs.${f}`, entry.latenciesMs))
    for (const latency of entry.latenciesMs) all.push(latency)
  }
  const { time } = history.columns
  const seconds =
    history.length === 0 || !history.timed ? 0 : (time[history.length - 1]! - time[0]!) / 1e9
  if (seconds > 0) numbers.okPerSecond = round(counts.ok / seconds)
  const notInjected = missing(history)
  if (notInjected > 0) numbers.episodesNotInjected = notInjected
  return Object.assign(numbers, quantiles('latencyMs', all))
}

export default {
  summary: 'counts, latencies and rate; unknown when a run did too little to mean anything',
  check: stats(),
} satisfies CheckerPlugin
