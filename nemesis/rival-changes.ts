/**
 * Two people change the membership at the same time and do not know of each other: some nodes are asked to
 * remove one node, others to remove another, again and again until they accept. Each change is lawful; what must
 * not be is that leaders of different terms carry out changes that neither knows of, for then two majorities may
 * have no node in common. Nobody waits for a change to be carried out, and nodes that were removed go on, as
 * they do until somebody turns them off. Healing brings the cluster back to its own nodes, with those that had
 * been removed empty. Evidence: a node that lists the members without one that was to be removed.
 */
import { z } from 'zod'
import { type Cluster, type Fault, type Membership, unknownTargets } from '../harness/api.ts'

const schema = z.strictObject({
  /** Every node of `via` is asked to remove `remove`. */
  changes: z
    .array(z.strictObject({ via: z.array(z.string()).min(1).readonly(), remove: z.string() }))
    .min(1)
    .readonly(),
  /** From one request to a node to the next. */
  periodMs: z.number().int().min(10).max(60_000),
})
type RivalPlan = z.infer<typeof schema>

interface Rivals {
  readonly stop: AbortController
  readonly ended: Promise<unknown>
}

/** Those of each cluster that has some, by the cluster's membership. */
const rivals = new WeakMap<Membership, Rivals>()

/** Asks a node for its change until it says that it is done. */
const insist = async (
  cluster: Cluster,
  [via, remove]: readonly [via: string, remove: string],
  periodMs: number,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    const period = cluster.sleep(periodMs, signal)
    const isDone = await cluster.membership!.ask(via, 'remove', remove).then(
      () => true,
      () => false,
    )
    if (isDone) return
    await period
  }
}

const end = async (membership: Membership): Promise<void> => {
  const known = rivals.get(membership)
  known?.stop.abort()
  await known?.ended
  rivals.delete(membership)
}

/** How often, and after how long each time, a healing looks whether the members are those of before; ms. */
const TURNS = 20
const SETTLES_MS = 300

/** Whether everybody who answers lists all of the cluster's own nodes. */
const isWhole = async ({ membership, nodes }: Cluster): Promise<boolean> => {
  const { pending, views } = await membership!.view()
  const lists = Object.values(views)
  return (
    pending.length === 0 &&
    nodes.every(({ name }) => lists.every(({ members }) => members.includes(name)))
  )
}

export default {
  summary: 'asks several nodes for different changes of the membership at the same time',
  schema,
  unknownNodes: ({ changes }, topology) =>
    unknownTargets([...changes.flatMap(({ via, remove }) => [...via, remove])], topology),
  refuses: (_, { members, hasMembership }) => {
    if (hasMembership !== true) return 'the system cannot remove nodes while it serves'
    return members.length < 4
      ? `of ${members.length} nodes no majority may be left when two are removed`
      : undefined
  },
  needs: ['membership', 'processes'],
  acts: 'node',
  evidence: 'a node that lists the members without one that was to be removed',
  plan: ({ members }, random) => {
    const names = random.shuffle(members.map(({ name }) => name))
    const half = Math.ceil(names.length / 2)
    const [left, right] = [names.slice(0, half), names.slice(half)]
    return {
      changes: [
        { via: left, remove: right[0] ?? names[0]! },
        { via: right.length > 0 ? right : left, remove: left[0]! },
      ],
      periodMs: random.pick([20, 100, 300]),
    }
  },
  async inject(cluster, { changes, periodMs }) {
    const membership = cluster.membership!
    await end(membership)
    const stop = new AbortController()
    const wanted = changes.flatMap(({ via, remove }) => via.map((name) => [name, remove] as const))
    const ended = Promise.all(wanted.map((one) => insist(cluster, one, periodMs, stop.signal)))
    rivals.set(membership, { stop, ended })
    const targets = [...new Set(changes.map(({ remove }) => remove))]
    return { targets, done: { targets } }
  },
  async observe(cluster, { targets }) {
    const { views } = await cluster.membership!.view()
    const without = Object.entries(views).filter(([, { members }]) =>
      targets.some((name) => !members.includes(name)),
    )
    const said = without.map(([name, { members }]) => `${name} lists ${members.join(', ')}`)
    return {
      held: without.length > 0,
      summary: said[0] ?? `all ${Object.keys(views).length} nodes that answer list everybody`,
    }
  },
  async heal(cluster) {
    const membership = cluster.membership!
    await end(membership)
    for (let turn = 0; turn < TURNS; turn++) {
      await membership.restore()
      // What was asked for last may still be carried out.
      await cluster.sleep(SETTLES_MS)
      if (await isWhole(cluster)) return
    }
  },
  async healed(cluster, { targets }) {
    const { members, pending } = await cluster.membership!.view()
    const back = targets.filter((name) => members.includes(name)).length
    return {
      held: back === targets.length && pending.length === 0,
      summary: `the system’s members are ${members.join(', ')}`,
    }
  },
} satisfies Fault<RivalPlan, { readonly targets: readonly string[] }>
