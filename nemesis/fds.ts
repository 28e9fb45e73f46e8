/**
 * Lets the processes of some nodes open only a few files more than they have open: then they accept no
 * connection and roll no log. It lowers their soft limit, as an administrator's wrong setting would have it
 * from the start; a process that is started later has the usual one. Healing starts nodes that ended for
 * want of a file. Evidence: the limit of the main process as its kernel says it.
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
  /** How many files more than now each process may open. */
  spare: z.number().int().min(0).max(100_000),
})
type FdsPlan = z.infer<typeof schema>

type Limited = {
  /** Limits of the main processes before and now, in the order of the targets. */
  readonly before: readonly number[]
  readonly limits: readonly number[]
}

const readAll = (cluster: Cluster, names: readonly string[]) =>
  Promise.all(names.map((name) => cluster.resources!.fds(name)))
const limitsOf = async (cluster: Cluster, names: readonly string[]) =>
  (await readAll(cluster, names)).map((use) => use?.limit ?? 0)

export default {
  summary: 'lets the processes of some nodes open only a few files more',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['fds', 'processes'],
  // A system may end for want of a file.
  acts: 'node',
  evidence: 'the limit of the main process, as its kernel says it, and its open files',
  plan: (topology, random, nth) => ({
    targets: planTargets(topology, random, nth, 'minority'),
    spare: random.pick([0, 1, 5]),
  }),
  async inject(cluster, { targets, spare }) {
    const names = await resolveTargets(cluster, targets)
    const before = await limitsOf(cluster, names)
    await cluster.resources!.limitFds(names, spare)
    return { targets: names, done: { before, limits: await limitsOf(cluster, names) } }
  },
  async observe(cluster, { targets, done }) {
    const uses = await readAll(cluster, targets)
    const limited = uses.filter(
      (use, place) =>
        use !== undefined && use.limit === done.limits[place] && use.limit < done.before[place]!,
    ).length
    const said = uses.map(
      (use, place) => `${targets[place]} ${use?.open ?? 'no'} of ${use?.limit ?? 'no'} files`,
    )
    return {
      held: limited === targets.length,
      summary: `${limited} of ${targets.length} nodes limited: ${said.join(', ')}`,
    }
  },
  async heal(cluster) {
    await cluster.resources!.liftFds()
    await cluster.processes!.start(cluster.nodes.map(({ name }) => name))
  },
  async healed(cluster, { targets, done }) {
    const limits = await limitsOf(cluster, targets)
    // A process that was started since has its own limit, which may be any but ours.
    const free = limits.filter((limit, place) => limit > done.limits[place]!).length
    return {
      held: free === targets.length,
      summary: `${free} of ${targets.length} nodes may open files again: ${limits.join(', ')}`,
    }
  },
} satisfies Fault<FdsPlan, Limited>
