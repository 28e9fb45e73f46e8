/**
 * A chart on the page's axis of time: it follows the window that all panels share, and leads it when somebody drags, or
 * uses the keyboard, in it. One that is not in view waits until it is.
 */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { View, Window } from '../view-state.ts'
import './time-chart.css'

interface TimeChartProps {
  readonly id: string
  readonly title: string
  readonly view: View
  /** Makes the chart; called once for each `options`. */
  readonly options: (place: HTMLElement) => uPlot.Options
  /** What it shows of a window: asked for when the window has come to rest and the chart is in view. */
  readonly series: (window: Window) => uPlot.AlignedData
  /** What it shows, in one sentence, for those who do not see it. */
  readonly says: string
  /** The legend's items, and choices. */
  readonly children: ComponentChildren
}

export const TimeChart = (props: TimeChartProps) => {
  const { id, title, view, options, series, says, children } = props
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = place.current!
    const made = options(element)
    const nothing = made.series.map((): number[] => []) as uPlot.AlignedData
    return attach(new uPlot(made, nothing, element), element, view, series)
  }, [options, series, view])
  return (
    <figure class="time-chart">
      <figcaption>
        <h3>{title}</h3>
        {children}
      </figcaption>
      <div
        class="chart"
        id={id}
        ref={place}
        role="application"
        aria-label={`${title}: ${says} Arrow keys move, plus and minus zoom, 0 shows all.`}
        onKeyDown={(event) => moveByKey(event, view)}
      />
    </figure>
  )
}

/** A chart is filled when nothing has moved for so long. */
const REST_MS = 90
/** How far outside of the screen a chart counts as in view. */
const NEAR = '400px'

/** Keeps a chart and the page's window of time at the same place, until the returned function is called. */
const attach = (
  plot: uPlot,
  place: HTMLElement,
  view: View,
  series: TimeChartProps['series'],
): (() => void) => {
  // It takes keys.
  place.tabIndex = 0
  // The observer says so at once, when it is.
  let inView = false
  let isStale = true
  const show = () => {
    const { from, to } = view.state.window
    plot.setScale('x', { min: from / 1e9, max: to / 1e9 })
  }
  const fill = () => {
    if (!inView || !isStale) return
    isStale = false
    plot.setData(series(view.state.window), false)
    show()
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  const follow = () => {
    const { from, to } = view.state.window
    const { min, max } = plot.scales.x!
    if (min === from / 1e9 && max === to / 1e9) return
    if (inView) show()
    isStale = true
    clearTimeout(timer)
    timer = setTimeout(fill, REST_MS)
  }
  const lead = ({ scales: { x } }: uPlot, scale: string) => {
    const { from, to } = view.state.window
    if (scale !== 'x' || !inView || x?.min === undefined || x.max === undefined) return
    if (x.min !== from / 1e9 || x.max !== to / 1e9)
      view.look({ from: x.min * 1e9, to: x.max * 1e9 })
  }
  show()
  plot.hooks.setScale = [...(plot.hooks.setScale ?? []), lead]
  plot.over.addEventListener('dblclick', () => view.look(view.whole))
  const leave = view.subscribe(follow)
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  const redraw = () => plot.redraw(false)
  const size = new ResizeObserver(() =>
    plot.setSize({ width: place.clientWidth, height: plot.height }),
  )
  const sight = new IntersectionObserver(
    ([entry]) => {
      inView = entry?.isIntersecting ?? true
      if (!inView) return
      show()
      clearTimeout(timer)
      timer = setTimeout(fill, REST_MS)
    },
    { rootMargin: NEAR },
  )
  scheme.addEventListener('change', redraw)
  size.observe(place)
  sight.observe(place)
  return () => {
    clearTimeout(timer)
    leave()
    scheme.removeEventListener('change', redraw)
    size.disconnect()
    sight.disconnect()
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
