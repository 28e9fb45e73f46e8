/**
 * The proof on the page: the checker's sentence, the drawing of the few operations on their processes,
 * and the table of the same operations. Runs in the browser: see script.ts.
 */
import type { Drawing } from '../drawing.ts'
import type { PageProof } from '../page-data.ts'
import type { PageElement } from './dom.ts'

declare const h: typeof import('./elements.ts').h
declare const svg: typeof import('./elements.ts').svg
declare const sign: typeof import('./elements.ts').sign
declare const table: typeof import('./elements.ts').table
declare const lineList: typeof import('./elements.ts').lineList

/** Sizes of the drawing in its own units, which are pixels at full width. */
export const SIZE = { width: 1040, top: 30, lane: 46, bottom: 30, character: 6.7 }

export const proofView = (proof: PageProof): PageElement => {
  const view = h(
    'article',
    'proof',
    h('h3', '', proof.title),
    h('p', '', h('bdi', '', proof.summary)),
  )
  if (proof.drawing !== undefined)
    view.append(
      h('div', 'scroll', drawingView(proof.drawing)),
      h(
        'p',
        'quiet',
        'Time runs to the right in its true order; long stretches are drawn shorter.',
      ),
    )
  if (proof.around.length > 0) view.append(h('h4', '', 'Meanwhile'), lineList(proof.around))
  const outcomeColumn = proof.table.heads.indexOf('outcome')
  view.append(
    table(proof.table, (row, column) =>
      column === outcomeColumn ? sign(proof.outcomes[row]!) : undefined,
    ),
  )
  if (proof.more !== '') view.append(h('p', 'quiet', proof.more))
  return view
}

/** Bars on lanes over an axis of time, with the faults behind them. */
export const drawingView = (drawing: Drawing): PageElement => {
  const { width, top, lane, bottom, character } = SIZE
  const left = Math.max(...drawing.lanes.map((name) => name.length)) * character + 16
  const height = top + drawing.lanes.length * lane + bottom
  const x = (place: number) => left + place * (width - left)
  const picture = svg('svg', {
    class: 'drawing',
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-label': 'The operations of the proof on their processes; the table below says the same',
  })
  for (const band of drawing.bands) picture.append(...bandShapes(band, x, height))
  drawing.lanes.forEach((name, at) => {
    const y = top + at * lane + 29
    picture.append(
      svg('line', { class: 'lane', x1: left, x2: width, y1: y, y2: y }),
      svg('text', { class: 'lane-name', x: 0, y: y + 4 }, name),
    )
  })
  for (const mark of drawing.marks)
    picture.append(
      svg(
        'line',
        { class: 'leader', x1: x(mark.at), x2: x(mark.at), y1: top - 6, y2: height - bottom },
        svg('title', {}, mark.label),
      ),
      svg('text', { class: 'leader-name', x: x(mark.at) + 5, y: top - 2 }, mark.name),
    )
  picture.append(...barShapes(drawing, x), ...tickShapes(drawing, x, height))
  return picture
}

export const bandShapes = (
  { from, to, label }: Drawing['bands'][number],
  x: (place: number) => number,
  height: number,
): PageElement[] => {
  const start = x(from)
  const room = Math.floor((x(to) - start - 10) / SIZE.character)
  const shapes = [
    svg(
      'rect',
      { class: 'band', x: start, y: 0, width: x(to) - start, height: height - SIZE.bottom },
      svg('title', {}, label),
    ),
  ]
  if (room > 3)
    shapes.push(svg('text', { class: 'band-name', x: start + 6, y: 15 }, shortened(label, room)))
  return shapes
}

/** The bars with their labels above them, cut to the room there is until the next one of the lane. */
export const barShapes = (drawing: Drawing, x: (place: number) => number): PageElement[] => {
  const { width, top, lane, character } = SIZE
  const taken = drawing.lanes.map(() => x(0))
  return drawing.bars.flatMap((bar, at) => {
    const y = top + bar.lane * lane
    const next = drawing.bars.slice(at + 1).find((other) => other.lane === bar.lane)
    const right = next === undefined ? width : x(next.from) - 8
    const wanted = bar.label.length * character
    const start = Math.max(taken[bar.lane]!, Math.min(x(bar.from), right - wanted))
    const label = shortened(bar.label, Math.floor((right - start) / character))
    taken[bar.lane] = start + label.length * character + 8
    const size = Math.max(6, x(bar.to) - x(bar.from))
    const tip = svg('title', {}, `${bar.label} (${bar.outcome})`)
    return [
      svg('text', { class: 'bar-name', x: start, y: y + 16 }, label),
      svg(
        'rect',
        { class: `bar ${bar.outcome}`, x: x(bar.from), y: y + 23, width: size, height: 12, rx: 3 },
        tip,
      ),
    ]
  })
}

/** As many of the moments as there is room for, and always the first. */
export const tickShapes = (
  drawing: Drawing,
  x: (place: number) => number,
  height: number,
): PageElement[] => {
  const y = height - SIZE.bottom
  let taken = 0
  const shapes = [svg('line', { class: 'axis', x1: x(0), x2: SIZE.width, y1: y, y2: y })]
  for (const { at, label } of drawing.ticks) {
    const half = (label.length * SIZE.character) / 2
    const centre = Math.min(Math.max(x(at), x(0) + half), SIZE.width - half)
    shapes.push(svg('line', { class: 'axis', x1: x(at), x2: x(at), y1: y, y2: y + 4 }))
    if (centre - half < taken) continue
    taken = centre + half + 12
    shapes.push(
      svg('text', { class: 'tick', x: centre, y: y + 18, 'text-anchor': 'middle' }, label),
    )
  }
  return shapes
}

export const shortened = (text: string, room: number): string =>
  text.length <= room ? text : room < 2 ? '' : `${text.slice(0, room - 1)}…`
