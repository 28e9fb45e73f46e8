/**
 * The skews of one node and the header that its processes get. Drift and strobe count from a moment of
 * their own each; the shim knows one, so what the drift has gained until then goes into the offset.
 */
import type { ClockScope, Skew } from '../../../capabilities/clocks.ts'
import { encodeHeader, noShift, type Shift, type Shifts } from './header.ts'

/** What the true clocks say at one moment; ns. */
export interface Moment {
  readonly wall: bigint
  readonly monotonic: bigint
}

/** A skew as it was set. */
export interface SetSkew {
  readonly skew: Skew
  readonly scope: ClockScope
  readonly since: Moment
}

/** At most one of each kind. */
export type Skews = readonly SetSkew[]

/** A node's skews, and those before the last change: a running process holds both. */
export interface NodeSkews {
  readonly changes: number
  readonly now: Skews
  readonly before: Skews
}

export const unskewed: NodeSkews = { changes: 0, now: [], before: [] }

/** The same kind is replaced; undefined takes it away. */
export const changed = (
  { changes, now }: NodeSkews,
  kind: Skew['kind'],
  next: SetSkew | undefined,
): NodeSkews => ({
  changes: changes + 1,
  now: [...now.filter(({ skew }) => skew.kind !== kind), ...(next === undefined ? [] : [next])],
  before: now,
})

/** Whether any of a node's skews reaches a process of this name. */
export const reaches = ({ now }: NodeSkews, process: string): boolean =>
  now.some((skew) => isMeant(skew, process))

/** The header that a process of this name gets. */
export const headerOf = ({ changes, now, before }: NodeSkews, process: string): Buffer =>
  encodeHeader(changes, shiftsOf(now, process), shiftsOf(before, process))

/** Whether every process of the node gets the same. */
export const isUniform = ({ now, before }: NodeSkews): boolean =>
  [...now, ...before].every(({ scope }) => scope.process === undefined)

const isMeant = ({ scope }: SetSkew, process: string): boolean =>
  scope.process === undefined || scope.process.slice(0, 15) === process

const shiftsOf = (skews: Skews, process: string): Shifts => {
  const meant = skews.filter((skew) => isMeant(skew, process))
  return {
    wall: shiftOf(meant, 'wall'),
    monotonic: shiftOf(
      meant.filter(({ scope }) => scope.monotonic),
      'monotonic',
    ),
  }
}

/** The skews of one clock, added up. */
export const shiftOf = (skews: Skews, clock: keyof Moment): Shift => {
  const strobe = skews.find(({ skew }) => skew.kind === 'strobe')
  const drift = skews.find(({ skew }) => skew.kind === 'drift')
  const t0 = (strobe ?? drift)?.since[clock] ?? 0n
  let shift: Shift = { ...noShift, t0 }
  for (const { skew, since } of skews) {
    if (skew.kind === 'jump') shift = { ...shift, offset: shift.offset + nanos(skew.ms) }
    if (skew.kind === 'strobe')
      shift = { ...shift, half: nanos(skew.periodMs), amplitude: nanos(skew.ms) }
    if (skew.kind === 'drift') {
      const rate = BigInt(Math.round((skew.ppm / 1e6) * 2 ** 32))
      const gained = ((t0 - since[clock]) * rate) >> 32n
      shift = { ...shift, rate, offset: shift.offset + gained }
    }
  }
  return shift
}

const nanos = (ms: number): bigint => BigInt(Math.round(ms * 1e6))
