/** What stands at a place of the picture. */
import type { FaultView } from '../../timeline.ts'
import { type Geometry, NODE_ROW, nsAt } from './geometry.ts'
import type { NodeRow, Scene } from './scene.ts'

export type Hit =
  | { readonly kind: 'operation'; readonly place: number }
  | { readonly kind: 'fault'; readonly fault: FaultView }
  | { readonly kind: 'node'; readonly node: NodeRow; readonly ns: number }

/** How far from an operation one may point, in pixels. */
const REACH = 5

export const hitAt = (scene: Scene, geometry: Geometry, x: number, y: number): Hit | undefined => {
  const { left, faultsTop, faultLine, nodesTop, lanesTop, laneHeight, scroll } = geometry
  const ns = nsAt(geometry, x)
  const isActive = ({ fromNs, toNs }: FaultView) => {
    const reach = nsAt(geometry, x + 2) - ns
    return fromNs <= ns + reach && ns - reach <= toNs
  }
  if (x < left || y < faultsTop) return undefined
  if (y < nodesTop) {
    const line = Math.floor((y - faultsTop) / faultLine)
    const fault = scene.faults.find((one, at) => scene.faultLines[at] === line && isActive(one))
    return fault === undefined ? undefined : { kind: 'fault', fault }
  }
  if (y < lanesTop) {
    const node = scene.nodes[Math.floor((y - nodesTop) / NODE_ROW)]
    return node === undefined ? undefined : { kind: 'node', node, ns }
  }
  const row = scene.rows[Math.floor((y - lanesTop + scroll) / laneHeight)]
  const place = row === undefined ? undefined : operationAt(scene, geometry, row.lane, x)
  if (place !== undefined) return { kind: 'operation', place }
  const fault = scene.faults.findLast(isActive)
  return fault === undefined ? undefined : { kind: 'fault', fault }
}

/** The operation of a lane that is nearest to a place, within reach. */
const operationAt = (
  { index }: Scene,
  geometry: Geometry,
  lane: number,
  x: number,
): number | undefined => {
  const ns = nsAt(geometry, x)
  const reach = nsAt(geometry, x + REACH) - ns
  const [first, end] = index.within(lane, ns - reach, ns + reach)
  let nearest: number | undefined
  let least = Number.POSITIVE_INFINITY
  for (let at = first; at < end && least > 0; at++) {
    const away = Math.max(0, index.from[at]! - ns, ns - index.until[at]!)
    if (away > reach || away >= least) continue
    nearest = index.places[at]!
    least = away
  }
  return nearest
}
