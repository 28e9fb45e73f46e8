/**
 * The fate plot: of what was added in each stretch of time, how much is there in the end, is lost, or nobody can say;
 * stacked, each with a pattern of its own.
 */
import type uPlot from 'uplot'
import type { Fate, FatePlot } from '../../fates.ts'
import type { PageCharts } from '../../page-data.ts'
import { colour } from '../canvas.ts'
import { countText } from './formats.ts'
import { fromZero, lineOptions } from './lines.ts'

interface FateGroup {
  /** The class `fate-NAME` of its swatch. */
  readonly name: string
  readonly says: string
  readonly fates: readonly Fate[]
  /** A colour of the style, and how its area is hatched. */
  readonly colour: string
  readonly hatch: 'plain' | 'dots' | 'lines'
}

/** From the bottom of the stack to its top. */
export const FATE_GROUPS: readonly FateGroup[] = [
  { name: 'ok', says: 'ok', fates: ['kept', 'recovered', 'removed'], colour: 'ok', hatch: 'plain' },
  { name: 'late', says: 'late', fates: ['late'], colour: 'info', hatch: 'plain' },
  { name: 'unknown', says: 'unknown', fates: ['unknown'], colour: 'quiet', hatch: 'dots' },
  { name: 'lost', says: 'lost', fates: ['lost', 'wrong'], colour: 'bad', hatch: 'lines' },
]

export const groupTotal = ({ totals }: FatePlot, { fates }: FateGroup): number =>
  fates.reduce((sum, fate) => sum + totals[fate], 0)

/** Sums from the bottom up, the highest first: each is drawn over the one before. */
export const fateData = ({ x, counts, stepS }: FatePlot): uPlot.AlignedData => {
  const inGroup = FATE_GROUPS.map(({ fates }) =>
    x.map((_, bin) => fates.reduce((sum, fate) => sum + counts[fate][bin]!, 0)),
  )
  const stacked = inGroup.map((_, group) =>
    x.map((_, bin) => inGroup.slice(0, group + 1).reduce((sum, one) => sum + one[bin]!, 0)),
  )
  const end = (x.at(-1) ?? 0) + stepS
  return [[...x, end], ...stacked.toReversed().map((line) => [...line, line.at(-1) ?? 0])]
}

export const fateOptions = (charts: PageCharts, place: HTMLElement): uPlot.Options => {
  const options = lineOptions(
    { charts, lines: FATE_GROUPS.length, format: countText, y: fromZero, height: 200 },
    place,
  )
  const [time, ...lines] = options.series
  return {
    ...options,
    series: [
      time!,
      ...lines.map((line, at) => {
        const group = FATE_GROUPS[FATE_GROUPS.length - 1 - at]!
        return {
          ...line,
          width: 0.8,
          dash: [],
          stroke: () => colour(group.colour),
          fill: ({ ctx }: uPlot) => hatched(ctx, group),
        }
      }),
    ],
  }
}

const TILE = 6

/** A pattern over the page's ground, so that what is below does not show through. */
const hatched = (
  canvas: CanvasRenderingContext2D,
  { colour: name, hatch }: FateGroup,
): CanvasPattern | string => {
  if (hatch === 'plain') return colour(name)
  const size = TILE * devicePixelRatio
  const tile = new OffscreenCanvas(size, size)
  const pen = tile.getContext('2d')!
  pen.fillStyle = colour('page')
  pen.fillRect(0, 0, size, size)
  pen.fillStyle = pen.strokeStyle = colour(name)
  if (hatch === 'dots') pen.fillRect(size / 3, size / 3, size / 3, size / 3)
  else {
    pen.lineWidth = size / 3
    pen.beginPath()
    for (const at of [-size / 2, size / 2, (3 * size) / 2]) {
      pen.moveTo(at - size, size)
      pen.lineTo(at + size, -size)
    }
    pen.stroke()
  }
  return canvas.createPattern(tile, 'repeat') ?? colour(name)
}
