/**
 * How far each node's clock was ahead or behind, a line a node. The scale is linear around zero and logarithmic
 * beyond, so that milliseconds and days show side by side.
 */
import type uPlot from 'uplot'
import type { ClockOffsets } from '../../clock-offsets.ts'
import type { PageCharts } from '../../page-data.ts'
import { aheadText } from './formats.ts'
import { lineOptions } from './lines.ts'

export const clockOptions = (
  charts: PageCharts,
  clocks: ClockOffsets,
  place: HTMLElement,
): uPlot.Options => {
  const most = clocks.nodes
    .flatMap(({ ms }) => ms)
    .reduce<number>((furthest, ms) => Math.max(furthest, Math.abs(ms ?? 0)), 10)
  // The names of the faults stand above, in a third of the height.
  const edge = Math.asinh(most * 2)
  const within = [10, 1000, 60_000, 3_600_000, 86_400_000].filter((ms) => ms <= most * 2)
  // As many as there is room for.
  const marks = within.filter((_, at) => within.length < 3 || (within.length - at) % 2 === 1)
  const y: uPlot.Scale = { distr: 4, asinh: 1, range: [-Math.sinh(edge), Math.sinh(2.1 * edge)] }
  const options = lineOptions(
    { charts, lines: clocks.nodes.length, format: aheadText, y, height: 200 },
    place,
  )
  const [bottom, left] = options.axes!
  const all: uPlot.Axis.Filter = (_, splits) => splits
  return {
    ...options,
    axes: [
      bottom!,
      {
        ...left!,
        splits: [...marks.map((ms) => -ms), 0, ...marks],
        filter: all,
        grid: { ...left!.grid, filter: all },
      },
    ],
  }
}

/** The axis is that of the other charts, whenever the samples begin and end. */
export const clockData = ({ endS }: PageCharts, { x, nodes }: ClockOffsets): uPlot.AlignedData => [
  [0, ...x, endS],
  ...nodes.map(({ ms }) => [null, ...ms, ms.at(-1) ?? null]),
]
