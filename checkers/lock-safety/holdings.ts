/**
 * Who certainly held which lock when: one entry for each acquire that was acknowledged, in the order of
 * the acknowledgements.
 */
import { strange } from '../guarded.ts'
import { FAIL, type History, INVOKE, NEMESIS, NONE, OK } from '../history.ts'
import type { Meter } from '../limits.ts'
import { NotInModel } from '../model.ts'

export interface Holding {
  /** Number of the key, or NONE. */
  readonly key: number
  readonly process: number
  /** Invocation and completion of the acquire. */
  readonly start: number
  readonly from: number
  /** The first position at which it may hold it no more: its release is invoked, or its lease over. */
  until: number
  readonly token: number | undefined
  /** Whether the process had acquired the lock before and not released it. */
  readonly again: boolean
  /** Invocation of the release of the process before this acquire that did not fail, or NONE. */
  readonly released: number
  /** The same of the release after it. */
  release: number
}

/** O(n). @throws NotInModel for leases in a history without times */
export const holdings = (
  history: History,
  meter: Meter,
  leaseMs: number | undefined,
): readonly Holding[] => {
  const { type, process, f, key, partner, time } = history.columns
  if (leaseMs !== undefined && history.length > 0 && !history.timed)
    throw new NotInModel('a lease needs times, and the events have none')
  const held: Holding[] = []
  /** By key, by process: the latest holding that is not released. */
  const open = new Map<number, Map<number, Holding>>()
  for (let position = 0; position < history.length; position++) {
    meter.step()
    const who = process[position]!
    if (who === NEMESIS) continue
    const name = history.fs[f[position]!]!
    if (name !== 'acquire' && name !== 'release')
      throw strange(history, position, 'acquire or release')
    const start = name === 'acquire' && type[position] === OK ? partner[position]! : position
    const lock = key[start]!
    const holders = open.get(lock) ?? new Map<number, Holding>()
    open.set(lock, holders)
    const mine = holders.get(who)
    if (name === 'release') {
      if (type[position] !== INVOKE || mine === undefined) continue
      mine.until = Math.min(mine.until, position)
      const completion = partner[position]!
      if (completion === NONE || type[completion] !== FAIL) mine.release = position
    } else if (type[position] === OK) {
      const until =
        leaseMs === undefined ? history.length : firstAt(time, time[start]! + leaseMs * 1e6)
      const token = tokenOf(history, start, position)
      const holding: Holding = {
        key: lock,
        process: who,
        start,
        from: position,
        until,
        token,
        again: mine !== undefined && mine.release === NONE,
        released: mine?.release ?? NONE,
        release: NONE,
      }
      if (mine !== undefined) mine.until = Math.min(mine.until, position)
      held.push(holding)
      holders.set(who, holding)
    }
  }
  return held
}

/** The first position at or after a time in ns. */
const firstAt = (time: Float64Array, at: number): number => {
  let low = 0
  let high = time.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (time[middle]! < at) low = middle + 1
    else high = middle
  }
  return low
}

/** The token that an acquire was given: what it completed with, where that is not what it was invoked with. */
const tokenOf = (history: History, start: number, end: number): number | undefined => {
  const given = numberIn(history.columns.value.at(end))
  return given === numberIn(history.columns.value.at(start)) ? undefined : given
}

const numberIn = (value: unknown): number | undefined => {
  const inner =
    typeof value === 'object' && value !== null ? (value as { token?: unknown }).token : value
  return typeof inner === 'number' ? inner : undefined
}
