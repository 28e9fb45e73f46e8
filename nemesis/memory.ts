/**
 * Limits the memory of some nodes. `limit` leaves them room to grow; `pressure` takes away what the kernel
 * keeps for them as a cache of files, so that every read goes to the disk; `oom` takes all of it, until the
 * kernel kills one of their processes at an allocation, at a point that no other kill chooses. Healing
 * lifts the limits and starts nodes that were killed so. Evidence: limits and counts of the kernel's control
 * groups; for `oom`, that the kernel killed, and that a process which was there is gone.
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

const MB = 2 ** 20
const spareMb = z.number().min(0).max(1_000_000)
const schema = z.discriminatedUnion('kind', [
  /** As much as is in use, cache and all, and so many MiB more. */
  z.strictObject({ kind: z.literal('limit'), targets, spareMb }),
  /** As much as cannot be taken back, and so many MiB more. */
  z.strictObject({ kind: z.literal('pressure'), targets, spareMb }),
  z.strictObject({ kind: z.literal('oom'), targets }),
])
type MemoryPlan = z.infer<typeof schema>

type Limited = {
  readonly kind: MemoryPlan['kind']
  /** Bytes. */
  readonly limits: Readonly<Record<string, number>>
  /** Process ids before. */
  readonly pids: readonly number[]
}

/** Room for what a node allocates while its limit is being set. */
const OOM_SPARE_MB = 2

const limitOf = async (cluster: Cluster, name: string, plan: MemoryPlan): Promise<number> => {
  const use = await cluster.resources!.memory(name)
  if (use === undefined) return 0
  if (plan.kind === 'limit') return use.used + plan.spareMb * MB
  return use.needed + (plan.kind === 'oom' ? OOM_SPARE_MB : plan.spareMb) * MB
}

export default {
  summary: 'limits the memory of some nodes, or lets their kernel kill them for want of it',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['memory', 'processes'],
  acts: 'node',
  evidence: 'limit and counts of the kernel’s control group; killed processes are gone',
  plan: (topology, random, nth) => {
    const kind = nth === 0 ? 'oom' : random.pick(['limit', 'pressure', 'oom'] as const)
    const targets = planTargets(topology, random, nth, 'minority')
    return kind === 'oom' ? { kind, targets } : { kind, targets, spareMb: random.pick([4, 16]) }
  },
  async inject(cluster, plan) {
    const names = await resolveTargets(cluster, plan.targets)
    const pids = (await Promise.all(names.map((name) => cluster.processes!.list(name))))
      .flat()
      .map(({ pid }) => pid)
    const bytes = await Promise.all(names.map((name) => limitOf(cluster, name, plan)))
    const limits = Object.fromEntries(names.map((name, place) => [name, bytes[place]!]))
    await cluster.resources!.limitMemory(limits)
    if (plan.kind === 'oom') await cluster.resources!.exhaustMemory(names)
    return { targets: names, done: { kind: plan.kind, limits, pids } }
  },
  observe: (cluster, { targets, done }) =>
    done.kind === 'oom' ? wereKilled(cluster, targets, done) : areLimited(cluster, targets, done),
  async heal(cluster) {
    const names = cluster.nodes.map(({ name }) => name)
    await cluster.resources!.liftMemory()
    const killed = await Promise.all(
      names.map(async (name) => {
        const { state } = await cluster.processes!.state(name)
        return state === 'gone' && (await cluster.resources!.wasOutOfMemory(name))
      }),
    )
    await cluster.processes!.start(names.filter((_, place) => killed[place]))
  },
  async healed(cluster, { targets }) {
    const uses = await Promise.all(targets.map((name) => cluster.resources!.memory(name)))
    const free = uses.filter((use) => use !== undefined && use.limit === undefined).length
    const hits = uses.map((use) => use?.hits ?? 0)
    return {
      held: free === targets.length,
      summary: `${free} of ${targets.length} nodes run without a limit`,
      details: { hits },
    }
  },
} satisfies Fault<MemoryPlan, Limited>

const wereKilled = async (cluster: Cluster, targets: readonly string[], { pids }: Limited) => {
  const perNode = await Promise.all(
    targets.map(async (name) => {
      const left = (await cluster.processes!.list(name)).map(({ pid }) => pid)
      return { left, wasKilled: await cluster.resources!.wasOutOfMemory(name) }
    }),
  )
  const killed = perNode.filter(({ wasKilled }) => wasKilled).length
  const left = perNode.flatMap((node) => node.left)
  const gone = pids.filter((pid) => !left.includes(pid)).length
  return {
    held: killed === targets.length && gone >= targets.length,
    summary: `the kernel killed in ${killed} of ${targets.length} nodes; ${gone} of ${pids.length} processes gone`,
  }
}

const areLimited = async (
  cluster: Cluster,
  targets: readonly string[],
  { limits, kind }: Limited,
) => {
  const uses = await Promise.all(targets.map((name) => cluster.resources!.memory(name)))
  // The kernel counts in pages, and the engine has a least limit: a little more than asked for is right.
  const limited = uses.filter(
    (use, place) =>
      use?.limit !== undefined && use.limit <= Math.max(limits[targets[place]!]!, 6 * MB),
  ).length
  const said = uses.map(
    (use, place) =>
      `${targets[place]} ${round(use?.used)} of ${round(use?.limit)} MiB, held up ${use?.hits ?? 0} times`,
  )
  return {
    held: limited === targets.length,
    summary: `${limited} of ${targets.length} nodes under ${kind}: ${said.join(', ')}`,
  }
}

const round = (bytes: number | undefined): string =>
  bytes === undefined ? '?' : (bytes / MB).toFixed(1)
