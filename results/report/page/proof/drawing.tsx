/**
 * The operations of a proof as bars on the lanes of their processes, over an axis of time that keeps the true order:
 * with the faults behind them, what was over before something else began as thin arrows, the edges of the
 * proof as thick ones, and a cross at the operation that cannot be.
 */
import './drawing.css'
import type { Drawing } from '../../drawing.ts'
import type { View } from '../view-state.ts'
import { Edges, Orders } from './arrows.tsx'
import { reveal } from './reveal.tsx'

/** Sizes of the drawing in its own units, which are pixels at full width. */
const SIZE = { width: 1040, top: 34, lane: 50, bottom: 30, character: 6.7 }

/** From a place on the axis to the drawing's units. */
type Scale = (place: number) => number

interface DrawingProps {
  readonly drawing: Drawing
  readonly view: View
}

export const ProofDrawing = ({ drawing, view }: DrawingProps) => {
  const { width, top, lane, bottom, character } = SIZE
  const left = Math.max(...drawing.lanes.map((name) => name.length)) * character + 16
  const height = top + drawing.lanes.length * lane + bottom
  const x: Scale = (place) => left + place * (width - left - 18)
  const bars = drawing.bars.map((bar) => ({
    from: x(bar.from),
    to: Math.max(x(bar.from) + 6, x(bar.to)),
    y: top + bar.lane * lane + 29,
  }))
  return (
    <svg
      class="drawing"
      viewBox={`0 0 ${width} ${height}`}
      aria-label="The operations of the proof on their processes, in the order of time"
    >
      {drawing.bands.map((band) => (
        <Band key={band.label} {...band} x={x} height={height} />
      ))}
      {drawing.lanes.map((name, at) => {
        const y = top + at * lane + 29
        return (
          <g key={name}>
            <line class="lane" x1={left} x2={width} y1={y} y2={y} />
            <text class="lane-name" x={0} y={y + 4}>
              {name}
            </text>
          </g>
        )
      })}
      {drawing.marks.map((mark) => (
        <g key={mark.label}>
          <line class="leader" x1={x(mark.at)} x2={x(mark.at)} y1={top - 6} y2={height - bottom}>
            <title>{mark.label}</title>
          </line>
          <text class="leader-name" x={x(mark.at) + 5} y={top - 4}>
            {mark.name}
          </text>
        </g>
      ))}
      <Orders bars={bars} before={drawing.before} />
      <Bars drawing={drawing} x={x} view={view} />
      <Edges bars={bars} edges={drawing.edges} />
      <Ticks drawing={drawing} x={x} y={height - bottom} />
    </svg>
  )
}

const Band = ({
  from,
  to,
  label,
  x,
  height,
}: Drawing['bands'][number] & { readonly x: Scale; readonly height: number }) => {
  const room = Math.floor((x(to) - x(from) - 10) / SIZE.character)
  return (
    <g>
      <rect class="band" x={x(from)} y={0} width={x(to) - x(from)} height={height - SIZE.bottom}>
        <title>{label}</title>
      </rect>
      {room > 3 ? (
        <text class="band-name" x={x(from) + 6} y={15}>
          {shortened(label, room)}
        </text>
      ) : null}
    </g>
  )
}

/** The bars with their labels above them, cut to the room there is until the next one of the lane. */
const Bars = ({ drawing, x, view }: DrawingProps & { readonly x: Scale }) => {
  const { width, top, lane, character } = SIZE
  const taken = drawing.lanes.map(() => x(0))
  const bars = drawing.bars.map((bar, at) => {
    const next = drawing.bars.slice(at + 1).find((other) => other.lane === bar.lane)
    const right = next === undefined ? width : x(next.from) - 8
    const wanted = bar.label.length * character
    const start = Math.max(taken[bar.lane]!, Math.min(x(bar.from), right - wanted))
    const label = shortened(bar.label, Math.floor((right - start) / character))
    taken[bar.lane] = start + label.length * character + 8
    return { ...bar, y: top + bar.lane * lane, start, shown: label }
  })
  return (
    <>
      {bars.map(
        ({ index, fromNs, toNs, y, from, to, outcome, label, start, shown, contradicts }) => (
          <a
            key={index}
            class={contradicts ? 'bar-group contradicts' : 'bar-group'}
            href={`#op=${index}`}
            aria-label={`Show operation ${index} on the timeline: ${label}, ${outcome}${contradicts ? ', which cannot be' : ''}`}
            onClick={(event) => {
              event.preventDefault()
              reveal(view, { index, fromNs, toNs })
            }}
          >
            <title>{`${label} (${outcome})${contradicts ? ': this cannot be' : ''}`}</title>
            <text class="bar-name" x={start} y={y + 16}>
              {shown}
            </text>
            <rect
              class={`bar ${outcome}`}
              x={x(from)}
              y={y + 23}
              width={Math.max(6, x(to) - x(from))}
              height={12}
              rx={3}
            />
            {contradicts ? <Cross x={Math.max(x(from) + 6, x(to)) + 9} y={y + 29} /> : null}
          </a>
        ),
      )}
    </>
  )
}

/** What cannot be: a shape, not only a colour. */
const Cross = ({ x, y }: { readonly x: number; readonly y: number }) => (
  <path
    class="cross"
    d={`M${x - 5} ${y - 5}L${x + 5} ${y + 5}M${x + 5} ${y - 5}L${x - 5} ${y + 5}`}
  />
)

/** As many of the moments as there is room for, and always the first. */
const Ticks = ({
  drawing,
  x,
  y,
}: {
  readonly drawing: Drawing
  readonly x: Scale
  readonly y: number
}) => {
  let taken = 0
  const ticks = drawing.ticks.map(({ at, label }) => {
    const half = (label.length * SIZE.character) / 2
    const centre = Math.min(Math.max(x(at), x(0) + half), SIZE.width - half)
    const fits = centre - half >= taken
    if (fits) taken = centre + half + 12
    return { place: x(at), label, centre, fits }
  })
  return (
    <>
      <line class="axis" x1={x(0)} x2={SIZE.width} y1={y} y2={y} />
      {ticks.map(({ place, label, centre, fits }) => (
        <g key={label}>
          <line class="axis" x1={place} x2={place} y1={y} y2={y + 4} />
          {fits ? (
            <text class="tick" x={centre} y={y + 18} text-anchor="middle">
              {label}
            </text>
          ) : null}
        </g>
      ))}
    </>
  )
}

const shortened = (text: string, room: number): string =>
  text.length <= room ? text : room < 2 ? '' : `${text.slice(0, room - 1)}…`
