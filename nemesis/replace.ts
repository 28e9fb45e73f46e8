/**
 * Replaces nodes, one after the other: removed from the tested system, their data lost, and added again
 * under the same address, as operators do with a broken machine. The new member must not be taken for the
 * old one, whose votes and data are gone. It never goes below what keeps a majority unless the plan says
 * `force`. Evidence: every node that answers lists the member, under another identity than before.
 */
import { z } from 'zod'
import {
  type Fault,
  keepsMajority,
  planTargets,
  resolveTargets,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const schema = z.strictObject({
  targets,
  /** Also where no majority of the rest would be left meanwhile. */
  force: z.literal(true).exactOptional(),
})
type ReplacePlan = z.infer<typeof schema>

/** What the system called the nodes before, in the order of the targets. */
type Replaced = { readonly before: readonly string[] }

export default {
  summary: 'removes nodes from the system with their data and adds them again as new ones',
  schema,
  unknownNodes: (plan, topology) => unknownTargets(plan.targets, topology),
  refuses: ({ force }, { members, hasMembership }) => {
    if (hasMembership !== true) return 'the system cannot replace nodes while it serves'
    if (force === true || members.length > 2) return undefined
    return `no majority of ${members.length} nodes is left while one is replaced: say "force": true`
  },
  needs: ['membership', 'processes'],
  acts: 'node',
  evidence: 'every node that answers lists the member, under another identity than before',
  plan: (topology, random, nth) => {
    const some = planTargets(topology, random, nth, 'minority')
    return { targets: Array.isArray(some) ? some.slice(0, 1) : some }
  },
  async inject(cluster, { targets, force }) {
    const names = await resolveTargets(cluster, targets)
    const before: string[] = []
    for (const name of names) {
      const members = await cluster.membership!.view()
      if (force !== true && !keepsMajority(members, cluster.nodes.length, { without: name }))
        throw new Error(
          `without ${name} no majority of ${members.members.join(', ')} would be left ("force": true does it)`,
        )
      before.push(members.identities[name] ?? '')
      await cluster.membership!.remove(name)
      await cluster.membership!.add(name)
    }
    return { targets: names, done: { before } }
  },
  async observe(cluster, { targets, done }) {
    const { identities, views } = await cluster.membership!.view()
    const asked = Object.values(views)
    const agree = asked.filter((view) =>
      targets.every(
        (name, place) =>
          view.members.includes(name) && view.identities[name] !== done.before[place],
      ),
    )
    const said = targets.map(
      (name, place) => `${name} is ${identities[name] ?? 'nobody'}, was ${done.before[place]}`,
    )
    return {
      held: agree.length === asked.length,
      summary: `${agree.length} of ${asked.length} nodes agree: ${said.join(', ')}`,
    }
  },
  async heal(cluster) {
    await cluster.membership!.restore()
  },
  async healed(cluster, { targets }) {
    const { members, pending } = await cluster.membership!.view()
    const back = targets.filter((name) => members.includes(name)).length
    return {
      held: back === targets.length && pending.length === 0,
      summary: `the system’s members are ${members.join(', ')}`,
    }
  },
} satisfies Fault<ReplacePlan, Replaced>
