/**
 * A chart on the page's axis of time: it follows the window that all panels share, and leads it when somebody drags, or
 * uses the keyboard, in it. One that is not in view waits until it is.
 */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { View } from '../view-state.ts'
import './time-chart.css'

interface TimeChartProps {
  readonly id: string
  readonly title: string
  readonly view: View
  /** Makes the chart; called once for each `options`. */
  readonly options: (place: HTMLElement) => uPlot.Options
  readonly data: uPlot.AlignedData
  /** What it shows, in one sentence, for those who do not see it. */
  readonly says: string
  /** The legend's items, and choices. */
  readonly children: ComponentChildren
}

export const TimeChart = ({ id, title, view, options, data, says, children }: TimeChartProps) => {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  useEffect(() => {
    const made = new uPlot(options(place.current!), data, place.current!)
    plot.current = made
    return attach(made, place.current!, view)
  }, [options, view])
  useEffect(() => {
    const { from, to } = view.state.window
    plot.current?.setData(data, false)
    plot.current?.setScale('x', { min: from / 1e9, max: to / 1e9 })
  }, [data])
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

/** Keeps a chart and the page's window of time at the same place, until the returned function is called. */
const attach = (plot: uPlot, place: HTMLElement, view: View): (() => void) => {
  // It takes keys.
  place.tabIndex = 0
  let inView = true
  const follow = () => {
    const { from, to } = view.state.window
    const { min, max } = plot.scales.x!
    if (inView && (min !== from / 1e9 || max !== to / 1e9))
      plot.setScale('x', { min: from / 1e9, max: to / 1e9 })
  }
  const lead = ({ scales: { x } }: uPlot, scale: string) => {
    const { from, to } = view.state.window
    if (scale !== 'x' || !inView || x?.min === undefined || x.max === undefined) return
    if (x.min !== from / 1e9 || x.max !== to / 1e9)
      view.look({ from: x.min * 1e9, to: x.max * 1e9 })
  }
  follow()
  plot.hooks.setScale = [...(plot.hooks.setScale ?? []), lead]
  const showAll = () => view.look(view.whole)
  plot.over.addEventListener('dblclick', showAll)
  const leave = view.subscribe(follow)
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  const redraw = () => plot.redraw(false)
  const size = new ResizeObserver(() =>
    plot.setSize({ width: place.clientWidth, height: plot.height }),
  )
  const sight = new IntersectionObserver(
    ([entry]) => {
      inView = entry?.isIntersecting ?? true
      follow()
    },
    { rootMargin: '400px' },
  )
  scheme.addEventListener('change', redraw)
  size.observe(place)
  sight.observe(place)
  return () => {
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
