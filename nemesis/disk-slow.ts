/**
 * Slow disks: the kernel lets the processes of some nodes read and write only so many bytes a second. A sync
 * waits for its share; what only goes to the page cache does not notice until it has to be written out. A node
 * that restarts meanwhile comes back without the limit. Evidence: the rate at which a process under the node's
 * own limit can write past all caches.
 */
import { z } from 'zod'
import {
  type Cluster,
  type Evidence,
  type Fault,
  planTargets,
  resolveTargets,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const schema = z.strictObject({
  targets,
  /** What reads, and what writes, may take in a second. */
  bytesPerSecond: z
    .int()
    .min(16_384)
    .max(2 ** 40),
})
type DiskSlowPlan = z.infer<typeof schema>

/** As a measurement of half a second, the limit's own start included, can show it. */
const TOLERANCE = 1.5

export default {
  summary: 'limits the rate at which some nodes may read and write their disks',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['disk-rate'],
  acts: 'disk',
  evidence: 'the rate of writes past all caches by a process under the node’s limit',
  plan: (topology, random, nth) => ({
    targets: planTargets(topology, random, nth, 'minority'),
    bytesPerSecond: random.pick([65_536, 262_144, 1_048_576]),
  }),
  async inject(cluster, plan) {
    const names = await resolveTargets(cluster, plan.targets)
    await cluster.disks!.throttle(names, plan.bytesPerSecond)
    return { targets: names, done: { ...plan, targets: names } }
  },
  observe: (cluster, { targets, done }) =>
    compare(cluster, targets, (rate) => rate <= done.bytesPerSecond * TOLERANCE, done),
  async heal(cluster) {
    await cluster.disks!.unthrottle()
  },
  healed: (cluster, { targets, done }) =>
    compare(cluster, targets, (rate) => rate > done.bytesPerSecond * TOLERANCE, done),
} satisfies Fault<DiskSlowPlan, DiskSlowPlan>

const compare = async (
  cluster: Cluster,
  names: readonly string[],
  isAsWanted: (rate: number) => boolean,
  { bytesPerSecond }: DiskSlowPlan,
): Promise<Evidence> => {
  const half = Math.max(16_384, Math.floor(bytesPerSecond / 2))
  const rates = await Promise.all(names.map((name) => cluster.disks!.writeRate(name, half)))
  const told = rates.map((rate, place) => `${names[place]} ${Math.round(rate / 1024)}`).join(', ')
  return {
    held: rates.every(isAsWanted),
    summary: `KiB/s written: ${told}; the limit is ${Math.round(bytesPerSecond / 1024)}`,
  }
}
