/**
 * Finds the operations of a lane by time, and counts those of any stretch of it in O(log operations), so
 * that a picture of a million operations takes as long as its pixels, at every zoom and without a sample.
 */
import { lowerBound } from '../../lower-bound.ts'
import { FAIL, INFO, OPEN, type Operations } from '../../operations/operations.ts'
import type { Lanes } from './lanes.ts'

export class LaneIndex {
  /** Places of operations, lane by lane, each in the order of time. */
  readonly places: Uint32Array
  /** Where each lane begins in `places`; the last entry is the end. */
  readonly starts: Uint32Array
  /** When the operations at `places` begin, and until when they are drawn; ns. */
  readonly from: Float64Array
  readonly until: Float64Array
  /** How many of the `places` before each one failed, or have no certain answer; the last entry is all. */
  readonly fails: Uint32Array
  readonly infos: Uint32Array
  /** For how long operations before each one ran, ns. */
  readonly busy: Float64Array

  /** @param matches a 1 for every operation that is shown; all without it */
  constructor(operations: Operations, lanes: Lanes, matches?: Uint8Array) {
    const { laneOf, until } = lanes
    const { outcome, from } = operations.columns
    this.starts = starts(laneOf, lanes.processes.length, matches)
    const shown = this.starts.at(-1)!
    this.places = new Uint32Array(shown)
    this.from = new Float64Array(shown)
    this.until = new Float64Array(shown)
    const next = this.starts.slice()
    for (let place = 0; place < operations.length; place++) {
      if (matches?.[place] === 0) continue
      const at = next[laneOf[place]!]!++
      this.places[at] = place
      this.from[at] = from[place]!
      this.until[at] = until[place]!
    }
    this.fails = new Uint32Array(shown + 1)
    this.infos = new Uint32Array(shown + 1)
    this.busy = new Float64Array(shown + 1)
    for (let at = 0; at < shown; at++) {
      const one = outcome[this.places[at]!]!
      this.fails[at + 1] = this.fails[at]! + (one === FAIL ? 1 : 0)
      this.infos[at + 1] = this.infos[at]! + (one === INFO || one === OPEN ? 1 : 0)
      this.busy[at + 1] = this.busy[at]! + this.until[at]! - this.from[at]!
    }
  }

  /** How many operations are shown. */
  get shown(): number {
    return this.places.length
  }

  /** The operations of a lane that are at least partly within a window, as a range of `places`. */
  within(lane: number, from: number, to: number): readonly [first: number, end: number] {
    const begin = this.starts[lane]!
    const first = this.after(lane, from, begin)
    const before = first - 1
    const reaches = before >= begin && this.until[before]! >= from
    return [reaches ? before : first, this.after(lane, to, first)]
  }

  /** The first operation of a lane that begins at a moment or later, at `low` or behind it. */
  after(lane: number, ns: number, low: number): number {
    const end = this.starts[lane + 1]!
    // Mostly it is close by: pictures ask for one pixel after another.
    let step = 1
    let high = low
    while (high < end && this.from[high]! < ns) {
      low = high + 1
      high += step
      step *= 2
    }
    return lowerBound(this.from, ns, low, Math.min(high, end))
  }
}

const starts = (
  laneOf: Int32Array,
  lanes: number,
  matches: Uint8Array | undefined,
): Uint32Array => {
  const counts = new Uint32Array(lanes + 1)
  for (let place = 0; place < laneOf.length; place++)
    if (matches?.[place] !== 0) counts[laneOf[place]! + 1]!++
  for (let lane = 0; lane < lanes; lane++) counts[lane + 1]! += counts[lane]!
  return counts
}
