/**
 * Disks without space: a file of ours takes all that is left of the data folders' file systems. A system that
 * frees space of its own (an old log segment) has that much to write again. Healing gives the space back and
 * starts the nodes that ended for want of it. Evidence: a write fails with ENOSPC.
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
type DiskFullPlan = z.infer<typeof schema>

export default {
  summary: 'no space is left in the data folders of some nodes',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['processes', 'volume'],
  evidence: 'a write to the file system fails with ENOSPC; after healing it succeeds',
  plan: (topology, random, nth) => ({ targets: planTargets(topology, random, nth, 'minority') }),
  async inject(cluster, plan) {
    const names = await resolveTargets(cluster, plan.targets)
    await cluster.disks!.fill(names)
    return { targets: names, done: { targets: names } }
  },
  async observe(cluster, { targets }) {
    const full = (await disksThatAnswer(cluster, targets, ['ENOSPC'])).length
    return {
      held: full === targets.length,
      summary: `a write failed with ENOSPC on ${full} of ${targets.length} nodes`,
    }
  },
  async heal(cluster) {
    await cluster.disks!.empty()
    await cluster.processes!.start(cluster.nodes.map(({ name }) => name))
  },
  async healed(cluster, { targets }) {
    const [{ length: written }, states] = await Promise.all([
      disksThatAnswer(cluster, targets, ['written']),
      Promise.all(targets.map((name) => cluster.processes!.state(name))),
    ])
    const running = states.filter(({ state }) => state === 'running').length
    return {
      held: written === targets.length && running === targets.length,
      summary: `a write succeeded on ${written} of ${targets.length} nodes, ${running} run`,
    }
  },
} satisfies Fault<DiskFullPlan>
