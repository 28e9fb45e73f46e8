/** Ways through the history: to an operation, to the next one, to the first violation. */

import type { PageAround } from '../../around.ts'
import { NONE, type Operations } from '../../operations/operations.ts'
import type { View } from '../view-state.ts'
import type { Scene } from './scene.ts'

/** Selects an operation and has it in the window, wide enough to be seen. */
export const goTo = (view: View, operations: Operations, place: number): void => {
  const { index, from, to } = operations.columns
  view.select(index[place]!)
  bringIntoView(view, from[place]!, to[place]!)
}

/** Moves the window to an operation that is not in it, and closer where it would be a hair. */
export const bringIntoView = (view: View, fromNs: number, toNs: number): void => {
  const { from, to } = view.state.window
  const took = Number.isFinite(toNs) ? toNs - fromNs : 0
  const span = Math.max(took * 1.5, Math.min(to - from, Math.max(took, 1e5) * CLOSE))
  if (fromNs >= from && fromNs <= to && span >= to - from) return
  view.look({ from: fromNs + took / 2 - span / 2, to: fromNs + took / 2 + span / 2 })
}

/** How many times an operation's length a window is that was moved to it, at most. */
const CLOSE = 300

/** The next shown operation in time, or before if `step` is -1; of the same process where asked. */
export const neighbour = (
  { operations, matches, lanes }: Scene,
  place: number,
  step: 1 | -1,
  among: 'all' | 'lane',
): number => {
  const wanted = (at: number) =>
    matches?.[at] !== 0 && (among === 'all' || lanes.laneOf[at] === lanes.laneOf[place])
  for (let at = place + step; at >= 0 && at < operations.length; at += step)
    if (wanted(at)) return at
  return NONE
}

/** The shown operation that begins nearest to a moment, or NONE. */
export const nearest = (scene: Scene, ns: number): number => {
  const { index, rows } = scene
  let best: number = NONE
  let least = Number.POSITIVE_INFINITY
  for (const { lane } of rows) {
    const at = index.after(lane, ns, index.starts[lane]!)
    for (const one of [at - 1, at]) {
      if (one < index.starts[lane]! || one >= index.starts[lane + 1]!) continue
      const away = Math.abs(index.from[one]! - ns)
      if (away >= least) continue
      least = away
      best = index.places[one]!
    }
  }
  return best
}

/** The places of the operations of the violation that was complete first; none if there is none. */
export const firstViolation = (
  operations: Operations,
  { violations }: Pick<PageAround, 'violations'>,
): readonly number[] => {
  const all = violations
    .map(({ ops }) => ops.map((op) => operations.placeOf(op)).filter((place) => place !== NONE))
    .filter((places) => places.length > 0)
  return all.reduce<readonly number[]>(
    (first, one) => (first.length === 0 || last(one) < last(first) ? one : first),
    [],
  )
}

const last = (places: readonly number[]): number => Math.max(...places)

/** Selects the last operation of a violation, with the others in the window where they are close. */
export const goToViolation = (
  view: View,
  operations: Operations,
  places: readonly number[],
): void => {
  if (places.length === 0) return
  const { index, from, to } = operations.columns
  const begin = Math.min(...places.map((place) => from[place]!))
  const end = Math.max(...places.map((place) => (Number.isFinite(to[place]!) ? to[place]! : 0)))
  if (end - begin > TOGETHER_NS) goTo(view, operations, last(places))
  else {
    const margin = Math.max((end - begin) / 5, 1e6)
    view.select(index[last(places)]!)
    view.look({ from: begin - margin, to: end + margin })
  }
}

/** Operations further apart would be hairs. */
const TOGETHER_NS = 2e9
