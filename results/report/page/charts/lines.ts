/** Charts of lines: each has a colour and a dash of its own, so that colour is not all that tells them apart. */
import uPlot from 'uplot'
import type { PageCharts } from '../../page-data.ts'
import { colour } from '../canvas.ts'
import { addBands, commonOptions, placeBands } from './plot.ts'

/** Names of colours and of dashes, as the style has them: `line-0` …; later lines begin again. */
export const LINES = [
  { name: 'ok', dash: [] },
  { name: 'fail', dash: [6, 4] },
  { name: 'info', dash: [2, 3] },
  { name: 'leader', dash: [10, 3] },
  { name: 'broken', dash: [6, 2, 2, 2] },
  { name: 'bad', dash: [3, 2] },
] as const

interface LineChart {
  readonly charts: PageCharts
  /** How many lines. */
  readonly lines: number
  readonly height?: number
  readonly format: (value: number) => string
  readonly y: uPlot.Scale
  /** Filled below the lines, each over the one before. */
  readonly filled?: readonly string[]
}

/** Stepped lines over time. */
export const lineOptions = (
  { charts, lines, height = 190, format, y, filled = [] }: LineChart,
  place: HTMLElement,
): uPlot.Options => ({
  ...commonOptions(place, format),
  height,
  scales: { x: { time: false }, y },
  series: [
    {},
    ...Array.from({ length: lines }, (_, at): uPlot.Series => {
      const style = LINES[at % LINES.length]!
      const fill = filled[at]
      return {
        stroke: () => colour(fill ?? style.name),
        ...(fill === undefined ? {} : { fill: () => colour(fill) }),
        width: fill === undefined ? 1.6 : 0,
        dash: fill === undefined ? [...style.dash] : [],
        paths: uPlot.paths.stepped!({ align: 1 }),
        points: { show: false },
      }
    }),
  ],
  hooks: {
    init: [(plot) => addBands(plot, charts)],
    draw: [(plot) => placeBands(plot, charts)],
  },
})

/** From zero to a bit above the highest, so that the names of faults have room. */
export const fromZero: uPlot.Scale = {
  range: (_, __, most) => [0, Math.max(1e-9, most ?? 1) * 1.4],
}
