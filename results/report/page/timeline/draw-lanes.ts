/**
 * Draws the operations. One that has room is a bar: full for ok, hollow with a cross for fail, hollow and
 * dashed with a triangle and an open end for info. Where there are more than pixels, each column of pixels
 * says what is in it: how busy the lane was in the middle, failures as a mark above, uncertain ones below.
 */
import { FAIL, OK } from '../../operations/operations.ts'
import { line } from '../../text.ts'
import { addShape, type Palette } from '../canvas.ts'
import { type Geometry, nsAt, rowTop, xOf } from './geometry.ts'
import type { Scene } from './scene.ts'

type Canvas = CanvasRenderingContext2D

/** From how many operations a pixel on columns are drawn instead of bars. */
const DENSE = 0.5
/** From how many pixels on a bar has a sign, and from how many a text. */
const SIGN_FROM = 9
const TEXT_FROM = 44

export const drawLanes = (
  canvas: Canvas,
  scene: Scene,
  geometry: Geometry,
  palette: Palette,
): void => {
  const { laneHeight, lanesTop, height, left, width } = geometry
  canvas.save()
  canvas.beginPath()
  canvas.rect(left, lanesTop, width - left, height - lanesTop)
  canvas.clip()
  const painter = new Painter(canvas, scene, geometry, palette)
  const first = Math.max(0, Math.floor(geometry.scroll / laneHeight))
  for (let row = first; row < scene.rows.length; row++) {
    const top = rowTop(geometry, row)
    if (top > height) break
    painter.lane(scene.rows[row]!.lane, top)
  }
  painter.finish()
  canvas.restore()
}

class Painter {
  readonly #canvas: Canvas
  readonly #scene: Scene
  readonly #geometry: Geometry
  readonly #palette: Palette
  /** Shapes of one kind are drawn at once. */
  readonly #full = new Path2D()
  readonly #hollow = { fail: new Path2D(), info: new Path2D() }
  readonly #marks = { fail: new Path2D(), info: new Path2D() }
  readonly #texts: {
    readonly text: string
    readonly x: number
    readonly y: number
    readonly room: number
    readonly full: boolean
  }[] = []

  constructor(canvas: Canvas, scene: Scene, geometry: Geometry, palette: Palette) {
    this.#canvas = canvas
    this.#scene = scene
    this.#geometry = geometry
    this.#palette = palette
  }

  lane(lane: number, top: number): void {
    const { window, width, left } = this.#geometry
    const [first, end] = this.#scene.index.within(lane, window.from, window.to)
    if (end - first > (width - left) * DENSE) this.#columns(lane, top, first)
    else for (let at = first; at < end; at++) this.#bar(at, top)
  }

  finish(): void {
    const canvas = this.#canvas
    const { ok, fail, info, card } = this.#palette
    canvas.fillStyle = ok
    canvas.fill(this.#full)
    canvas.lineWidth = 1.4
    canvas.fillStyle = card
    for (const [outcome, stroke] of [
      ['fail', fail],
      ['info', info],
    ] as const) {
      canvas.strokeStyle = stroke
      canvas.fillStyle = card
      canvas.fill(this.#hollow[outcome])
      canvas.setLineDash(outcome === 'info' ? [3, 2] : [])
      canvas.stroke(this.#hollow[outcome])
      canvas.setLineDash([])
      canvas.fillStyle = stroke
      if (outcome === 'fail') canvas.stroke(this.#marks.fail)
      canvas.fill(this.#marks[outcome])
    }
    canvas.font = '11px ui-monospace, Menlo, Consolas, monospace'
    canvas.textBaseline = 'middle'
    for (const { text, x, y, room, full } of this.#texts) {
      canvas.fillStyle = full ? this.#palette.page : this.#palette.text
      canvas.fillText(clipped(text, room), x, y)
    }
  }

  /** An operation that has room. */
  #bar(at: number, top: number): void {
    const { index, operations } = this.#scene
    const { left, width, laneHeight } = this.#geometry
    const outcome = operations.columns.outcome[index.places[at]!]!
    const from = Math.max(left - 4, xOf(this.#geometry, index.from[at]!))
    const to = Math.min(width + 4, xOf(this.#geometry, index.until[at]!))
    const size = Math.max(outcome === OK ? 1.5 : 3, to - from)
    const y = top + laneHeight * 0.18
    const high = laneHeight * 0.64
    const middle = y + high / 2
    if (outcome === OK) this.#full.rect(from, y, size, high)
    else if (outcome === FAIL) {
      this.#hollow.fail.rect(from, y, size, high)
      addShape(this.#marks.fail, 'fail', from + Math.min(size, SIGN_FROM) / 2, middle, 0.9)
    } else {
      openBar(this.#hollow.info, from, y, size, high)
      addShape(this.#marks.info, 'info', from + Math.min(size, SIGN_FROM) / 2, middle, 0.9)
    }
    const sign = outcome === OK ? 4 : SIGN_FROM + 4
    if (size - sign < TEXT_FROM - SIGN_FROM) return
    const text = labelOf(this.#scene, index.places[at]!)
    this.#texts.push({
      text,
      x: from + sign,
      y: middle,
      room: size - sign - 3,
      full: outcome === OK,
    })
  }

  /** A lane with more operations than pixels. Columns of equal looks are drawn as one. */
  #columns(lane: number, top: number, first: number): void {
    const { index } = this.#scene
    const { left, width, laneHeight } = this.#geometry
    const pixel = nsAt(this.#geometry, left + 1) - nsAt(this.#geometry, left)
    let at = first
    let begun = left
    let look = 0
    const flush = (x: number) => {
      if (look > 0) {
        const high = (laneHeight * 0.64 * look) / LOOKS
        this.#full.rect(begun, top + (laneHeight - high) / 2, x - begun, high)
      }
      begun = x
    }
    for (let x = left; x < width; x++) {
      const next = index.after(lane, nsAt(this.#geometry, x + 1), at)
      const busy = Math.min(1, (index.busy[next]! - index.busy[at]!) / pixel)
      const now = next === at ? 0 : Math.ceil(LOOKS * (0.3 + 0.7 * busy))
      if (now !== look) {
        flush(x)
        look = now
      }
      if (index.fails[next] !== index.fails[at])
        this.#marks.fail.rect(x, top + 1, 1, laneHeight * 0.24)
      if (index.infos[next] !== index.infos[at])
        this.#marks.info.rect(x, top + laneHeight * 0.74, 1, laneHeight * 0.26)
      at = next
    }
    flush(width)
  }
}

/** Different heights of a column. */
const LOOKS = 6

/** Three sides of a bar whose end is not certain. */
const openBar = (path: Path2D, x: number, y: number, width: number, height: number): void => {
  path.moveTo(x + width, y)
  path.lineTo(x, y)
  path.lineTo(x, y + height)
  path.lineTo(x + width, y + height)
}

/** `k: write 5`, `read → 7`. */
export const labelOf = ({ operations }: Scene, place: number): string => {
  const { key, f, asked, answered, outcome } = operations.facts(place)
  const value = asked === '' || asked === 'null' ? '' : ` ${line(asked, 60)}`
  const answer = answered === '' || answered === asked ? '' : ` → ${line(answered, 60)}`
  return `${key === '' ? '' : `${line(key, 20)}: `}${line(f, 20)}${value}${outcome === 'ok' ? answer : ''}`
}

/** Monospace, so its width is known without measuring. */
const clipped = (text: string, room: number): string => {
  const fits = Math.floor(room / 6.7)
  return text.length <= fits ? text : fits < 2 ? '' : `${text.slice(0, fits - 1)}…`
}
