/**
 * Limits the processor time of some nodes, as a noisy neighbour or a limit of the platform does: the node
 * runs in short bursts and stands still for the rest of every tenth of a second, so it answers, but late,
 * and its timers fire late. Evidence: the kernel's own limit, and how often it held the node back.
 */
import { z } from 'zod'
import { type Fault, planTargets, resolveTargets, targets, unknownTargets } from '../harness/api.ts'

const schema = z.strictObject({
  targets,
  /** 1 is one core. */
  cores: z.number().min(0.01).max(64),
})
type CpuPlan = z.infer<typeof schema>

export default {
  summary: 'limits the processor time of some nodes',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['cpu'],
  acts: 'resources',
  evidence: 'the limit in the kernel’s control group, and how often it held the node back',
  plan: (topology, random, nth) => ({
    targets: planTargets(topology, random, nth, 'all'),
    cores: random.pick([0.02, 0.05, 0.1]),
  }),
  async inject(cluster, { targets, cores }) {
    const names = await resolveTargets(cluster, targets)
    await cluster.resources!.limitCpu(names, cores)
    return { targets: names, done: { cores } }
  },
  async observe(cluster, { targets, done }) {
    const uses = await Promise.all(targets.map((name) => cluster.resources!.cpu(name)))
    const limited = uses.filter((use) => use?.limitCores === done.cores).length
    const throttled = uses.map((use) => use?.throttled ?? 0)
    return {
      held: limited === targets.length,
      summary:
        `${limited} of ${targets.length} nodes limited to ${done.cores} cores, ` +
        `held back ${throttled.join(', ')} times so far`,
      details: { throttled },
    }
  },
  async heal(cluster) {
    await cluster.resources!.liftCpu()
  },
  async healed(cluster, { targets }) {
    const uses = await Promise.all(targets.map((name) => cluster.resources!.cpu(name)))
    const free = uses.filter((use) => use?.limitCores === undefined).length
    const throttled = uses.map((use) => use?.throttled ?? 0)
    return {
      held: free === targets.length,
      summary: `${free} of ${targets.length} nodes without a limit, held back ${throttled.join(', ')} times`,
      details: { throttled },
    }
  },
} satisfies Fault<CpuPlan, { readonly cores: number }>
