/** The axis of time: where its ticks are and how moments read at a zoom. */
import type { Window } from '../view-state.ts'

/** Steps of 1, 2 and 5 times a power of ten, in ns. */
const stepFor = (least: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)))
  return ([1, 2, 5, 10].find((step) => step * power >= least) ?? 10) * power
}

/** Ticks about `room` apart, of a window that is drawn `width` wide. */
export const ticks = ({ from, to }: Window, width: number, room: number) => {
  const step = stepFor(((to - from) / width) * room)
  const digits = digitsFor(step)
  const first = Math.ceil(from / step)
  const count = Math.min(1000, Math.floor(to / step) - first + 1)
  return Array.from({ length: Math.max(0, count) }, (_, n) => {
    const ns = (first + n) * step
    return { ns, label: `${(ns / 1e9).toFixed(digits)} s` }
  })
}

/** How many digits of a second tell moments apart that are `ns` from each other. */
export const digitsFor = (ns: number): number =>
  Math.min(9, Math.max(0, Math.ceil(9 - Math.log10(Math.max(1, ns)) - 1e-9)))
