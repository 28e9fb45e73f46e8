/** Texts on the timeline's canvas. */
import type { Palette } from '../canvas.ts'

type Canvas = CanvasRenderingContext2D

export const NAMES_FONT = '12px system-ui, sans-serif'
export const SMALL_FONT = '11px system-ui, sans-serif'

/** As much of a text as there is room for. */
export const fitting = (canvas: Canvas, text: string, room: number): string => {
  if (room < 12) return ''
  if (canvas.measureText(text).width <= room) return text
  const share = Math.floor((text.length * room) / canvas.measureText(text).width) - 1
  return share < 2 ? '' : `${text.slice(0, share)}…`
}

/** A text on whatever is behind it. */
export const readable = (
  canvas: Canvas,
  text: string,
  x: number,
  y: number,
  { page }: Palette,
): void => {
  canvas.save()
  canvas.setLineDash([])
  canvas.lineJoin = 'round'
  canvas.lineWidth = 4
  canvas.strokeStyle = page
  canvas.strokeText(text, x, y)
  canvas.restore()
  canvas.fillText(text, x, y)
}
