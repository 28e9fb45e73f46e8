/**
 * Evidence about shifted clocks, for the faults that shift them: what the processes of nodes read, and what
 * the tested system itself says where it can tell the time.
 */
import type { Cluster, Evidence } from './api.ts'
import type { ClockReading, ClockStatement } from './capabilities/clocks.ts'

/** How far a clock may be from where it was put; ms. */
const TOLERANCE_MS = 5

/** How long a system that speaks of time in whole seconds is asked again, to see it change; ms. */
const PATIENCE_MS = 1200

/** How many processes of each node are shifted; in them the fault has taken hold, whatever becomes of them. */
export type ShiftedProcesses = Readonly<Record<string, number>>

export const shiftedProcesses = async (
  cluster: Cluster,
  nodes: readonly string[],
): Promise<ShiftedProcesses> => {
  const readings = await cluster.clocks!.read(nodes)
  return Object.fromEntries(
    nodes.map((node) => [node, readings[node]!.filter(({ isSkewed }) => isSkewed).length]),
  )
}

export interface ClockCheck {
  readonly nodes: readonly string[]
  /** Shifted processes when the fault was installed: a node that has ended since then has proof enough. */
  readonly shifted?: ShiftedProcesses
  /** Clocks that move too fast to compare with what a system said a moment ago. */
  readonly isMoving?: true
}

/** Whether every clock is where it was put: in all processes, and in the system's own words. */
export const clocksHold = async (cluster: Cluster, check: ClockCheck): Promise<Evidence> => {
  const { nodes, shifted = {}, isMoving } = check
  const readings = await cluster.clocks!.read(nodes)
  const found = await Promise.all(
    nodes.map(async (node) => {
      const read = readings[node]!
      const says = isMoving ? undefined : await narrowed(cluster, node)
      return judge(node, { read, says, wereShifted: shifted[node] })
    }),
  )
  return {
    held: found.every(({ held }) => held),
    summary: found.map(({ summary }) => summary).join('; '),
    details: found.map(({ node, read, says }) => ({
      node,
      processes: read.map(({ pid, process, offsetMs }) => ({ pid, process, offsetMs })),
      ...(says === undefined ? {} : { says: { ...says } }),
    })),
  }
}

const judge = (
  node: string,
  {
    read,
    says,
    wereShifted,
  }: {
    read: readonly ClockReading[]
    says: ClockStatement | undefined
    wereShifted: number | undefined
  },
) => {
  const right = read.filter(({ offsetMs, wantedMs }) => Math.abs(offsetMs - wantedMs) < 1)
  const wanted = read.filter(({ isSkewed }) => isSkewed)
  const [{ wantedMs } = { wantedMs: 0 }] = wanted.length > 0 ? wanted : read
  const agrees =
    says === undefined || Math.abs(says.offsetMs - wantedMs) <= TOLERANCE_MS + says.withinMs
  const isThere =
    wereShifted === undefined || wanted.length > 0 || (read.length === 0 && wereShifted > 0)
  const said =
    says === undefined
      ? ''
      : `, the system says ${signed(says.offsetMs)} ± ${says.withinMs.toFixed(1)} ms`
  const summary =
    read.length === 0
      ? `${node} does not run${(wereShifted ?? 0) > 0 ? ' any more' : ''}`
      : !isThere
        ? `${node}: none of ${read.length} processes is meant (${read.map(({ process }) => process).join(', ')})`
        : `${node}: ${right.length} of ${read.length} processes read ${signed(wantedMs)} ms${said}`
  return { node, read, says, held: right.length === read.length && agrees && isThere, summary }
}

const signed = (ms: number): string => `${ms < 0 ? '' : '+'}${Number(ms.toFixed(1))}`

/** Asks a system that speaks of time coarsely until its answers leave little doubt. */
const narrowed = async (cluster: Cluster, node: string): Promise<ClockStatement | undefined> => {
  const deadline = cluster.uptimeMs() + PATIENCE_MS
  let from = -Infinity
  let to = Infinity
  do {
    const said = await cluster.clocks!.ask(node)
    if (said === undefined) return undefined
    from = Math.max(from, said.offsetMs - said.withinMs)
    to = Math.min(to, said.offsetMs + said.withinMs)
    // Answers that contradict each other: the clock has moved.
    if (from > to) return said
    // Evidence must not be a load of its own.
    await cluster.sleep(3)
  } while (to - from > TOLERANCE_MS && cluster.uptimeMs() < deadline)
  return { offsetMs: (from + to) / 2, withinMs: (to - from) / 2 }
}

/** A node's offset: of all its processes, that of the one that is furthest from the host; ms. */
export const clockOffsets = async (
  cluster: Cluster,
  nodes: readonly string[],
): Promise<Readonly<Record<string, number>>> => {
  const readings = await cluster.clocks!.read(nodes)
  const furthest = (read: readonly ClockReading[]): number =>
    read.reduce(
      (worst, { offsetMs }) => (Math.abs(offsetMs) > Math.abs(worst) ? offsetMs : worst),
      0,
    )
  return Object.fromEntries(
    nodes.flatMap((node) => {
      const read = readings[node]!
      return read.length === 0 ? [] : [[node, Math.round(furthest(read) * 1000) / 1000]]
    }),
  )
}
