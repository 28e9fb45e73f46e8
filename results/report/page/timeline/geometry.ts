/** Where things stand in the picture, in CSS pixels: names left, then from top to bottom the axis, the names of faults, nodes, lanes. */
import type { Window } from '../view-state.ts'
import type { Scene } from './scene.ts'

export const GUTTER = 104
const AXIS = 24
const FAULT_LINE = 17
export const NODE_ROW = 22
const LANES_MAX = 480
const LANE_MOST = 24
const LANE_LEAST = 13
/** Below the lanes. */
const PHASE_NAMES = 16

export interface Geometry {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly window: Window
  /** Where the names of faults, the nodes and the lanes begin. */
  readonly faultsTop: number
  readonly faultLine: number
  readonly nodesTop: number
  readonly lanesTop: number
  readonly laneHeight: number
  /** How far the lanes are scrolled up. */
  readonly scroll: number
}

/** What does not depend on the window: how high the picture is, and all of it if nothing had to scroll. */
export const heights = (scene: Scene) => {
  const { length } = scene.rows
  const laneHeight = Math.max(
    LANE_LEAST,
    Math.min(LANE_MOST, Math.floor(LANES_MAX / Math.max(1, length))),
  )
  const lines = scene.faults.length === 0 ? 0 : Math.max(...scene.faultLines) + 1
  const faultsTop = AXIS
  const nodesTop = faultsTop + lines * FAULT_LINE + (lines > 0 ? 4 : 0)
  const lanesTop = nodesTop + scene.nodes.length * NODE_ROW + 6
  const lanes = Math.max(1, length) * laneHeight + PHASE_NAMES
  return {
    faultsTop,
    faultLine: FAULT_LINE,
    nodesTop,
    lanesTop,
    laneHeight,
    height: lanesTop + Math.min(lanes, LANES_MAX),
    whole: lanesTop + lanes,
  }
}

export const geometryOf = (
  scene: Scene,
  width: number,
  window: Window,
  scroll: number,
): Geometry => ({ ...heights(scene), width, left: GUTTER, window, scroll })

/** The place of a moment. */
export const xOf = ({ left, width, window }: Geometry, ns: number): number =>
  left + ((ns - window.from) / (window.to - window.from)) * (width - left)

/** The moment at a place. */
export const nsAt = ({ left, width, window }: Geometry, x: number): number =>
  window.from + ((x - left) / (width - left)) * (window.to - window.from)

/** The top of a row of operations. */
export const rowTop = ({ lanesTop, laneHeight, scroll }: Geometry, row: number): number =>
  lanesTop + row * laneHeight - scroll
