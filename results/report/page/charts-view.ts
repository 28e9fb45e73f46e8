/**
 * Latency and rate over time (and clocks, where they were shifted) on one axis, with the faults as bands and changes of leader as lines. Both
 * are elements over and under the canvas, so they follow the colour scheme and can be read out. Zoom
 * with the mouse or the keyboard moves all charts. Runs in the browser: see script.ts.
 */
import type uPlotType from 'uplot'
import type { PageCharts } from '../page-data.ts'
import type { PageCanvas, PageDocument, PageElement, PageEvent, PageWindow } from './dom.ts'

declare const document: PageDocument
declare const window: PageWindow
declare const uPlot: typeof uPlotType
declare const h: typeof import('./elements.ts').h
declare const sign: typeof import('./elements.ts').sign
declare const clockLegend: typeof import('./clocks-view.ts').clockLegend
declare const clockPlot: typeof import('./clocks-view.ts').clockPlot

export const OUTCOMES = ['ok', 'fail', 'info'] as const

/** The charts, to be filled by `drawCharts` when the element stands in the page. */
export const chartsView = (charts: PageCharts): PageElement => {
  const view = h('div', 'charts')
  const figure = (id: string, title: string, legend: readonly PageElement[]) => {
    const place = h('div', 'chart')
    place.setAttribute('id', id)
    place.setAttribute('tabindex', '0')
    place.setAttribute('role', 'group')
    place.setAttribute('aria-label', `${title}. Arrow keys move, plus and minus zoom, 0 shows all.`)
    return h(
      'figure',
      '',
      h('figcaption', '', h('h3', '', title), h('ul', 'legend', ...legend)),
      place,
    )
  }
  const points = OUTCOMES.map((outcome) => {
    const { x, total } = charts.latencies[outcome]
    const thinned = x.length < total ? `, ${x.length.toLocaleString('en-US')} drawn` : ''
    return h('li', '', sign(outcome), `${outcome} ${total.toLocaleString('en-US')}${thinned}`)
  })
  const lines = OUTCOMES.map((outcome) => h('li', '', h('span', `stroke ${outcome}`), outcome))
  view.append(
    figure('latency', 'Latency of each operation', points),
    figure('rate', 'Completions a second', lines),
    ...(charts.clocks === undefined
      ? []
      : [figure('clocks', 'Clocks ahead of the host', clockLegend(charts.clocks))]),
    h(
      'p',
      'quiet',
      'Drag to zoom, double-click to see all; on the keyboard + − ← → 0. ',
      charts.bands.length === 0 ? '' : 'Bands are faults, dashed lines changes of leader.',
    ),
  )
  return view
}

export const drawCharts = (charts: PageCharts): void => {
  const ids = ['latency', 'rate', ...(charts.clocks === undefined ? [] : ['clocks'])]
  const places = ids.map((id) => document.getElementById(id)!)
  const plots = [latencyPlot(charts, places[0]!), ratePlot(charts, places[1]!)]
  if (charts.clocks !== undefined) plots.push(clockPlot(charts, charts.clocks, places[2]!))
  const redraw = () => {
    for (const plot of plots) plot.redraw(false)
  }
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)
  window.addEventListener('resize', () => {
    plots.forEach((plot, at) => {
      plot.setSize({ width: places[at]!.clientWidth, height: plot.height })
    })
  })
  for (const place of places)
    place.addEventListener('keydown', (event) => moveByKey(event, plots, charts.endS))
}

/** A colour of the page's style at this moment. */
export const colour = (name: string): string =>
  window.getComputedStyle(document.body).getPropertyValue(`--${name}`).trim()

/** What both charts have in common. */
export const commonOptions = (
  place: PageElement,
  format: (value: number) => string,
): Pick<uPlotType.Options, 'width' | 'cursor' | 'legend' | 'axes'> => {
  const axis = {
    stroke: () => colour('quiet'),
    ticks: { stroke: () => colour('line'), width: 1, size: 4 },
    font: '12px system-ui, sans-serif',
  }
  return {
    width: place.clientWidth,
    legend: { show: false },
    cursor: { sync: { key: 'time' }, points: { show: false }, drag: { x: true, y: false } },
    axes: [
      {
        ...axis,
        size: 34,
        grid: { show: false },
        values: (_, at) => at.map((s) => `${Number(s.toFixed(6))} s`),
      },
      {
        ...axis,
        size: 60,
        grid: { stroke: () => colour('line'), width: 1, filter: gridLines },
        values: (_, at) => at.map((value) => (value === null ? '' : format(value))),
      },
    ],
  }
}

/** Lines at 1, 10, 100 … of a logarithmic axis, and none behind the names at the top. */
export const gridLines: uPlotType.Axis.Filter = (plot, splits) => {
  const {
    distr,
    min = 0,
    max = 1,
  } = plot.scales.y as { distr?: number; min?: number; max?: number }
  const scaled = distr === 3 ? Math.log10 : Number
  const height = (value: number) => (scaled(value) - scaled(min)) / (scaled(max) - scaled(min))
  const whole = (value: number) => distr !== 3 || Number.isInteger(Math.log10(value))
  return splits.map((value) => (whole(value) && height(value) < 0.82 ? value : null) as number)
}

export const latencyPlot = (charts: PageCharts, place: PageElement): uPlotType => {
  const all = OUTCOMES.flatMap((outcome) => charts.latencies[outcome].y)
  const low = all.reduce((least, y) => Math.min(least, y), 1) / 1.3
  const high = all.reduce((most, y) => Math.max(most, y), 1)
  // The names of the faults stand above the slowest operation.
  const top = high * (high / low) ** 0.25
  const options: uPlotType.Options = {
    ...commonOptions(place, (ms) =>
      ms >= 1000 ? `${ms / 1000} s` : `${Number(ms.toPrecision(2))} ms`,
    ),
    height: 300,
    scales: {
      x: { time: false },
      y: {
        distr: 3,
        range: [low, top],
      },
    },
    series: [{}, { stroke: 'transparent', points: { show: false } }],
    hooks: {
      init: [(plot) => addBands(plot, charts)],
      draw: [(plot) => placeBands(plot, charts), (plot) => drawPoints(plot, charts)],
    },
  }
  return new uPlot(
    options,
    [
      [0, charts.endS],
      [null, null],
    ],
    place as never,
  )
}

/** A disc for ok, a cross for fail, a triangle for info: rare ones last, on top. */
export const drawPoints = (plot: uPlotType, charts: PageCharts): void => {
  const canvas = plot.ctx as unknown as PageCanvas
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
      const py = plot.valToPos(y[at]!, 'y', true)
      drawPoint(canvas, outcome, px, py, size)
    }
    if (outcome === 'fail') canvas.stroke()
    else canvas.fill()
  }
  canvas.restore()
}

export const drawPoint = (
  canvas: PageCanvas,
  outcome: (typeof OUTCOMES)[number],
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

export const ratePlot = (charts: PageCharts, place: PageElement): uPlotType => {
  const { x, ok, fail, info } = charts.rates
  const dashes = { ok: [], fail: [6, 4], info: [2, 3] }
  const stepped = uPlot.paths.stepped!({ align: 1 })
  const options: uPlotType.Options = {
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
        paths: stepped,
        points: { show: false },
      })),
    ],
    hooks: {
      init: [(plot) => addBands(plot, charts)],
      draw: [(plot) => placeBands(plot, charts)],
    },
  }
  const closed = (column: readonly number[]) => [...column, column.at(-1) ?? 0]
  const data = [[...x, charts.endS], closed(ok), closed(fail), closed(info)]
  return new uPlot(options, data as uPlotType.AlignedData, place as never)
}

/** The bands and lines of a chart, placed by `placeBands` whenever its axis changes. */
export const addBands = (plot: uPlotType, charts: PageCharts): void => {
  const under = plot.under as unknown as PageElement
  const tipped = (element: PageElement, tip: string) => {
    element.setAttribute('title', tip)
    return element
  }
  under.append(
    ...charts.bands.map(({ name, targets }) =>
      tipped(h('div', 'band', h('bdi', '', name), h('bdi', '', targets)), `${name} on ${targets}`),
    ),
    ...charts.marks.map(({ label, name }) =>
      tipped(h('div', 'mark', h('bdi', '', `→ ${name}`)), label),
    ),
  )
}

/** Places them; a name may take the room until the next one begins. */
export const placeBands = (plot: uPlotType, charts: PageCharts): void => {
  const elements = (plot.under as unknown as { children: ArrayLike<PageElement> }).children
  const x = (value: number) => plot.valToPos(value, 'x')
  const place = (at: number, from: number, next: number | undefined) => {
    const { style } = elements[at]!
    style.setProperty('left', `${x(from)}px`)
    style.setProperty('--room', next === undefined ? 'none' : `${x(next) - x(from) - 4}px`)
  }
  charts.bands.forEach(({ from, to }, at) => {
    place(at, from, charts.bands[at + 1]?.from)
    elements[at]!.style.setProperty('width', `${Math.max(2, x(to) - x(from))}px`)
  })
  charts.marks.forEach(({ at: time }, at) => {
    place(charts.bands.length + at, time, charts.marks[at + 1]?.at)
  })
}

/** Moves and zooms both charts; the whole run stays the limit. */
export const moveByKey = (event: PageEvent, plots: readonly uPlotType[], endS: number): void => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const { min = 0, max = endS } = plots[0]!.scales.x as { min?: number; max?: number }
  const span = max - min
  const moves: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [min - span / 8, max - span / 8],
    ArrowRight: [min + span / 8, max + span / 8],
    '+': [min + span / 4, max - span / 4],
    '=': [min + span / 4, max - span / 4],
    '-': [min - span / 2, max + span / 2],
    '0': [0, endS],
  }
  const move = moves[event.key]
  if (move === undefined) return
  event.preventDefault()
  const width = Math.min(endS, Math.max(move[1] - move[0], endS / 10_000))
  const from = Math.min(Math.max(0, move[0]), endS - width)
  for (const plot of plots) plot.setScale('x', { min: from, max: from + width })
}
