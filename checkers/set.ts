/**
 * A grow-only set: `add` puts an element in, `read` completes with all elements. The question is
 * whether what was acknowledged is still there, as in Jepsen's set and set-full.
 *
 * A read that began after an add was acknowledged, and lacks its element, is a proof that the set was
 * not linearizable: nothing takes elements out. It is `lost` when no read that ended after that one
 * began held the element, and `stale` when one did: the element was there, only late. Every system
 * must keep what it acknowledged, so `lost` is always a violation; `stale` is one only where the system promises
 * linearizability (`linearizable: true`). Concurrent final reads that disagree have one that held the element. Where a
 * system did not serve again after its faults there are no final reads: the last one may have been late, and what it
 * lacked is not judged, unless linearizability is promised.
 *
 * An element that was read although no add that could have put it there had begun, or only adds that
 * certainly did not happen, is `unexpected`; one that a read holds twice is `duplicated`. An add with
 * unknown outcome whose element shows is `recovered`, which is no anomaly. Acknowledged elements that
 * no read held and no read had to hold are not judged (`neverRead`), and leave the verdict `unknown`.
 *
 * Where Jepsen's set-full differs: it calls an element lost when the read invoked last without it was invoked
 * after the one invoked last with it, even when that one ended later; two such reads overlap, and may be in either
 * order. It also calls lost what only a read had shown to be there, not an acknowledgement; here that takes
 * `linearizable: true`, for a read may have shown what was not yet durable. Elements that are neither lost nor never read are `stable`.
 */
import type { Checker, CheckerPlugin, Stats, Verdict } from './checker.ts'
import { guarded } from './guarded.ts'
import type { History } from './history.ts'
import { observations } from './ledger.ts'
import type { Meter } from './limits.ts'
import { quantiles, round } from './quantiles.ts'
import { type Fates, fatesOf, NEVER } from './set/fates.ts'
import { few, type Groups, Words } from './set/words.ts'

export interface SetOptions {
  /** Whether every read must hold all that was known when it began; false unless given. */
  readonly linearizable?: boolean
}

/** A checker of grow-only sets with other options than the default ones. */
export const setWith = ({ linearizable = false }: SetOptions): Checker =>
  guarded('set', (history, meter) => judge(history, linearizable, meter))

/** A checker of grow-only sets in which elements may show late. */
export const set: Checker = setWith({})

const judge = (history: History, linearizable: boolean, meter: Meter): Verdict => {
  const fates = fatesOf(history, linearizable, meter)
  const isFinal = linearizable || !observations(history).some(({ kind }) => kind === 'unrecovered')
  const groups = classify(fates, isFinal)
  const stats = numbersOf(history, fates, groups)
  const words = new Words(history, fates, groups)
  const anomalies = [
    words.lost(),
    linearizable ? words.stale() : undefined,
    words.unexpected(),
    words.duplicated(),
  ].filter((anomaly) => anomaly !== undefined)
  const [first, ...rest] = anomalies
  if (first !== undefined) return { valid: false, anomalies: [first, ...rest], stats }
  if (fates.reads.length === 0) return { valid: 'unknown', reason: 'the set was never read', stats }
  const { unjudged } = groups
  if (stats.attempted !== 0 && fates.known.every((at) => at === NEVER))
    return { valid: 'unknown', reason: 'no element was acknowledged or seen', stats }
  if (unjudged.length > 0)
    return {
      valid: 'unknown',
      reason:
        `no read ${isFinal ? 'began' : 'that could be final began'} after ` +
        `${unjudged.length} of ${groups.acked} acknowledged adds (${few(fates, unjudged)})`,
      stats,
    }
  return { valid: true, stats }
}

const classify = (fates: Fates, isFinal: boolean): Groups => {
  const groups: Groups = {
    acked: 0,
    ...{ lost: [], stale: [], unexpected: [], duplicated: [], recovered: [], unjudged: [] },
  }
  for (let element = 0; element < fates.elements.length; element++) {
    const acked = fates.acked[element] !== NEVER
    const seen = fates.lastSeen[element]!
    const missing = fates.missing[element]!
    if (acked) groups.acked++
    if (missing !== NEVER && seen >= fates.reads[missing]!.start) groups.stale.push(element)
    else if (missing !== NEVER) (isFinal ? groups.lost : groups.unjudged).push(element)
    else if (acked && seen === NEVER) groups.unjudged.push(element)
    if (fates.unexpected[element] !== NEVER) groups.unexpected.push(element)
    else if (!acked && seen !== NEVER) groups.recovered.push(element)
    if (fates.doubled[element] !== NEVER) groups.duplicated.push(element)
  }
  return groups
}

const numbersOf = (history: History, fates: Fates, groups: Groups): Stats => {
  const { time } = history.columns
  const { visibleMs, stableMs, lostMs } = visibility(history, fates, groups)
  const lostAt = groups.lost
    .filter((element) => fates.acked[element] !== NEVER)
    .map((element) => time[fates.acked[element]!]! / 1e9)
  const window: Stats =
    lostAt.length === 0
      ? {}
      : { 'lost.firstAckS': round(least(lostAt)), 'lost.lastAckS': round(most(lostAt)) }
  return {
    attempted: fates.attempted.reduce((sum, at) => sum + (at === NEVER ? 0 : 1), 0),
    acknowledged: groups.acked,
    reads: fates.reads.length,
    stable: stableMs.length,
    lost: groups.lost.length,
    ...window,
    stale: groups.stale.length,
    unexpected: groups.unexpected.length,
    duplicated: groups.duplicated.length,
    recovered: groups.recovered.length,
    neverRead: groups.unjudged.length,
    ...(history.timed
      ? {
          ...quantiles('visibleMs', visibleMs),
          ...quantiles('stableMs', stableMs),
          ...quantiles('lostMs', lostMs),
        }
      : {}),
  }
}

/**
 * How long elements took: from their acknowledgement to the first read that shows them (`visible`); from when they were
 * known, by acknowledgement or by a read, to the last read that lacked them (`stable`, 0 when none
 * did), or to the last that held them where they are lost (`lost`, 0 when none did).
 */
const visibility = (history: History, fates: Fates, { lost }: Groups) => {
  const { time } = history.columns
  const visibleMs: number[] = []
  const stableMs: number[] = []
  const lostMs: number[] = []
  const isLost = new Set(lost)
  const after = (to: number, from: number): number => Math.max(0, time[to]! - time[from]!) / 1e6
  fates.known.forEach((known, element) => {
    const [acked, seen] = [fates.acked[element]!, fates.firstSeen[element]!]
    if (acked !== NEVER && seen !== NEVER) visibleMs.push(after(seen, acked))
    if (isLost.has(element)) {
      const last = fates.lastPresent[element]!
      lostMs.push(last === NEVER ? 0 : after(last, known))
    } else if (seen !== NEVER) {
      const absent = fates.absent[element]!
      stableMs.push(absent === NEVER ? 0 : after(fates.reads[absent]!.start, known))
    }
  })
  return { visibleMs, stableMs, lostMs }
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b))
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b))

export default {
  summary: 'a grow-only set keeps every acknowledged element and invents none',
  check: set,
} satisfies CheckerPlugin
