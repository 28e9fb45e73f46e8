/**
 * A cycle as a graph: its operations on a ring, an arrow for each "must come before" with its relation, and the
 * reasons in words below. The ring is read clockwise.
 */
import type { Graph, GraphEdge } from '../../graph.ts'
import type { View } from '../view-state.ts'
import { ArrowHead } from './arrows.tsx'

const WIDTH = 1040
const BOX = { width: 230, height: 40 }

interface Point {
  readonly x: number
  readonly y: number
}

interface GraphProps {
  readonly graph: Graph
  readonly view: View
}

export const CycleGraph = ({ graph, view }: GraphProps) => {
  const { nodes, cycle, support } = graph
  const ring = cycle.length
  const height = ring < 3 ? 210 : Math.min(760, 170 + ring * 52)
  const place = (at: number): Point => {
    const angle = (2 * Math.PI * at) / ring + (ring < 3 ? Math.PI : -Math.PI / 2)
    return {
      x: WIDTH / 2 + Math.cos(angle) * (WIDTH / 2 - BOX.width / 2 - 10),
      y: height / 2 + Math.sin(angle) * (height / 2 - BOX.height / 2 - 10),
    }
  }
  return (
    <figure class="cycle">
      <div class="scroll">
        <svg
          class="graph"
          viewBox={`0 0 ${WIDTH} ${height}`}
          aria-label={`A cycle of ${ring} operations; the reasons are listed below`}
        >
          <ArrowHead name="edge" />
          {cycle.map((edge, at) => (
            <Arrow key={at} edge={edge} a={place(edge.from)} b={place(edge.to)} />
          ))}
          {nodes.slice(0, ring).map(({ index, name, label, outcome }, at) => (
            <Node
              key={index}
              index={index}
              at={place(at)}
              text={`${name}  ${label}`}
              outcome={outcome}
              select={() => view.select(index)}
            />
          ))}
        </svg>
      </div>
      <figcaption>
        <ol class="reasons-list">
          {cycle.map((edge, at) => (
            <Reason key={at} edge={edge} nodes={nodes} />
          ))}
        </ol>
        <p>So each of them would have to come before itself.</p>
        {support.length === 0 ? null : (
          <details>
            <summary>What this follows from</summary>
            <ol class="reasons-list">
              {support.map((edge, at) => (
                <Reason key={at} edge={edge} nodes={nodes} />
              ))}
            </ol>
          </details>
        )}
      </figcaption>
    </figure>
  )
}

const Reason = ({ edge, nodes }: { readonly edge: GraphEdge } & Pick<Graph, 'nodes'>) => (
  <li>
    <strong>{`${nodes[edge.from]!.name} → ${nodes[edge.to]!.name}`}</strong>
    {` (${edge.relation}) `}
    <bdi>{edge.why}</bdi>
  </li>
)

const Node = ({
  index,
  at,
  text,
  outcome,
  select,
}: {
  readonly index: number
  readonly at: Point
  readonly text: string
  readonly outcome: string
  readonly select: () => void
}) => (
  <a
    class="node"
    href={`#op=${index}`}
    aria-label={`Show on the timeline: ${text}, ${outcome}`}
    onClick={(event) => {
      event.preventDefault()
      select()
    }}
  >
    <title>{`${text} (${outcome})`}</title>
    <rect
      class={outcome}
      x={at.x - BOX.width / 2}
      y={at.y - BOX.height / 2}
      width={BOX.width}
      height={BOX.height}
      rx={6}
    />
    <text x={at.x} y={at.y + 4} text-anchor="middle">
      {text.length > 34 ? `${text.slice(0, 33)}…` : text}
    </text>
  </a>
)

/** From the edge of one box to the edge of another; bent, so that there and back differ. */
const Arrow = ({
  edge: { relation, why },
  a,
  b,
}: {
  readonly edge: GraphEdge
  readonly a: Point
  readonly b: Point
}) => {
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1
  // To the left of the way, which is outside of a ring read clockwise.
  const bend = Math.min(60, length / 5)
  const middle = {
    x: (a.x + b.x) / 2 + ((b.y - a.y) / length) * bend,
    y: (a.y + b.y) / 2 - ((b.x - a.x) / length) * bend,
  }
  const [start, end] = [edgeOfBox(a, middle), edgeOfBox(b, middle)]
  return (
    <g class={`edge ${relation}`}>
      <title>{why}</title>
      <path
        d={`M${start.x} ${start.y}Q${middle.x} ${middle.y} ${end.x} ${end.y}`}
        marker-end="url(#arrow-edge)"
      />
      <text
        class="edge-name"
        x={(start.x + 2 * middle.x + end.x) / 4}
        y={(start.y + 2 * middle.y + end.y) / 4 + 4}
        text-anchor="middle"
      >
        {relation}
      </text>
    </g>
  )
}

/** Where the line from a box' centre to a point leaves the box. */
const edgeOfBox = (centre: Point, towards: Point): Point => {
  const [dx, dy] = [towards.x - centre.x, towards.y - centre.y]
  const scale = Math.min(
    BOX.width / 2 / Math.max(1e-9, Math.abs(dx)),
    BOX.height / 2 / Math.max(1e-9, Math.abs(dy)),
  )
  return { x: centre.x + dx * scale, y: centre.y + dy * scale }
}
