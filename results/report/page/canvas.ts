/** Drawing on canvases in the page's colours and in the shapes of the outcomes. */
import type { Outcome } from './elements.tsx'

/** A colour of the page's style at this moment. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

const NAMES = [
  'page',
  'card',
  'text',
  'quiet',
  'line',
  'ok',
  'fail',
  'info',
  'bad',
  'band',
  'band-edge',
  'leader',
] as const

/** The colours that a picture needs, read once: asking the style for each shape would take longer than drawing. */
export type Palette = Readonly<Record<(typeof NAMES)[number], string>>

export const palette = (): Palette => {
  const style = getComputedStyle(document.documentElement)
  const read = NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()] as const)
  return Object.fromEntries(read) as Palette
}

/** Adds an outcome's shape to the path: a disc for ok, a cross for fail (to be stroked), a triangle for info. */
export const addShape = (
  canvas: CanvasPath,
  outcome: Outcome,
  x: number,
  y: number,
  size: number,
): void => {
  if (outcome === 'ok') {
    canvas.moveTo(x + 1.5 * size, y)
    canvas.arc(x, y, 1.5 * size, 0, 2 * Math.PI)
    return
  }
  const r = 3 * size
  canvas.moveTo(x - r, y + (outcome === 'info' ? r : -r))
  if (outcome === 'info') {
    canvas.lineTo(x, y - r)
    canvas.lineTo(x + r, y + r)
    canvas.closePath()
  } else {
    canvas.lineTo(x + r, y + r)
    canvas.moveTo(x - r, y + r)
    canvas.lineTo(x + r, y - r)
  }
}
