/**
 * The latency of every operation on a logarithmic axis, a point each, in the shapes of the outcomes. Points that would
 * fall on the same place are drawn once, so a million operations cost what there is to be seen.
 */
import type uPlot from 'uplot'
import type { Operations } from '../../operations/operations.ts'
import type { PageCharts } from '../../page-data.ts'
import { addShape, colour } from '../canvas.ts'
import { OUTCOMES, type Outcome } from '../elements.tsx'
import { msText } from './formats.ts'
import { addBands, commonOptions, placeBands } from './plot.ts'
import { type Kind, latencyMs, outcomeOf, placesIn } from './series.ts'

/** The fastest and the slowest latency, ms, with room for the names of faults above. */
export const latencyRange = ({ columns, length }: Operations, endNs: number): [number, number] => {
  let low = 1
  let high = 1
  for (let place = 0; place < length; place++) {
    const ms = latencyMs(columns, place, endNs)
    if (ms < low) low = ms
    if (ms > high) high = ms
  }
  return [low / 1.3, high * ((high * 1.3) / low) ** 0.25]
}

interface LatencyChart {
  readonly charts: PageCharts
  readonly operations: Operations
  readonly kind: Kind
  /** The fastest and the slowest latency shown, ms. */
  readonly range: [number, number]
}

export const latencyOptions = (
  { charts, operations, kind, range }: LatencyChart,
  place: HTMLElement,
): uPlot.Options => ({
  ...commonOptions(place, msText),
  height: 280,
  scales: {
    x: { time: false },
    y: { distr: 3, range },
  },
  series: [{}, { stroke: 'transparent', points: { show: false } }],
  hooks: {
    init: [(plot) => addBands(plot, charts)],
    draw: [
      (plot) => placeBands(plot, charts),
      (plot) => {
        drawPoints(plot, operations, charts.endS * 1e9, kind)
      },
    ],
  },
})

/** Rare ones last, on top; nothing before the chart is filled. */
const drawPoints = (plot: uPlot, operations: Operations, endNs: number, kind: Kind): void => {
  if (plot.data[0].length === 0) return
  const canvas = plot.ctx
  const { left, top, width, height } = plot.bbox
  canvas.save()
  canvas.beginPath()
  canvas.rect(left, top, width, height)
  canvas.clip()
  for (const outcome of OUTCOMES) {
    canvas.fillStyle = canvas.strokeStyle = colour(outcome)
    canvas.lineWidth = 1.4 * devicePixelRatio
    canvas.beginPath()
    addPoints(plot, operations, endNs, { ...kind, outcome })
    if (outcome === 'fail') canvas.stroke()
    else canvas.fill()
  }
  canvas.restore()
}

const addPoints = (
  plot: uPlot,
  { columns }: Operations,
  endNs: number,
  { f, outcome }: Kind & { readonly outcome: Outcome },
): void => {
  const { left, top, width, height } = plot.bbox
  const { min = 0, max = 1 } = plot.scales.x!
  const { min: low = 1, max: high = 10 } = plot.scales.y!
  const scale = width / (max - min)
  const steep = height / Math.log(high / low)
  const [columnsAcross, rows] = [Math.ceil(width) + 1, Math.ceil(height) + 1]
  const taken = new Uint8Array(columnsAcross * rows)
  const [start, end] = placesIn(columns, { from: min * 1e9, to: max * 1e9 })
  for (let place = start; place < end; place++) {
    if (outcomeOf(columns, place) !== outcome) continue
    if (f !== undefined && columns.f[place] !== f) continue
    const x = (columns.from[place]! / 1e9 - min) * scale
    const y = height - Math.log(latencyMs(columns, place, endNs) / low) * steep
    const cell = Math.round(y) * columnsAcross + Math.round(x)
    if (taken[cell] === 1) continue
    taken[cell] = 1
    addShape(plot.ctx, outcome, left + x, top + y, devicePixelRatio)
  }
}
