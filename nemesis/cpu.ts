/**
 * Limits the processor time of some nodes, as a noisy neighbour or a limit of the platform does: the node
 * runs in short bursts and stands still for the rest of every period, so it answers, but late, and its
 * timers fire late. A limit above what a node wants would be no fault, and what it wants is not known before
 * the run, so a plan may give it as a share of what it uses at that moment. Evidence: the kernel's own
 * limits, and that it has held a node back since.
 */
import { z } from 'zod'
import {
  type Cluster,
  type Fault,
  monotonicMs,
  planTargets,
  resolveTargets,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const schema = z.union([
  /** 1 is one core. */
  z.strictObject({ targets, cores: z.number().min(0.001).max(64) }),
  /** Of what each node uses now. */
  z.strictObject({ targets, share: z.number().min(0.01).max(0.99) }),
])
type CpuPlan = z.infer<typeof schema>

type Limited = {
  /** Cores, and how often each node was held back before, in the order of the targets. */
  readonly limits: readonly number[]
  readonly before: readonly number[]
}

/** How long nodes are watched to know what they use, ms: longer than the timers of most. */
const WATCH_MS = 300
const LEAST_CORES = 0.001

const usedNs = (cluster: Cluster, names: readonly string[]) =>
  Promise.all(names.map(async (name) => (await cluster.processes!.state(name)).cpuNs ?? 0))

/** The cores that each node uses. */
const uses = async (cluster: Cluster, names: readonly string[]): Promise<readonly number[]> => {
  const begun = monotonicMs()
  const before = await usedNs(cluster, names)
  await cluster.sleep(WATCH_MS)
  const after = await usedNs(cluster, names)
  const ms = monotonicMs() - begun
  return names.map((_, place) => Math.max(0, after[place]! - before[place]!) / 1e6 / ms)
}

const readAll = (cluster: Cluster, names: readonly string[]) =>
  Promise.all(names.map((name) => cluster.resources!.cpu(name)))
const throttledOf = async (cluster: Cluster, names: readonly string[]) =>
  (await readAll(cluster, names)).map((use) => use?.throttled ?? 0)

/** Of a node that was started since, all that its new group counts. */
const heldBack = (now: readonly number[], before: readonly number[]): readonly number[] =>
  now.map((count, place) => (count < before[place]! ? count : count - before[place]!))

export default {
  summary: 'limits the processor time of some nodes',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['cpu', 'processes'],
  acts: 'resources',
  evidence: 'the limits in the kernel’s control groups, and that it held a node back since',
  plan: (topology, random, nth): CpuPlan => ({
    targets: planTargets(topology, random, nth, 'all'),
    share: random.pick([0.1, 0.3, 0.6]),
  }),
  async inject(cluster, plan) {
    const names = await resolveTargets(cluster, plan.targets)
    const limits =
      'cores' in plan
        ? names.map(() => plan.cores)
        : (await uses(cluster, names)).map((use) => Math.max(LEAST_CORES, round(use * plan.share)))
    const before = await throttledOf(cluster, names)
    await cluster.resources!.limitCpu(
      Object.fromEntries(names.map((name, place) => [name, limits[place]!])),
    )
    return { targets: names, done: { limits, before } }
  },
  async observe(cluster, { targets, done }) {
    const now = await readAll(cluster, targets)
    const limited = now.filter(
      (use, place) => Math.abs((use?.limitCores ?? 64) - done.limits[place]!) < LEAST_CORES / 2,
    ).length
    const counts = heldBack(
      now.map((use) => use?.throttled ?? 0),
      done.before,
    )
    return {
      held: limited === targets.length && counts.some((count) => count > 0),
      summary:
        `${limited} of ${targets.length} nodes limited to ${done.limits.join(', ')} cores, ` +
        `held back ${counts.join(', ')} times so far`,
    }
  },
  async heal(cluster) {
    await cluster.resources!.liftCpu()
  },
  async healed(cluster, { targets, done }) {
    const now = await readAll(cluster, targets)
    const free = now.filter((use) => use?.limitCores === undefined).length
    const counts = heldBack(
      now.map((use) => use?.throttled ?? 0),
      done.before,
    )
    return {
      held: free === targets.length,
      summary: `${free} of ${targets.length} nodes without a limit, held back ${counts.join(', ')} times`,
      details: { throttled: counts },
    }
  },
} satisfies Fault<CpuPlan, Limited>

const round = (cores: number): number => Math.round(cores * 1e4) / 1e4
