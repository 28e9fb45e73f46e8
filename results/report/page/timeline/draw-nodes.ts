/** Draws the rows of the nodes: who leads, what hit them, how wrong their clocks are. */
import type { Palette } from '../canvas.ts'
import { fitting, readable, SMALL_FONT } from './canvas-text.ts'
import { type Geometry, NODE_ROW, xOf } from './geometry.ts'
import type { NodeRow } from './scene.ts'

type Canvas = CanvasRenderingContext2D

export const drawNode = (
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
