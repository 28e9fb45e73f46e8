/**
 * Latency and rate over time (and clocks, where they were shifted) on one axis. Zoom with the mouse or the
 * keyboard moves all charts, and the window of the page with them.
 */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import type { PageCharts } from '../../page-data.ts'
import { clockPlot, LINES } from '../charts/clocks.ts'
import { latencyPlot } from '../charts/latency.ts'
import { ratePlot } from '../charts/rate.ts'
import { OUTCOMES, Sign } from '../elements.tsx'
import type { PanelProps } from '../run-data.ts'
import type { View } from '../view-state.ts'

export const Charts = ({ data, view }: PanelProps) => {
  const { charts } = data.page
  const { clocks } = charts
  return (
    <div class="charts">
      <Chart
        id="latency"
        title="Latency of each operation"
        draw={latencyPlot}
        {...{ charts, view }}
      >
        {OUTCOMES.map((outcome) => {
          const { x, total } = charts.latencies[outcome]
          const thinned = x.length < total ? `, ${x.length.toLocaleString('en-US')} drawn` : ''
          return (
            <li key={outcome}>
              <Sign outcome={outcome} />
              {`${outcome} ${total.toLocaleString('en-US')}${thinned}`}
            </li>
          )
        })}
      </Chart>
      <Chart id="rate" title="Completions a second" draw={ratePlot} {...{ charts, view }}>
        {OUTCOMES.map((outcome) => (
          <li key={outcome}>
            <span class={`stroke ${outcome}`} />
            {outcome}
          </li>
        ))}
      </Chart>
      {clocks === undefined ? null : (
        <Chart
          id="clocks"
          title="Clocks ahead of the host"
          draw={(all, place) => clockPlot(all, clocks, place)}
          {...{ charts, view }}
        >
          {clocks.nodes.map(({ name }, at) => (
            <li key={name}>
              <span class={`stroke line-${at % LINES.length}`} />
              <bdi>{name}</bdi>
            </li>
          ))}
        </Chart>
      )}
      <p class="quiet">
        Drag to zoom, double-click to see all; on the keyboard + − ← → 0.{' '}
        {charts.bands.length === 0 ? '' : 'Bands are faults, dashed lines changes of leader.'}
      </p>
    </div>
  )
}

interface ChartProps {
  readonly id: string
  readonly title: string
  readonly charts: PageCharts
  readonly view: View
  readonly draw: (charts: PageCharts, place: HTMLElement) => uPlot
  readonly children: ComponentChildren
}

const Chart = ({ id, title, charts, view, draw, children }: ChartProps) => {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => attach(draw(charts, place.current!), place.current!, view), [charts, view])
  return (
    <figure>
      <figcaption>
        <h3>{title}</h3>
        <ul class="legend">{children}</ul>
      </figcaption>
      <div
        class="chart"
        id={id}
        ref={place}
        role="application"
        aria-label={`${title}. Arrow keys move, plus and minus zoom, 0 shows all.`}
        onKeyDown={(event) => moveByKey(event, view)}
      />
    </figure>
  )
}

/** Keeps a chart and the page's window of time at the same place, until the returned function is called. */
const attach = (plot: uPlot, place: HTMLElement, view: View): (() => void) => {
  // It takes keys.
  place.tabIndex = 0
  const follow = () => {
    const { from, to } = view.state.window
    const { min, max } = plot.scales.x!
    if (min !== from / 1e9 || max !== to / 1e9)
      plot.setScale('x', { min: from / 1e9, max: to / 1e9 })
  }
  const lead = ({ scales: { x } }: uPlot, scale: string) => {
    const { from, to } = view.state.window
    if (scale !== 'x' || x?.min === undefined || x.max === undefined) return
    if (x.min !== from / 1e9 || x.max !== to / 1e9)
      view.look({ from: x.min * 1e9, to: x.max * 1e9 })
  }
  follow()
  plot.hooks.setScale = [...(plot.hooks.setScale ?? []), lead]
  const leave = view.subscribe(follow)
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  const redraw = () => plot.redraw(false)
  const size = new ResizeObserver(() =>
    plot.setSize({ width: place.clientWidth, height: plot.height }),
  )
  scheme.addEventListener('change', redraw)
  size.observe(place)
  return () => {
    leave()
    scheme.removeEventListener('change', redraw)
    size.disconnect()
    plot.destroy()
  }
}

/** Moves and zooms the page's window; the whole run stays the limit. */
const moveByKey = (event: KeyboardEvent, view: View): void => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const moves: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => view.pan(-1 / 8),
    ArrowRight: () => view.pan(1 / 8),
    '+': () => view.zoom(1 / 2),
    '=': () => view.zoom(1 / 2),
    '-': () => view.zoom(2),
    '0': () => view.look(view.whole),
  }
  const move = moves[event.key]
  if (move === undefined) return
  event.preventDefault()
  move()
}
