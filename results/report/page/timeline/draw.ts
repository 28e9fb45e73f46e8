/** One picture of the timeline. */
import { NONE } from '../../operations/operations.ts'
import type { Palette } from '../canvas.ts'
import { drawBehind, drawFront } from './draw-around.ts'
import { drawLanes } from './draw-lanes.ts'
import { type Geometry, rowTop, xOf } from './geometry.ts'
import type { Scene } from './scene.ts'

/** What is pointed at or chosen. */
export interface Emphasis {
  /** Places of operations, or NONE. */
  readonly selected: number
  readonly hovered: number
}

export const drawTimeline = (
  canvas: CanvasRenderingContext2D,
  scene: Scene,
  geometry: Geometry,
  palette: Palette,
  { selected, hovered }: Emphasis,
): void => {
  canvas.fillStyle = palette.page
  canvas.fillRect(0, 0, geometry.width, geometry.height)
  drawBehind(canvas, scene, geometry, palette)
  drawLanes(canvas, scene, geometry, palette)
  canvas.save()
  canvas.beginPath()
  const { left, lanesTop, width, height } = geometry
  canvas.rect(left, lanesTop, width - left, height - lanesTop)
  canvas.clip()
  for (const place of scene.violations) drawRing(canvas, scene, geometry, palette.bad, place, 1)
  if (hovered !== NONE) drawRing(canvas, scene, geometry, palette.quiet, hovered, 0)
  if (selected !== NONE) drawSelected(canvas, scene, geometry, palette, selected)
  canvas.restore()
  drawFront(canvas, scene, geometry, palette)
}

/** A box around an operation and, where it is a violation's, a tooth below it: a sign beside the colour. */
const drawRing = (
  canvas: CanvasRenderingContext2D,
  scene: Scene,
  geometry: Geometry,
  stroke: string,
  place: number,
  tooth: 0 | 1,
): void => {
  const box = boxOf(scene, geometry, place)
  if (box === undefined) return
  canvas.strokeStyle = canvas.fillStyle = stroke
  canvas.lineWidth = 2
  canvas.strokeRect(box.x - 2, box.y - 1, box.width + 4, box.height + 2)
  const middle = box.x + Math.min(box.width, 12) / 2
  canvas.beginPath()
  canvas.moveTo(middle - 5 * tooth, box.y + box.height + 6 * tooth)
  canvas.lineTo(middle, box.y + box.height)
  canvas.lineTo(middle + 5 * tooth, box.y + box.height + 6 * tooth)
  canvas.fill()
}

/** The selected one: a strong box, and its beginning and end through all lanes. */
const drawSelected = (
  canvas: CanvasRenderingContext2D,
  scene: Scene,
  geometry: Geometry,
  palette: Palette,
  place: number,
): void => {
  const box = boxOf(scene, geometry, place)
  if (box === undefined) return
  canvas.strokeStyle = palette.text
  canvas.lineWidth = 1
  canvas.globalAlpha = 0.55
  canvas.beginPath()
  for (const x of [box.x, box.x + box.width]) {
    canvas.moveTo(Math.round(x) + 0.5, geometry.lanesTop)
    canvas.lineTo(Math.round(x) + 0.5, geometry.height)
  }
  canvas.stroke()
  canvas.globalAlpha = 1
  canvas.lineWidth = 2.5
  canvas.strokeRect(box.x - 2.5, box.y - 2, box.width + 5, box.height + 4)
}

/** Where an operation is drawn; undefined when it is not in the picture. */
const boxOf = (scene: Scene, geometry: Geometry, place: number) => {
  const row = scene.rowOf(place)
  if (row === undefined) return undefined
  const { laneHeight, left, width } = geometry
  const from = xOf(geometry, scene.operations.columns.from[place]!)
  const to = xOf(geometry, scene.lanes.until[place]!)
  if (to < left - 20 || from > width + 20) return undefined
  const x = Math.max(from, left - 10)
  return {
    x,
    y: rowTop(geometry, row) + laneHeight * 0.18,
    width: Math.max(3, Math.min(to, width + 10) - x),
    height: laneHeight * 0.64,
  }
}
