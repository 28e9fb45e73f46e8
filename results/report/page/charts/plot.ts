/**
 * What the charts have in common: axes in the page's colours, faults as bands and changes of leader as
 * lines. Both are elements over and under the canvas, so they follow the colour scheme and can be read out.
 */
import type uPlot from 'uplot'
import type { PageCharts } from '../../page-data.ts'
import { colour } from '../canvas.ts'

/** Options of every chart on the axis of time; zoom reaches all that share the cursor's key. */
export const commonOptions = (
  place: HTMLElement,
  format: (value: number) => string,
): Pick<uPlot.Options, 'width' | 'cursor' | 'legend' | 'axes'> => {
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
const gridLines: uPlot.Axis.Filter = (plot, splits) => {
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

/** The bands and lines of a chart, placed by `placeBands` whenever its axis changes. */
export const addBands = (plot: uPlot, charts: PageCharts): void => {
  plot.under.append(
    ...charts.bands.map(({ name, targets }) =>
      element('band', `${name} on ${targets}`, [name, targets]),
    ),
    ...charts.marks.map(({ label, name }) => element('mark', label, [`→ ${name}`])),
  )
}

const element = (name: string, tip: string, texts: readonly string[]): HTMLElement => {
  const box = document.createElement('div')
  box.className = name
  box.title = tip
  box.append(
    ...texts.map((text) => {
      const line = document.createElement('bdi')
      line.textContent = text
      return line
    }),
  )
  return box
}

/** Places them; a name may take the room until the next one begins. */
export const placeBands = (plot: uPlot, charts: PageCharts): void => {
  const elements = plot.under.children as HTMLCollectionOf<HTMLElement>
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
