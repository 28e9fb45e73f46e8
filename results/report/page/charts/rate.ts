/** Completions a second, a line for each outcome. */
import uPlot from 'uplot'
import type { PageCharts } from '../../page-data.ts'
import { colour } from '../canvas.ts'
import { OUTCOMES } from '../elements.tsx'
import { addBands, commonOptions, placeBands } from './plot.ts'

export const ratePlot = (charts: PageCharts, place: HTMLElement): uPlot => {
  const { x, ok, fail, info } = charts.rates
  const dashes = { ok: [], fail: [6, 4], info: [2, 3] }
  const options: uPlot.Options = {
    ...commonOptions(place, (value) => value.toLocaleString('en-US')),
    height: 200,
    scales: {
      x: { time: false },
      y: { range: (_, __, most) => [0, Math.max(1, (most ?? 1) * 1.4)] },
    },
    series: [
      {},
      ...OUTCOMES.map((outcome) => ({
        stroke: () => colour(outcome),
        width: 1.6,
        dash: dashes[outcome],
        paths: uPlot.paths.stepped!({ align: 1 }),
        points: { show: false },
      })),
    ],
    hooks: {
      init: [(plot) => addBands(plot, charts)],
      draw: [(plot) => placeBands(plot, charts)],
    },
  }
  const closed = (column: readonly number[]) => [...column, column.at(-1) ?? 0]
  return new uPlot(options, [[...x, charts.endS], closed(ok), closed(fail), closed(info)], place)
}
