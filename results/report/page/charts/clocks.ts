/**
 * How far each node's clock was ahead or behind, a line a node, on the axis of the other charts. The scale
 * is linear around zero and logarithmic beyond, so that milliseconds and days show side by side.
 */
import uPlot from 'uplot'
import type { ClockOffsets } from '../../clock-offsets.ts'
import type { PageCharts } from '../../page-data.ts'
import { colour } from '../canvas.ts'
import { addBands, commonOptions, placeBands } from './plot.ts'

/** Names of colours and of dashes, as the style has them: `line-0` …; later nodes begin again. */
export const LINES = [
  { name: 'ok', dash: [] },
  { name: 'fail', dash: [6, 4] },
  { name: 'info', dash: [2, 3] },
  { name: 'leader', dash: [10, 3] },
  { name: 'broken', dash: [6, 2, 2, 2] },
  { name: 'bad', dash: [3, 2] },
] as const

/** `+1.5 s`, `−2 h`. */
const aheadText = (ms: number): string => {
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
    [1, 'ms'],
  ] as const
  if (ms === 0) return '0'
  const [size, unit] = units.find(([least]) => Math.abs(ms) >= least) ?? units[4]
  return `${ms < 0 ? '−' : '+'}${Number(Math.abs(ms / size).toPrecision(2))} ${unit}`
}

export const clockPlot = (charts: PageCharts, clocks: ClockOffsets, place: HTMLElement): uPlot => {
  const most = clocks.nodes
    .flatMap(({ ms }) => ms)
    .reduce<number>((furthest, ms) => Math.max(furthest, Math.abs(ms ?? 0)), 10)
  // The names of the faults stand above, in a third of the height.
  const edge = Math.asinh(most * 2)
  const within = [10, 1000, 60_000, 3_600_000, 86_400_000].filter((ms) => ms <= most * 2)
  // As many as there is room for.
  const marks = within.filter((_, at) => within.length < 3 || (within.length - at) % 2 === 1)
  const options: uPlot.Options = {
    ...commonOptions(place, aheadText),
    height: 200,
    scales: {
      x: { time: false },
      y: { distr: 4, asinh: 1, range: [-Math.sinh(edge), Math.sinh(2.1 * edge)] },
    },
    series: [
      {},
      ...clocks.nodes.map((_, at) => ({
        stroke: () => colour(LINES[at % LINES.length]!.name),
        width: 1.6,
        dash: [...LINES[at % LINES.length]!.dash],
        paths: uPlot.paths.stepped!({ align: 1 }),
        points: { show: false },
      })),
    ],
    hooks: {
      init: [(plot) => addBands(plot, charts)],
      draw: [(plot) => placeBands(plot, charts)],
    },
  }
  const [bottom, left] = options.axes!
  options.axes = [
    bottom!,
    {
      ...left!,
      splits: [...marks.map((ms) => -ms), 0, ...marks],
      filter: (_, splits) => splits,
      grid: { ...left!.grid, filter: (_, splits) => splits },
    },
  ]
  // The axis is that of the other charts, whenever the samples begin and end.
  const data = [
    [0, ...clocks.x, charts.endS],
    ...clocks.nodes.map(({ ms }) => [null, ...ms, ms.at(-1) ?? null]),
  ]
  return new uPlot(options, data as uPlot.AlignedData, place)
}
