/**
 * Lets the wall clocks of some nodes run too fast or too slow, as a bad oscillator or a time service that
 * slews does, far beyond what either would: within seconds nodes disagree by more than they allow for.
 * Healing sets them right at once. Evidence: the gain of every process' clock over a third of a second.
 */
import { z } from 'zod'
import {
  clocksHold,
  type Fault,
  planTargets,
  resolveTargets,
  type ShiftedProcesses,
  shiftedProcesses,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const schema = z.strictObject({
  targets,
  /** Parts per million; 1,000,000 would be twice as fast. */
  ppm: z
    .number()
    .min(-900_000)
    .max(900_000)
    .refine((ppm) => ppm !== 0, 'a drift by 0 ppm is none'),
  /** Also CLOCK_MONOTONIC. */
  monotonic: z.literal(true).exactOptional(),
  /** Only in processes of this name. */
  process: z.string().min(1).exactOptional(),
})
type DriftPlan = z.infer<typeof schema>

/** The gain is read twice, this far apart; ms. */
const WATCH_MS = 300

export default {
  summary: 'lets the wall clocks of some nodes run too fast or too slow',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['clock'],
  acts: 'clock',
  evidence: 'how much every process’ clock gains or loses in a third of a second',
  plan: (topology, random, nth) => ({
    targets: planTargets(topology, random, nth, 'minority'),
    ppm: random.pick([-1, 1]) * random.pick(nth === 0 ? [100_000] : [500_000, 50_000, 5_000, 500]),
  }),
  async inject(cluster, { targets, ppm, ...scope }) {
    const nodes = await resolveTargets(cluster, targets)
    await cluster.clocks!.set(nodes, { kind: 'drift', ppm }, scope)
    const shifted = await shiftedProcesses(cluster, nodes)
    return { targets: nodes, done: { ppm, ...scope, shifted } }
  },
  async observe(cluster, { targets, done }) {
    const begun = cluster.uptimeMs()
    const before = await cluster.clocks!.read(targets)
    await cluster.sleep(WATCH_MS)
    const tookMs = cluster.uptimeMs() - begun
    const after = await cluster.clocks!.read(targets)
    const gains = targets.flatMap((node) =>
      after[node]!.flatMap(({ pid, offsetMs, isSkewed }) => {
        const earlier = before[node]!.find((reading) => reading.pid === pid)
        if (earlier === undefined || !isSkewed) return []
        return [((offsetMs - earlier.offsetMs) / tookMs) * 1e6]
      }),
    )
    const right = gains.filter((gain) => Math.abs(gain / done.ppm - 1) < 0.3).length
    const hold = await clocksHold(cluster, {
      nodes: targets,
      shifted: done.shifted,
      isMoving: true,
    })
    return {
      held: hold.held && right === gains.length,
      summary: `${right} of ${gains.length} processes gain some ${done.ppm} ppm; ${hold.summary}`,
      details: { gains, ...(hold.details === undefined ? {} : { clocks: hold.details }) },
    }
  },
  heal: (cluster) => cluster.clocks!.clear('drift'),
  healed: (cluster, { targets }) => clocksHold(cluster, { nodes: targets }),
} satisfies Fault<DriftPlan, { readonly ppm: number; readonly shifted: ShiftedProcesses }>
