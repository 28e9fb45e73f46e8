/** The arrows of a proof's drawing: real-time order, thin; the edges of the proof, each with its relation. */
import type { Drawing } from '../../drawing.ts'

/** Where a bar is: its ends, and the middle of its lane. */
interface Bar {
  readonly from: number
  readonly to: number
  readonly y: number
}

/** What was over before something else began. */
export const Orders = ({
  bars,
  before,
}: { readonly bars: readonly Bar[] } & Pick<Drawing, 'before'>) => (
  <>
    <ArrowHead name="before" />
    {before.map(({ from, to }) => {
      const [a, b] = [bars[from]!, bars[to]!]
      return (
        <path
          key={`${from} ${to}`}
          class="before"
          d={`M${a.to} ${a.y}L${b.from} ${b.y}`}
          marker-end="url(#arrow-before)"
        >
          <title>was over before the other began</title>
        </path>
      )
    })}
  </>
)

/** The edges of the proof, each with its relation. */
export const Edges = ({
  bars,
  edges,
}: { readonly bars: readonly Bar[] } & Pick<Drawing, 'edges'>) => (
  <>
    <ArrowHead name="edge" />
    {edges.map((edge, at) => (
      <EdgeArrow key={at} edge={edge} a={bars[edge.from]!} b={bars[edge.to]!} />
    ))}
  </>
)

/** A marker that paths name as `arrow-NAME`; drawings of one page may share it. */
export const ArrowHead = ({ name }: { readonly name: 'before' | 'edge' }) => (
  <defs>
    <marker
      id={`arrow-${name}`}
      viewBox="0 0 8 8"
      refX={7}
      refY={4}
      markerWidth={8}
      markerHeight={8}
      markerUnits="userSpaceOnUse"
      orient="auto"
    >
      <path class={`arrow-${name}`} d="M0 0 8 4 0 8Z" />
    </marker>
  </defs>
)

/** From the middle of one bar to the middle of another, bent so that there and back differ. */
const EdgeArrow = ({
  edge: { relation, why },
  a,
  b,
}: {
  readonly edge: Drawing['edges'][number]
  readonly a: Bar
  readonly b: Bar
}) => {
  const [ax, bx] = [(a.from + a.to) / 2, (b.from + b.to) / 2]
  const side = a.y < b.y || (a.y === b.y && ax < bx) ? 1 : -1
  const [mx, my] = [(ax + bx) / 2 + (a.y === b.y ? 0 : 26 * side), (a.y + b.y) / 2]
  const cy = a.y === b.y ? a.y + 34 * side : my
  return (
    <g class={`edge ${relation}`}>
      <title>{why}</title>
      <path d={`M${ax} ${a.y}Q${mx} ${cy} ${bx} ${b.y}`} marker-end="url(#arrow-edge)" />
      <text
        class="edge-name"
        x={(ax + 2 * mx + bx) / 4}
        y={(a.y + 2 * cy + b.y) / 4 - 4}
        text-anchor="middle"
      >
        {relation}
      </text>
    </g>
  )
}
