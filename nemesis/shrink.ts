/**
 * Removes nodes from the tested system while it serves, one after the other, by its own procedure: a change
 * of membership is a change of quorum, and the rules for it are the part of a consensus protocol that is
 * tried least. A removal whose answer is lost is looked up until it is decided. It never goes below what
 * keeps a majority unless the plan says `force`. Healing takes the nodes in again, with no data of before.
 * Evidence: the system's own list of members, asked of every node that answers.
 */
import { z } from 'zod'
import {
  type Fault,
  keepsMajority,
  type Members,
  mayHit,
  planTargets,
  resolveTargets,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const schema = z.strictObject({
  targets,
  /** Also where no majority of the rest would be left. */
  force: z.literal(true).exactOptional(),
})
type ShrinkPlan = z.infer<typeof schema>

/** The nodes whose list lacks all of these, of those that are asked. */
const lacking = ({ views }: Members, names: readonly string[]): readonly string[] =>
  Object.keys(views).filter((node) =>
    names.every(
      (name) => !views[node]!.members.includes(name) && !views[node]!.pending.includes(name),
    ),
  )

export default {
  summary: 'removes nodes from the system while it serves, then adds them again',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  refuses: ({ targets, force }, { members, hasMembership }) => {
    if (hasMembership !== true) return 'the system cannot remove nodes while it serves'
    const left = members.length - mayHit(targets, members)
    if (left === 0) return 'would remove every node: nobody would be left to add them again'
    if (force === true || left > members.length / 2) return undefined
    return `would leave ${left} of ${members.length} nodes, no majority: choose fewer, or say "force": true`
  },
  needs: ['membership', 'processes'],
  acts: 'node',
  evidence: 'the system’s own list of members, asked of every node that answers',
  plan: (topology, random, nth) => {
    const some = planTargets(topology, random, nth, 'minority')
    return { targets: Array.isArray(some) ? some.slice(0, 1) : some }
  },
  async inject(cluster, { targets, force }) {
    const names = await resolveTargets(cluster, targets)
    for (const name of names) {
      const members = await cluster.membership!.view()
      if (force !== true && !keepsMajority(members, cluster.nodes.length, { without: name }))
        throw new Error(
          `without ${name} no majority of ${members.members.join(', ')} would be left ("force": true does it)`,
        )
      await cluster.membership!.remove(name)
    }
    return { targets: names, done: { targets: names } }
  },
  async observe(cluster, { targets }) {
    const members = await cluster.membership!.view()
    const agree = lacking(members, targets)
    const asked = Object.keys(members.views)
    return {
      held: agree.length === asked.length,
      summary: `${agree.length} of ${asked.length} nodes list ${members.members.join(', ')}`,
      details: { members: members.members, pending: members.pending },
    }
  },
  async heal(cluster) {
    await cluster.membership!.restore()
  },
  async healed(cluster, { targets }) {
    const { members, pending, views } = await cluster.membership!.view()
    const asked = Object.values(views)
    const agree = asked.filter((view) => targets.every((name) => view.members.includes(name)))
    return {
      held: agree.length === asked.length && pending.length === 0,
      summary: `${agree.length} of ${asked.length} nodes list ${members.join(', ')}`,
    }
  },
} satisfies Fault<ShrinkPlan, { readonly targets: readonly string[] }>
