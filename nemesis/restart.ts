/**
 * Restarts nodes under load: one after the other, each time waiting until the system serves again, as a
 * rolling update does; or all of them at once, as a power cut of the rack does with the disks' caches
 * intact. Rolling restarts are no failure at all by the makers' own words, so what breaks under them is
 * a plain defect. Evidence: every node runs as another process than before.
 */
import { z } from 'zod'
import {
  type Cluster,
  type Fault,
  planTargets,
  resolveTargets,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const schema = z.strictObject({
  targets,
  order: z.enum(['rolling', 'together']),
  /** `stop`: SIGTERM, and SIGKILL after the grace period; `kill`: SIGKILL. */
  by: z.enum(['stop', 'kill']),
})
type RestartPlan = z.infer<typeof schema>

type Restarted = {
  /** Process ids before, in the order of the restarts; null where a node was down. */
  readonly before: readonly (number | null)[]
  /** Whether the system served again after each step, as far as it can tell; null where nobody can. */
  readonly served: readonly (boolean | null)[]
}

const GRACE_MS = 10_000
/** How long a step waits for the system to serve again before the next node has its turn, ms. */
const SERVE_MS = 10_000

const restart = async (cluster: Cluster, names: readonly string[], by: RestartPlan['by']) => {
  if (by === 'kill') await cluster.processes!.kill(names)
  else await cluster.processes!.terminate(names, GRACE_MS)
  await cluster.processes!.start(names)
}

/** Somebody else's fault may keep the system from serving: that holds a rolling restart up, but does not end it. */
const serves = async (cluster: Cluster): Promise<boolean | null> => {
  if (cluster.awaitReady === undefined) return null
  return cluster.awaitReady(SERVE_MS, new AbortController().signal).then(
    () => true,
    () => false,
  )
}

export default {
  summary: 'restarts nodes one after the other, waiting until the system serves, or all at once',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['processes'],
  acts: 'node',
  evidence: 'every node runs as another process than before',
  plan: (topology, random, nth) => {
    const by = random.pick(['stop', 'kill'] as const)
    // A rolling restart of everything is what operators do; the rest comes after it.
    if (nth === 0) return { targets: 'all', order: 'rolling', by: 'stop' }
    const order = random.pick(['rolling', 'together'] as const)
    return { targets: planTargets(topology, random, nth, 'all'), order, by }
  },
  async inject(cluster, { targets, order, by }) {
    const names = await resolveTargets(cluster, targets)
    const before = await pidsOf(cluster, names)
    const served: (boolean | null)[] = []
    for (const step of order === 'rolling' ? names.map((name) => [name]) : [names]) {
      await restart(cluster, step, by)
      served.push(await serves(cluster))
    }
    return { targets: names, done: { before, served } }
  },
  async observe(cluster, { targets, done }) {
    const now = await pidsOf(cluster, targets)
    const others = now.filter((pid, place) => pid !== null && pid !== done.before[place]).length
    const waits = done.served.filter((served) => served === true).length
    return {
      held: others === targets.length,
      summary:
        `${others} of ${targets.length} nodes run as another process; ` +
        `the system served again after ${waits} of ${done.served.length} steps`,
      details: { pids: now },
    }
  },
  async heal(cluster) {
    await cluster.processes!.start(cluster.nodes.map(({ name }) => name))
  },
  async healed(cluster, { targets }) {
    const running = (await pidsOf(cluster, targets)).filter((pid) => pid !== null).length
    return {
      held: running === targets.length,
      summary: `${running} of ${targets.length} processes run`,
    }
  },
} satisfies Fault<RestartPlan, Restarted>

const pidsOf = (cluster: Cluster, names: readonly string[]): Promise<(number | null)[]> =>
  Promise.all(names.map(async (name) => (await cluster.processes!.state(name)).pid ?? null))
