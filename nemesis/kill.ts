/**
 * SIGKILL to every process of some nodes at once; healing starts them again with their data. What the
 * kernel had accepted survives (the page cache outlives a process), so this finds what was never
 * written, not what was never synced. Evidence: the process is gone from the kernel; after healing
 * another one runs.
 */
import { z } from 'zod'
import { type Fault, planTargets, resolveTargets, targets, unknownTargets } from '../harness/api.ts'

const schema = z.strictObject({ targets })
type KillPlan = z.infer<typeof schema>

export default {
  summary: 'kills the processes of some nodes (SIGKILL) and starts them again with their data',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['processes'],
  acts: 'node',
  weight: 12,
  evidence: 'the kernel has no such process any more; after healing another one runs',
  plan: (topology, random, nth) => ({ targets: planTargets(topology, random, nth, 'all') }),
  async inject(cluster, plan) {
    const names = await resolveTargets(cluster, plan.targets)
    await cluster.processes!.kill(names)
    return { targets: names, done: { targets: names } }
  },
  async observe(cluster, { targets }) {
    const states = await Promise.all(targets.map((name) => cluster.processes!.state(name)))
    const gone = states.filter(({ state }) => state === 'gone').length
    return { held: gone === targets.length, summary: `${gone} of ${targets.length} processes gone` }
  },
  async heal(cluster) {
    await cluster.processes!.start(cluster.nodes.map(({ name }) => name))
  },
  async healed(cluster, { targets }) {
    const states = await Promise.all(targets.map((name) => cluster.processes!.state(name)))
    const running = states.filter(({ state }) => state === 'running').length
    return {
      held: running === targets.length,
      summary: `${running} of ${targets.length} processes run again`,
      details: { pids: states.map(({ pid }) => pid ?? null) },
    }
  },
} satisfies Fault<KillPlan>
