/**
 * Kills some nodes and loses their data folders, as a broken disk does: the node comes back empty, and the
 * others have to make it whole. No system promises to survive that on more nodes than a minority of those
 * that do the same work, so a plan that may hit more is refused unless it says `force`. Where the system has
 * a membership, an empty node is a stranger with a known name and may vote twice; it is therefore removed
 * and added again, as its makers tell operators to. Evidence: the process is gone and its data folder empty.
 */
import { z } from 'zod'
import {
  type Cluster,
  type Fault,
  mayHit,
  resolveTargets,
  type Targets,
  type Topology,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const schema = z.strictObject({
  targets,
  /** Also where the system's promise does not allow it. */
  force: z.literal(true).exactOptional(),
})
type WipePlan = z.infer<typeof schema>

const helpless = ({ needsDisks }: Topology): string | undefined =>
  needsDisks === true
    ? 'the system promises nothing once a disk is lost: choose another fault, or say "force": true'
    : undefined

export default {
  summary: 'kills some nodes and loses their data; they come back empty',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  refuses: ({ targets, force }, topology) =>
    force === true ? undefined : (helpless(topology) ?? tooMany(targets, topology)),
  needs: ['processes'],
  acts: 'node',
  evidence:
    'no such process any more and nothing in the data folder; after healing another one runs',
  plan: (topology, random, nth) => {
    const mayBePrimary = topology.hasPrimaries && tooMany('primary', topology) === undefined
    if (nth === 0 && mayBePrimary) return { targets: 'primary' }
    const may = topology.members.filter(({ name }) => tooMany([name], topology) === undefined)
    return { targets: [random.pick(may.length > 0 ? may : topology.members).name] }
  },
  async inject(cluster, plan) {
    const names = await resolveTargets(cluster, plan.targets)
    await cluster.processes!.kill(names)
    await cluster.processes!.wipe(names)
    return { targets: names, done: { targets: names } }
  },
  async observe(cluster, { targets }) {
    const [gone, empty] = [await countGone(cluster, targets), await countEmpty(cluster, targets)]
    return {
      held: gone === targets.length && empty === targets.length,
      summary: `${gone} of ${targets.length} processes gone, ${empty} data folders empty`,
    }
  },
  async heal(cluster) {
    await cluster.membership?.restore()
    await cluster.processes!.start(cluster.nodes.map(({ name }) => name))
  },
  async healed(cluster, { targets }) {
    const running = targets.length - (await countGone(cluster, targets))
    return {
      held: running === targets.length,
      summary: `${running} of ${targets.length} processes run again`,
    }
  },
} satisfies Fault<WipePlan, { readonly targets: readonly string[] }>

const countGone = async (cluster: Cluster, names: readonly string[]): Promise<number> => {
  const states = await Promise.all(names.map((name) => cluster.processes!.state(name)))
  return states.filter(({ state }) => state === 'gone').length
}

const countEmpty = async (cluster: Cluster, names: readonly string[]): Promise<number> =>
  (await Promise.all(names.map((name) => cluster.processes!.isWiped(name)))).filter(Boolean).length

/** Nodes of one role do the same work: of each role no more than a minority may be hit. */
const tooMany = (wanted: Targets, { members }: Topology): string | undefined => {
  for (const role of new Set(members.map((member) => member.role))) {
    const nodes = members.filter((member) => member.role === role).length
    const most = Math.floor((nodes - 1) / 2)
    const hit = mayHit(wanted, members, role)
    if (hit > most)
      return (
        `would lose the data of ${hit} of ${nodes} nodes (${role}), and a majority survives the loss of ` +
        `${most} at most: choose fewer, or say "force": true`
      )
  }
  return undefined
}
