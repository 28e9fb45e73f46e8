/**
 * A data folder is put back to what it was some time ago, as when a virtual machine is rolled back to its
 * snapshot or a backup is restored over a node that has moved on. What the node had acknowledged meanwhile it
 * no longer knows; a replicated system that counted on its memory (a vote, a log entry) may break its promise,
 * so more than a minority needs `force`. The snapshot is taken while the node is frozen, so it is what a kill
 * at that moment would have left. Healing starts the node, and repairs it where it refuses
 * to go on with its old data (`harness/damage.ts`). Evidence: files had changed since the snapshot, and
 * none differs from it after the restore.
 */
import { z } from 'zod'
import {
  damageHealed,
  type Fault,
  healDamage,
  planDamageTargets,
  refuseDamage,
  takeAim,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const schema = z.strictObject({
  targets,
  /** How far the data goes back, ms: the injection takes that long. */
  ageMs: z.int().min(0).max(600_000),
  /** More than a minority may be hit. */
  force: z.literal(true).exactOptional(),
})
type SnapshotRestorePlan = z.infer<typeof schema>
type Done = {
  readonly ageMs: number
  readonly restored: readonly {
    readonly node: string
    /** Files that differed from the snapshot before it was restored, and after. */
    readonly changed: number
    readonly different: number
  }[]
}

export default {
  summary: 'puts the data folders of some nodes back to what they were some time ago',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  refuses: (plan, topology) => refuseDamage(plan, topology),
  needs: ['files', 'processes', 'freezer'],
  acts: 'node',
  evidence: 'files that had changed since the snapshot are as they were in it',
  plan: (topology, random) => ({
    targets: planDamageTargets(topology),
    ageMs: random.pick([500, 2000, 4000]),
  }),
  async inject(cluster, { targets: wanted, ageMs, force }) {
    const names = await takeAim(cluster, { targets: wanted, ...(force && { force }) })
    const { processes, disks } = { processes: cluster.processes!, disks: cluster.disks! }
    await processes.pause(names)
    try {
      await Promise.all(names.map((name) => disks.snapshot(name)))
    } finally {
      await processes.resume(names)
    }
    await cluster.sleep(ageMs)
    await processes.kill(names)
    const restored = await Promise.all(
      names.map(async (node) => {
        const changed = await disks.changes(node)
        await disks.restore(node)
        return { node, changed, different: await disks.changes(node) }
      }),
    )
    return { targets: names, done: { ageMs, restored } }
  },
  async observe(cluster, { targets, done }) {
    const states = await Promise.all(targets.map((name) => cluster.processes!.state(name)))
    const gone = states.filter(({ state }) => state === 'gone').length
    const { restored, ageMs } = done
    const told = restored.map(({ node, changed }) => `${node} ${changed}`).join(', ')
    return {
      held:
        gone === targets.length &&
        restored.every(({ changed, different }) => changed > 0 && different === 0),
      summary: `files put back to what they were ${ageMs} ms before: ${told}; ${restored.filter(({ different }) => different === 0).length} of ${targets.length} folders equal their snapshots`,
    }
  },
  async heal(cluster) {
    await cluster.processes!.resume(cluster.nodes.map(({ name }) => name))
    await healDamage(cluster)
  },
  healed: (cluster, { targets }) =>
    damageHealed(cluster, { targets, done: { killed: true, damage: [] } }),
} satisfies Fault<SnapshotRestorePlan, Done>
