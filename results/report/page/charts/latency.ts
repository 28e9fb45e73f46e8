/** The latency of every operation on a logarithmic axis, a point each, in the shapes of the outcomes. */
import uPlot from 'uplot'
import type { PageCharts } from '../../page-data.ts'
import { addShape, colour } from '../canvas.ts'
import { OUTCOMES } from '../elements.tsx'
import { addBands, commonOptions, placeBands } from './plot.ts'

export const latencyPlot = (charts: PageCharts, place: HTMLElement): uPlot => {
  const all = OUTCOMES.flatMap((outcome) => charts.latencies[outcome].y)
  const low = all.reduce((least, y) => Math.min(least, y), 1) / 1.3
  const high = all.reduce((most, y) => Math.max(most, y), 1)
  // The names of the faults stand above the slowest operation.
  const top = high * (high / low) ** 0.25
  const options: uPlot.Options = {
    ...commonOptions(place, (ms) =>
      ms >= 1000 ? `${ms / 1000} s` : `${Number(ms.toPrecision(2))} ms`,
    ),
    height: 300,
    scales: { x: { time: false }, y: { distr: 3, range: [low, top] } },
    series: [{}, { stroke: 'transparent', points: { show: false } }],
    hooks: {
      init: [(plot) => addBands(plot, charts)],
      draw: [(plot) => placeBands(plot, charts), (plot) => drawPoints(plot, charts)],
    },
  }
  const data: uPlot.AlignedData = [
    [0, charts.endS],
    [null, null],
  ]
  return new uPlot(options, data, place)
}

/** Rare ones last, on top. */
const drawPoints = (plot: uPlot, charts: PageCharts): void => {
  const canvas = plot.ctx
  const { left, top, width, height } = plot.bbox
  const size = window.devicePixelRatio
  canvas.save()
  canvas.beginPath()
  canvas.rect(left, top, width, height)
  canvas.clip()
  for (const outcome of OUTCOMES) {
    const { x, y } = charts.latencies[outcome]
    canvas.fillStyle = canvas.strokeStyle = colour(outcome)
    canvas.lineWidth = 1.4 * size
    canvas.beginPath()
    for (let at = 0; at < x.length; at++) {
      const px = plot.valToPos(x[at]!, 'x', true)
      if (px < left - 9 || px > left + width + 9) continue
      addShape(canvas, outcome, px, plot.valToPos(y[at]!, 'y', true), size)
    }
    if (outcome === 'fail') canvas.stroke()
    else canvas.fill()
  }
  canvas.restore()
}
