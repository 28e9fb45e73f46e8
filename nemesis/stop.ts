/**
 * Asks the main process of some nodes to end (SIGTERM, or what the system takes for it), as every orderly
 * shutdown and every rolling update does: what a system does then (hand over its lead, flush, leave the
 * group) is code that a kill never runs. A node that is still there after the grace period is killed, as the
 * engines that run containers do, and the ledger says so. Healing starts the nodes again. Evidence: the
 * process is gone from the kernel; after healing another one runs.
 */
import { z } from 'zod'
import {
  type Ending,
  type Fault,
  planTargets,
  resolveTargets,
  targets,
  unknownTargets,
} from '../harness/api.ts'

/** What the engines that run containers wait by default. */
const GRACE_MS = 10_000

const schema = z.strictObject({
  targets,
  /** How long a node may take to end by itself. */
  graceMs: z.number().int().min(0).max(60_000),
})
type StopPlan = z.infer<typeof schema>

export default {
  summary: 'asks some nodes to end (SIGTERM), kills those that do not, and starts them again',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['processes'],
  acts: 'node',
  evidence: 'the kernel has no such process any more; after healing another one runs',
  plan: (topology, random, nth) => ({
    targets: planTargets(topology, random, nth, 'all'),
    graceMs: GRACE_MS,
  }),
  async inject(cluster, plan) {
    const names = await resolveTargets(cluster, plan.targets)
    const endings = await cluster.processes!.terminate(names, plan.graceMs)
    return { targets: names, done: { endings: endings.map((ending) => ({ ...ending })) } }
  },
  async observe(cluster, { targets, done }) {
    const states = await Promise.all(targets.map((name) => cluster.processes!.state(name)))
    const gone = states.filter(({ state }) => state === 'gone').length
    const how = done.endings.map(({ node, by, afterMs }) => `${node} ${words[by]} ${afterMs} ms`)
    return {
      held: gone === targets.length,
      summary: `${gone} of ${targets.length} processes gone: ${how.join(', ')}`,
    }
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
} satisfies Fault<
  StopPlan,
  { readonly endings: readonly (Ending & { readonly [k: string]: string | number })[] }
>

const words: Readonly<Record<Ending['by'], string>> = {
  itself: 'by itself after',
  killed: 'killed after',
  'was gone': 'was gone before, asked for',
}
