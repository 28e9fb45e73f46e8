/**
 * Sets the wall clocks of some nodes wrong by a fixed amount, as an operator, a leap second or a broken time
 * service does; healing sets them right, which is a jump as well. Leases, time-outs and timestamps that
 * rest on wall clocks end early or late. Evidence: what the processes read, and what the system says.
 */
import { z } from 'zod'
import {
  clocksHold,
  type Fault,
  type Random,
  resolveTargets,
  type ShiftedProcesses,
  shiftedProcesses,
  type Targets,
  type Topology,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const YEAR_MS = 365 * 86_400_000

const schema = z.strictObject({
  targets,
  /** Positive: ahead. */
  ms: z
    .number()
    .min(-10 * YEAR_MS)
    .max(10 * YEAR_MS)
    .refine((ms) => ms !== 0, 'a jump by 0 ms is none'),
  /** Also CLOCK_MONOTONIC. */
  monotonic: z.literal(true).exactOptional(),
  /** Only in processes of this name. */
  process: z.string().min(1).exactOptional(),
})
type JumpPlan = z.infer<typeof schema>

/** First those around leases and time-outs, then those of a badly kept clock, then of one set wrongly. */
const sizesMs = [
  [2_000, 5_000, 10_000, 30_000, 60_000],
  [20, 100, 500],
  [3_600_000, 86_400_000, 7 * 86_400_000],
] as const

/**
 * The primary first, or where nobody leads a majority: machines that keep time by one bad server go wrong together,
 * and a quorum of leases is over at once.
 */
const whom = ({ hasPrimaries }: Topology, random: Random, nth: number): Targets => {
  if (nth === 0) return hasPrimaries ? 'primary' : 'majority'
  return random.pick(['one', 'minority', 'majority', 'all', ...(hasPrimaries ? ['primary'] : [])])
}

export default {
  summary: 'sets the wall clocks of some nodes ahead or back, by milliseconds to days',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['clock'],
  acts: 'clock',
  evidence: 'what every process reads on its clock, and what the system says, within 5 ms',
  plan: (topology, random, nth) => ({
    targets: whom(topology, random, nth),
    ms: random.pick([-1, 1]) * random.pick(nth < 2 ? sizesMs[0] : random.pick(sizesMs)),
  }),
  async inject(cluster, { targets, ms, ...scope }) {
    const nodes = await resolveTargets(cluster, targets)
    await cluster.clocks!.set(nodes, { kind: 'jump', ms }, scope)
    const shifted = await shiftedProcesses(cluster, nodes)
    return { targets: nodes, done: { ms, ...scope, shifted } }
  },
  observe: (cluster, { targets, done }) =>
    clocksHold(cluster, { nodes: targets, shifted: done.shifted }),
  heal: (cluster) => cluster.clocks!.clear('jump'),
  healed: (cluster, { targets }) => clocksHold(cluster, { nodes: targets }),
} satisfies Fault<JumpPlan, { readonly ms: number; readonly shifted: ShiftedProcesses }>
