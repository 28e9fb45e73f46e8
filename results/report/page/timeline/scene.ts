/**
 * All that a picture of the timeline needs, worked out once when the data or the filter changes, so that a
 * frame only looks things up.
 */
import type { PageAround } from '../../around.ts'
import type { ClockOffsets } from '../../clock-offsets.ts'
import { NONE, type Operations } from '../../operations/operations.ts'
import type { FaultView } from '../../timeline.ts'
import { LaneIndex } from './lane-index.ts'
import { type Lanes, laneName } from './lanes.ts'

/** A stretch of the axis with a name. */
export interface Span {
  readonly from: number
  readonly to: number
  readonly label: string
}

/** A row that stands for a node. */
export interface NodeRow {
  readonly name: string
  /** While it led, as far as anybody saw. */
  readonly led: readonly Span[]
  /** Faults that hit it. */
  readonly faults: readonly FaultView[]
  /** How far its clock was ahead, ms, from each moment on. */
  readonly clock: readonly { readonly ns: number; readonly ms: number | null }[]
}

/** A row of operations. */
export interface LaneRow {
  readonly lane: number
  readonly name: string
}

export interface Scene {
  readonly operations: Operations
  readonly lanes: Lanes
  readonly index: LaneIndex
  /** A 1 for every operation that is shown; all without it. */
  readonly matches: Uint8Array | undefined
  /** The lanes that show something. */
  readonly rows: readonly LaneRow[]
  readonly nodes: readonly NodeRow[]
  readonly faults: readonly FaultView[]
  /** In which line above the lanes each fault has its name: those that overlap have different ones. */
  readonly faultLines: readonly number[]
  /** When somebody else led than before, and when each phase of the run began; ns. */
  readonly leaderChanges: readonly number[]
  readonly phases: readonly { readonly timeNs: number; readonly phase: string }[]
  readonly endNs: number
  /** Places of the operations that prove a violation. */
  readonly violations: ReadonlySet<number>
  /** The row that an operation stands in; undefined when its lane is not shown. */
  rowOf(place: number): number | undefined
}

interface SceneInput {
  readonly operations: Operations
  readonly lanes: Lanes
  readonly matches: Uint8Array | undefined
  readonly around: PageAround
  readonly clocks: ClockOffsets | undefined
}

export const sceneOf = ({ operations, lanes, matches, around, clocks }: SceneInput): Scene => {
  const index = new LaneIndex(operations, lanes, matches)
  const { faults, endNs } = around
  const shows = (lane: number) => index.starts[lane + 1]! > index.starts[lane]!
  const proving = around.violations.flatMap(({ ops }) => ops.map((op) => operations.placeOf(op)))
  const rows = lanes.processes.flatMap((processes, lane) =>
    shows(lane) ? [{ lane, name: laneName(processes) }] : [],
  )
  const rowOfLane = new Map(rows.map(({ lane }, row) => [lane, row]))
  return {
    operations,
    lanes,
    index,
    matches,
    rows,
    rowOf: (place) => rowOfLane.get(lanes.laneOf[place]!),
    nodes: around.nodes.map((name) => nodeRow(name, around, clocks)),
    faults,
    faultLines: linesOf(faults),
    leaderChanges: changesOf(around.leaders),
    phases: around.phases,
    endNs,
    violations: new Set(proving.filter((place) => place !== NONE)),
  }
}

const nodeRow = (name: string, around: PageAround, clocks: ClockOffsets | undefined): NodeRow => {
  const sightings = around.leaders.map(({ timeNs, leaders }) => ({
    ns: timeNs,
    label: leaders.includes(name) ? 'leads' : '',
  }))
  const offsets = clocks?.nodes.find((node) => node.name === name)?.ms ?? []
  return {
    name,
    led: merged(spans(sightings, around.endNs)).filter(({ label }) => label !== ''),
    faults: around.faults.filter(({ nodes }) => nodes.includes(name)),
    clock: offsets.map((ms, at) => ({ ns: clocks!.x[at]! * 1e9, ms })),
  }
}

/** When other nodes led than before; nobody, for a while, is no change. */
const changesOf = (sightings: PageAround['leaders']): readonly number[] => {
  const seen = sightings.filter(({ leaders }) => leaders.length > 0)
  return seen.flatMap(({ timeNs, leaders }, at) => {
    const before = seen[at - 1]?.leaders
    return before === undefined || leaders.every((one) => before.includes(one)) ? [] : [timeNs]
  })
}

/** From each moment to the next one. */
const spans = (
  moments: readonly { readonly ns: number; readonly label: string }[],
  endNs: number,
): readonly Span[] =>
  moments.map(({ ns, label }, at) => ({ from: ns, to: moments[at + 1]?.ns ?? endNs, label }))

/** Stretches of one label that touch, as one. */
const merged = (all: readonly Span[]): readonly Span[] => {
  const joined: Span[] = []
  for (const span of all) {
    const last = joined.at(-1)
    if (last?.label === span.label) joined[joined.length - 1] = { ...last, to: span.to }
    else joined.push(span)
  }
  return joined
}

/** More lines than this would leave no room for operations. */
const LINES_MAX = 3

/** The first line where the fault before is over; the last one takes what is left. */
const linesOf = (faults: readonly FaultView[]): readonly number[] => {
  const ends: number[] = []
  return faults.map(({ fromNs, toNs }) => {
    const free = ends.findIndex((end) => end <= fromNs)
    const line = Math.min(free < 0 ? ends.length : free, LINES_MAX - 1)
    ends[line] = Math.max(ends[line] ?? 0, toNs)
    return line
  })
}
