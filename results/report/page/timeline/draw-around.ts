/**
 * Draws what stands around the operations: the axis, faults as bands through the whole picture with their
 * names above, a row for each node (who leads, what hit it, how wrong its clock is), the names of rows.
 */
import type { FaultView } from '../../timeline.ts'
import type { Palette } from '../canvas.ts'
import { ticks } from './axis.ts'
import { type Geometry, GUTTER, NODE_ROW, rowTop, xOf } from './geometry.ts'
import type { NodeRow, Scene } from './scene.ts'

type Canvas = CanvasRenderingContext2D

const NAMES_FONT = '12px system-ui, sans-serif'
const SMALL_FONT = '11px system-ui, sans-serif'
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
  })
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

const drawNode = (
  canvas: Canvas,
  { led, faults, clock }: NodeRow,
  top: number,
  geometry: Geometry,
  palette: Palette,
): void => {
  const { width } = geometry
  const middle = top + NODE_ROW / 2
  for (const fault of faults) {
    const from = xOf(geometry, fault.fromNs)
    const to = Math.max(from + 3, xOf(geometry, fault.toNs))
    hatch(
      canvas,
      { x: from, y: top + 3, width: to - from, height: NODE_ROW - 6 },
      geometry,
      palette,
    )
  }
  canvas.fillStyle = palette.leader
  canvas.font = SMALL_FONT
  canvas.textBaseline = 'middle'
  for (const { from, to, label } of led) {
    const x = xOf(geometry, from)
    const end = Math.max(x + 3, xOf(geometry, to))
    if (end < geometry.left || x > width) continue
    canvas.fillRect(x, middle + 4, end - x, 4)
    flag(canvas, x, middle + 4)
    const start = Math.max(geometry.left, x) + 5
    readable(
      canvas,
      fitting(canvas, label, Math.min(end, width) - start - 4),
      start + 3,
      middle - 2,
      palette,
    )
  }
  drawClock(canvas, clock, top, geometry, palette)
}

/** A text on whatever is behind it. */
const readable = (canvas: Canvas, text: string, x: number, y: number, { page }: Palette): void => {
  canvas.save()
  canvas.setLineDash([])
  canvas.lineJoin = 'round'
  canvas.lineWidth = 4
  canvas.strokeStyle = page
  canvas.strokeText(text, x, y)
  canvas.restore()
  canvas.fillText(text, x, y)
}

/** A new leader. */
const flag = (canvas: Canvas, x: number, y: number): void => {
  canvas.beginPath()
  canvas.moveTo(x, y + 4)
  canvas.lineTo(x, y - 9)
  canvas.lineTo(x + 6, y - 5.5)
  canvas.lineTo(x, y - 2)
  canvas.fill()
}

/** Where a clock was wrong by 5 ms or more: a wavy line, and by how much. */
const drawClock = (
  canvas: Canvas,
  clock: NodeRow['clock'],
  top: number,
  geometry: Geometry,
  palette: Palette,
): void => {
  canvas.strokeStyle = canvas.fillStyle = palette.info
  canvas.lineWidth = 1.5
  let said = Number.NEGATIVE_INFINITY
  clock.forEach(({ ns, ms }, at) => {
    if (ms === null || Math.abs(ms) < 5) return
    const from = xOf(geometry, ns)
    const to = xOf(geometry, clock[at + 1]?.ns ?? geometry.window.to)
    if (to < geometry.left || from > geometry.width) return
    canvas.beginPath()
    canvas.setLineDash([2, 2])
    canvas.moveTo(from, top + 3)
    canvas.lineTo(to, top + 3)
    canvas.stroke()
    canvas.setLineDash([])
    const text = `clock ${aheadText(ms)}`
    const start = Math.max(from, geometry.left) + 4
    if (start < said) return
    said = start + canvas.measureText(text).width + 60
    readable(canvas, text, start, top + 10, palette)
  })
}

const aheadText = (ms: number): string =>
  `${ms < 0 ? '−' : '+'}${Math.abs(ms) < 1000 ? `${Math.round(Math.abs(ms))} ms` : `${Number((Math.abs(ms) / 1000).toPrecision(3))} s`}`

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Slanted lines in a box. */
const hatch = (canvas: Canvas, box: Box, geometry: Geometry, palette: Palette): void => {
  const from = Math.max(box.x, geometry.left - 10)
  const to = Math.min(box.x + box.width, geometry.width + 10)
  if (to <= from) return
  canvas.save()
  canvas.beginPath()
  canvas.rect(from, box.y, to - from, box.height)
  canvas.fillStyle = palette.band
  canvas.fill()
  canvas.clip()
  canvas.strokeStyle = palette['band-edge']
  canvas.lineWidth = 1
  canvas.beginPath()
  // The lines stay where they are on the page, so the box may begin anywhere.
  const step = 7
  for (let x = Math.floor((from - box.height) / step) * step; x < to; x += step) {
    canvas.moveTo(x, box.y + box.height)
    canvas.lineTo(x + box.height, box.y)
  }
  canvas.stroke()
  canvas.strokeRect(from, box.y, to - from, box.height)
  canvas.restore()
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

/** As much of a text as there is room for. */
const fitting = (canvas: Canvas, text: string, room: number): string => {
  if (room < 12) return ''
  if (canvas.measureText(text).width <= room) return text
  const share = Math.floor((text.length * room) / canvas.measureText(text).width) - 1
  return share < 2 ? '' : `${text.slice(0, share)}…`
}
