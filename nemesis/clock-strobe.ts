/**
 * Lets the wall clocks of some nodes flip between the right time and a wrong one, as two time services that
 * disagree do: code that takes the difference of two readings sees time run backwards, again and again.
 * Evidence: both times were read in every node.
 */
import { z } from 'zod'
import {
  type Cluster,
  clocksHold,
  type Fault,
  planTargets,
  resolveTargets,
  type ShiftedProcesses,
  shiftedProcesses,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const DAY_MS = 86_400_000

const schema = z.strictObject({
  targets,
  /** How wrong the wrong time is; positive: ahead. */
  ms: z
    .number()
    .min(-DAY_MS)
    .max(DAY_MS)
    .refine((ms) => ms !== 0, 'a strobe by 0 ms is none'),
  /** How long each of the two lasts. */
  periodMs: z.number().min(1).max(60_000),
  /** Also CLOCK_MONOTONIC. */
  monotonic: z.literal(true).exactOptional(),
  /** Only in processes of this name. */
  process: z.string().min(1).exactOptional(),
})
type StrobePlan = z.infer<typeof schema>
type Done = Pick<StrobePlan, 'ms' | 'periodMs'> & { readonly shifted: ShiftedProcesses }

/** Both times are waited for this long, and no longer; ms. */
const WATCH_MS = 2500

export default {
  summary: 'lets the wall clocks of some nodes flip between the right time and a wrong one',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['clock'],
  acts: 'clock',
  evidence: 'both times, read by the processes (one of them when a period lasts longer than 2 s)',
  plan: (topology, random, nth) => ({
    targets: planTargets(topology, random, nth, 'minority'),
    ms: random.pick([-1, 1]) * random.pick(nth === 0 ? [1_000, 5_000] : [50, 200, 1_000, 60_000]),
    periodMs: random.pick([20, 50, 200, 1_000]),
  }),
  async inject(cluster, { targets, ms, periodMs, ...scope }) {
    const nodes = await resolveTargets(cluster, targets)
    await cluster.clocks!.set(nodes, { kind: 'strobe', ms, periodMs }, scope)
    const shifted = await shiftedProcesses(cluster, nodes)
    return { targets: nodes, done: { ms, periodMs, ...scope, shifted } }
  },
  async observe(cluster, { targets, done }) {
    const { swings, hold } = await watch(cluster, targets, done)
    const flipping = targets.filter((node) => swings[node]! >= Math.abs(done.ms) * 0.9)
    const isLong = 2 * done.periodMs > WATCH_MS
    return {
      held: hold.held && (isLong || flipping.length === targets.length),
      summary: `both times seen on ${flipping.length} of ${targets.length} nodes; ${hold.summary}`,
      details: { swings, ...(hold.details === undefined ? {} : { clocks: hold.details }) },
    }
  },
  heal: (cluster) => cluster.clocks!.clear('strobe'),
  healed: (cluster, { targets }) => clocksHold(cluster, { nodes: targets }),
} satisfies Fault<StrobePlan, Done>

/** How far the clocks of each node swing while two periods pass, and whether all are as they should be. */
const watch = async (cluster: Cluster, nodes: readonly string[], { periodMs, shifted }: Done) => {
  const until = cluster.uptimeMs() + Math.min(2.5 * periodMs + 100, WATCH_MS)
  const seen = new Map<string, number[]>(nodes.map((node) => [node, []]))
  while (cluster.uptimeMs() < until) {
    const readings = await cluster.clocks!.read(nodes)
    for (const node of nodes)
      for (const { isSkewed, offsetMs } of readings[node]!)
        if (isSkewed) seen.get(node)!.push(offsetMs)
    await cluster.sleep(Math.min(periodMs / 3, 50))
  }
  const swings = Object.fromEntries(
    [...seen].map(([node, ms]) => [node, ms.length === 0 ? 0 : Math.max(...ms) - Math.min(...ms)]),
  )
  return { swings, hold: await clocksHold(cluster, { nodes, shifted, isMoving: true }) }
}
