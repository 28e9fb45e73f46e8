/**
 * Disks that hang: every write to the data folders waits in the kernel until the fault is over, and then goes
 * on as if nothing had happened. Reads of what is in memory go on. The node's clock runs, its network works:
 * to the others it looks alive for as long as it need not write. It cannot be killed before the fault is over.
 * Freezing a file system first writes out what is unsynced, so nothing is at risk. Evidence: a write of our own waits.
 */
import { z } from 'zod'
import {
  disksThatAnswer,
  type Fault,
  planTargets,
  resolveTargets,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const schema = z.strictObject({ targets })
type DiskStallPlan = z.infer<typeof schema>

export default {
  summary: 'writes to the data folders of some nodes hang, then go on',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['volume'],
  // A process that waits for its disk cannot be killed.
  acts: 'node',
  evidence: 'a write to the file system waits; after healing it succeeds',
  plan: (topology, random, nth) => ({ targets: planTargets(topology, random, nth, 'minority') }),
  async inject(cluster, plan) {
    const names = await resolveTargets(cluster, plan.targets)
    await cluster.disks!.stall(names)
    return { targets: names, done: { targets: names } }
  },
  async observe(cluster, { targets }) {
    const waiting = (await disksThatAnswer(cluster, targets, ['waits'])).length
    return {
      held: waiting === targets.length,
      summary: `a write waits on ${waiting} of ${targets.length} nodes`,
    }
  },
  async heal(cluster) {
    await cluster.disks!.release()
  },
  async healed(cluster, { targets }) {
    const written = (await disksThatAnswer(cluster, targets, ['written'])).length
    return {
      held: written === targets.length,
      summary: `a write succeeded on ${written} of ${targets.length} nodes`,
    }
  },
} satisfies Fault<DiskStallPlan>
