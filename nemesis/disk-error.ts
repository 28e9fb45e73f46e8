/**
 * Disks that die: every read and write of the data folders fails (EIO) on all targets from the same moment
 * on, while the processes run. What a system does with that differs: some stop, some answer every write with
 * an error, some go on from memory and acknowledge what they cannot keep. Healing kills the nodes, mounts
 * their file systems anew and starts them; what was not synced when the disk died is lost. Evidence: a write
 * to the file system fails with EIO.
 */
import { z } from 'zod'
import {
  type Cluster,
  disksThatAnswer,
  type Fault,
  planTargets,
  resolveTargets,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const schema = z.strictObject({ targets })
type DiskErrorPlan = z.infer<typeof schema>

/** Somebody may start a node while it is being healed, which holds its broken file system. */
const ROUNDS = 3

export default {
  summary: 'every access to the data folders of some nodes fails (EIO)',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  needs: ['processes', 'volume'],
  acts: 'node',
  evidence:
    'a write to the file system fails with EIO; after healing it succeeds, and the node runs',
  plan: (topology, random, nth) => ({ targets: planTargets(topology, random, nth, 'minority') }),
  async inject(cluster, plan) {
    const names = await resolveTargets(cluster, plan.targets)
    await cluster.disks!.fail(names)
    return { targets: names, done: { targets: names } }
  },
  async observe(cluster, { targets }) {
    const failing = await failingOf(cluster, targets)
    return {
      held: failing.length === targets.length,
      summary: `a write failed with EIO on ${failing.length} of ${targets.length} nodes`,
    }
  },
  async heal(cluster) {
    const all = cluster.nodes.map(({ name }) => name)
    for (let round = 1; round <= ROUNDS; round++) {
      const failing = await failingOf(cluster, all)
      if (failing.length === 0) break
      await cluster.processes!.kill(failing)
      await cluster.disks!.repair(failing)
    }
    await cluster.processes!.start(all)
  },
  async healed(cluster, { targets }) {
    const [failing, states] = await Promise.all([
      failingOf(cluster, targets),
      Promise.all(targets.map((name) => cluster.processes!.state(name))),
    ])
    const well = targets.length - failing.length
    const running = states.filter(({ state }) => state === 'running').length
    return {
      held: well === targets.length && running === targets.length,
      summary: `a write succeeded on ${well} of ${targets.length} nodes, ${running} run`,
    }
  },
} satisfies Fault<DiskErrorPlan>

/** What is not mounted was left so by a healing that failed half-way. */
const failingOf = (cluster: Cluster, names: readonly string[]): Promise<readonly string[]> =>
  disksThatAnswer(cluster, names, ['EIO', 'unmounted'])
