/**
 * Adds nodes to the tested system while it serves: those that were removed before, else nodes beyond the
 * cluster's own, which have never run. A new member has to learn everything from the others, and raises the
 * number that makes a majority before it can count to one. An addition whose answer is lost is looked up
 * until it is decided. Healing brings the cluster back to its own nodes. Evidence: the system's own list of
 * members, asked of every node that answers, the new one among them.
 */
import { z } from 'zod'
import { type Fault, keepsMajority } from '../harness/api.ts'

const schema = z.strictObject({
  /** How many nodes are added. */
  count: z.number().int().min(1).max(10),
  /** Also where those that answer would be no majority with the new one. */
  force: z.literal(true).exactOptional(),
})
type GrowPlan = z.infer<typeof schema>

export default {
  summary: 'adds nodes to the system while it serves, then removes them again',
  schema,
  unknownNodes: () => [],
  refuses: (_, { hasMembership }) =>
    hasMembership === true ? undefined : 'the system cannot add nodes while it serves',
  needs: ['membership', 'spare', 'processes'],
  evidence: 'the system’s own list of members, asked of every node that answers, the new one too',
  plan: () => ({ count: 1 }),
  async inject(cluster, { count, force }) {
    const names = (await cluster.membership!.outside()).slice(0, count)
    if (names.length < count)
      throw new Error(
        `${names.length} nodes are outside the system, and ${count} were to be added to it`,
      )
    for (const name of names) {
      const members = await cluster.membership!.view()
      if (force !== true && !keepsMajority(members, cluster.nodes.length, { with: name }))
        throw new Error(`with ${name} the nodes that answer would be no majority ("force": true)`)
      await cluster.membership!.add(name)
    }
    return { targets: names, done: { targets: names } }
  },
  async observe(cluster, { targets }) {
    const { members, pending, views } = await cluster.membership!.view()
    const asked = Object.values(views)
    const agree = asked.filter((view) => targets.every((name) => view.members.includes(name)))
    const answering = targets.filter((name) => name in views)
    return {
      held: agree.length === asked.length && answering.length === targets.length,
      summary: `${agree.length} of ${asked.length} nodes list ${members.join(', ')}`,
      details: { members, pending },
    }
  },
  async heal(cluster) {
    await cluster.membership!.restore()
  },
  async healed(cluster) {
    const own = cluster.nodes.map(({ name }) => name)
    const { members, pending } = await cluster.membership!.view()
    const isOwn = members.length === own.length && own.every((name) => members.includes(name))
    return {
      held: isOwn && pending.length === 0,
      summary: `the system’s members are ${members.join(', ')}`,
    }
  },
} satisfies Fault<GrowPlan, { readonly targets: readonly string[] }>
