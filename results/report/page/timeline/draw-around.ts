/**
 * Draws what stands around the operations: the axis, faults as bands through the whole picture with their
 * names above, a row for each node (who leads, what hit it, how wrong its clock is), the names of rows.
 */
import type { FaultView } from '../../timeline.ts'
import type { Palette } from '../canvas.ts'
import { ticks } from './axis.ts'
import { fitting, NAMES_FONT, readable, SMALL_FONT } from './canvas-text.ts'
import { drawNode } from './draw-nodes.ts'
import { type Geometry, GUTTER, NODE_ROW, rowTop, xOf } from './geometry.ts'
import type { Scene } from './scene.ts'

type Canvas = CanvasRenderingContext2D

const TICK_ROOM = 110

/** What stands behind the operations. */
export const drawBehind = (
  canvas: Canvas,
  scene: Scene,
  geometry: Geometry,
  palette: Palette,
): void => {
  const { left, width, height, lanesTop, laneHeight, faultsTop } = geometry
  inside(canvas, geometry, () => {
    for (const fault of scene.faults) drawBand(canvas, fault, geometry, palette)
    canvas.fillStyle = palette.line
    canvas.globalAlpha = 0.5
    for (const { ns } of ticks(geometry.window, width - left, TICK_ROOM))
      canvas.fillRect(Math.round(xOf(geometry, ns)), faultsTop, 1, height)
    for (let row = Math.floor(geometry.scroll / laneHeight); row < scene.rows.length; row++) {
      const y = rowTop(geometry, row) + laneHeight / 2
      if (y > height) break
      if (y > lanesTop) canvas.fillRect(left, Math.round(y), width - left, 1)
    }
    canvas.globalAlpha = 1
    for (const ns of scene.leaderChanges)
      upright(canvas, xOf(geometry, ns), geometry, palette.leader)
    for (const { timeNs } of scene.phases)
      upright(canvas, xOf(geometry, timeNs), geometry, palette.quiet)
  })
}

/** A dashed line from top to bottom. */
const upright = (canvas: Canvas, x: number, geometry: Geometry, stroke: string): void => {
  if (x < geometry.left || x > geometry.width) return
  canvas.strokeStyle = stroke
  canvas.lineWidth = 1
  canvas.setLineDash([2, 4])
  canvas.beginPath()
  canvas.moveTo(Math.round(x) + 0.5, geometry.faultsTop)
  canvas.lineTo(Math.round(x) + 0.5, geometry.height)
  canvas.stroke()
  canvas.setLineDash([])
}

/** What stands before them: names, so that lanes that scroll pass beneath. */
export const drawFront = (
  canvas: Canvas,
  scene: Scene,
  geometry: Geometry,
  palette: Palette,
): void => {
  drawRowNames(canvas, scene, geometry, palette)
  drawAxis(canvas, geometry, palette)
  inside(canvas, geometry, () => {
    scene.faults.forEach((fault, at) => {
      drawFaultName(canvas, fault, scene.faultLines[at]!, geometry, palette)
    })
    scene.nodes.forEach((node, at) => {
      drawNode(canvas, node, geometry.nodesTop + at * NODE_ROW, geometry, palette)
    })
    canvas.font = SMALL_FONT
    canvas.fillStyle = palette.quiet
    for (const { timeNs, phase } of scene.phases)
      readable(canvas, phase, xOf(geometry, timeNs) + 4, geometry.height - 8, palette)
  })
}

const inside = (canvas: Canvas, { left, width, height }: Geometry, draw: () => void): void => {
  canvas.save()
  canvas.beginPath()
  canvas.rect(left, 0, width - left, height)
  canvas.clip()
  draw()
  canvas.restore()
}

/** From its request to its heal; dashed where there is no evidence that it took hold. */
const drawBand = (canvas: Canvas, fault: FaultView, geometry: Geometry, palette: Palette): void => {
  const { left, width, height, faultsTop } = geometry
  const from = Math.max(left - 2, xOf(geometry, fault.fromNs))
  const to = Math.min(width + 2, Math.max(from + 2, xOf(geometry, fault.toNs)))
  if (to < left || from > width) return
  canvas.fillStyle = palette.band
  canvas.fillRect(from, faultsTop, to - from, height)
  canvas.strokeStyle = palette['band-edge']
  canvas.setLineDash(fault.shown ? [] : [4, 4])
  canvas.lineWidth = 1
  canvas.beginPath()
  for (const x of [from, to]) {
    canvas.moveTo(Math.round(x) + 0.5, faultsTop)
    canvas.lineTo(Math.round(x) + 0.5, height)
  }
  canvas.stroke()
  canvas.setLineDash([])
}

const drawFaultName = (
  canvas: Canvas,
  fault: FaultView,
  line: number,
  geometry: Geometry,
  palette: Palette,
): void => {
  const { left, width, faultsTop, faultLine } = geometry
  const from = Math.max(left, xOf(geometry, fault.fromNs))
  const to = Math.min(width, xOf(geometry, fault.toNs))
  if (to < left || from > width) return
  canvas.font = SMALL_FONT
  canvas.textBaseline = 'middle'
  canvas.fillStyle = palette.text
  const missing = fault.installed ? (fault.shown ? '' : ' (not shown)') : ' (not installed)'
  const text = fitting(canvas, `${fault.name} · ${fault.targets}${missing}`, to - from - 8)
  canvas.fillText(text, from + 5, faultsTop + (line + 0.5) * faultLine + 2)
}

const drawAxis = (canvas: Canvas, geometry: Geometry, palette: Palette): void => {
  const { left, width, faultsTop } = geometry
  canvas.fillStyle = palette.page
  canvas.fillRect(0, 0, width, faultsTop)
  canvas.fillStyle = palette.line
  canvas.fillRect(left, faultsTop - 1, width - left, 1)
  canvas.font = NAMES_FONT
  canvas.textBaseline = 'middle'
  for (const { ns, label } of ticks(geometry.window, width - left, TICK_ROOM)) {
    const x = Math.round(xOf(geometry, ns))
    canvas.fillStyle = palette.quiet
    canvas.fillRect(x, faultsTop - 6, 1, 6)
    const room = canvas.measureText(label).width
    canvas.fillText(label, Math.min(Math.max(left, x - room / 2), width - room), faultsTop - 14)
  }
}

const drawRowNames = (canvas: Canvas, scene: Scene, geometry: Geometry, palette: Palette): void => {
  const { height, width, nodesTop, lanesTop, laneHeight, faultsTop } = geometry
  canvas.fillStyle = palette.page
  canvas.fillRect(0, 0, GUTTER, height)
  canvas.font = NAMES_FONT
  canvas.textBaseline = 'middle'
  canvas.fillStyle = palette.text
  scene.nodes.forEach(({ name }, at) => {
    canvas.fillText(fitting(canvas, name, GUTTER - 10), 2, nodesTop + (at + 0.5) * NODE_ROW)
  })
  canvas.fillStyle = palette.quiet
  const every = Math.ceil(14 / laneHeight)
  canvas.save()
  canvas.beginPath()
  canvas.rect(0, lanesTop, GUTTER, height - lanesTop)
  canvas.clip()
  for (let row = Math.floor(geometry.scroll / laneHeight); row < scene.rows.length; row++) {
    const y = rowTop(geometry, row) + laneHeight / 2
    if (y > height + laneHeight) break
    if (row % every === 0)
      canvas.fillText(fitting(canvas, scene.rows[row]!.name, GUTTER - 10), 2, y)
  }
  canvas.restore()
  if (scene.faults.length > 0) canvas.fillText('faults', 2, faultsTop + 10)
  canvas.fillStyle = palette.line
  canvas.fillRect(0, lanesTop - 3, width, 1)
}
