/**
 * Cuts links between nodes: packets are dropped by the receiver's kernel, so connections hang as they do
 * when a switch fails, instead of being refused. Clients stay connected to every node. Bug studies
 * (Alquraan et al., OSDI 2018) say that one isolated node, most of all the leader, shows most bugs, so
 * those come first; then the shapes of Jepsen's nemesis. Evidence: a probe packet over every directed
 * link, counted by the receiving kernel.
 */
import { z } from 'zod'
import {
  type Cluster,
  type Evidence,
  type Fault,
  type Grudge,
  type Random,
  resolveTargets,
  type Topology,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const names = z.array(z.string()).min(1).readonly()

const schema = z.discriminatedUnion('shape', [
  /** The targets on one side, everybody else on the other. */
  z.strictObject({ shape: z.literal('isolate'), targets }),
  /** One-way: the targets hear nobody (`deaf`) or nobody hears them (`mute`). */
  z.strictObject({ shape: z.enum(['deaf', 'mute']), targets }),
  /** Two sides; who is in neither hears both. */
  z.strictObject({ shape: z.literal('halves'), left: names, right: names }),
  /** Two sides that only one node in the middle still connects. */
  z.strictObject({ shape: z.literal('bridge'), left: names, middle: z.string(), right: names }),
  /** Every node sees a majority, no two the same: neighbours in this order. */
  z.strictObject({ shape: z.literal('majorities-ring'), order: names }),
])
export type PartitionPlan = z.infer<typeof schema>

export default {
  summary: 'cuts links: isolates the primary or a node, halves, majorities ring, bridge, one-way',
  schema,
  unknownNodes: (plan, topology) =>
    unknownTargets('targets' in plan ? plan.targets : named(plan), topology),
  needs: ['partition'],
  acts: 'links',
  evidence: 'a probe packet over every directed link, counted by the receiving kernel',
  plan,
  async inject(cluster, plan) {
    const all = cluster.nodes.map(({ name }) => name)
    const resolved =
      'targets' in plan
        ? { ...plan, targets: [...(await resolveTargets(cluster, plan.targets))] }
        : plan
    const grudge = grudgeOf(resolved, all)
    await cluster.network!.setGrudge(grudge)
    const hit = 'targets' in resolved ? resolved.targets : Object.keys(grudge)
    return { targets: hit, done: { ...resolved, grudge } }
  },
  observe: (cluster, { done }) => links(cluster, done.grudge),
  async heal(cluster) {
    await cluster.network!.clear()
  },
  healed: (cluster) => links(cluster, {}),
} satisfies Fault<PartitionPlan, { readonly shape: string; readonly grudge: Grudge }>

function plan(topology: Topology, random: Random, nth: number): PartitionPlan {
  const all = topology.members.map(({ name }) => name)
  const shuffled = random.shuffle(all)
  const half = Math.ceil(all.length / 2)
  const left = shuffled.slice(0, half)
  const right = shuffled.slice(half)
  const one = shuffled.slice(0, 1)
  if (nth === 0 && topology.hasPrimaries) return { shape: 'isolate', targets: 'primary' }
  const shapes: PartitionPlan[] = [
    { shape: 'isolate', targets: one },
    { shape: 'halves', left, right },
    { shape: 'deaf', targets: topology.hasPrimaries ? 'primary' : one },
    { shape: 'mute', targets: topology.hasPrimaries ? 'primary' : one },
  ]
  if (topology.hasPrimaries) shapes.push({ shape: 'isolate', targets: 'primary' })
  if (all.length >= 3) {
    const [middle = '', ...others] = shuffled
    const cut = Math.ceil(others.length / 2)
    shapes.push({
      shape: 'bridge',
      left: others.slice(0, cut),
      middle,
      right: others.slice(cut),
    })
  }
  // With three nodes the neighbours are everybody: nothing would be cut.
  if (all.length >= 4) shapes.push({ shape: 'majorities-ring', order: shuffled })
  return random.pick(shapes)
}

const named = (plan: Exclude<PartitionPlan, { targets: unknown }>): readonly string[] => {
  if (plan.shape === 'majorities-ring') return plan.order
  if (plan.shape === 'halves') return [...plan.left, ...plan.right]
  return [...plan.left, plan.middle, ...plan.right]
}

/** Who drops whose packets, for a plan whose targets are node names. */
export const grudgeOf = (plan: PartitionPlan, all: readonly string[]): Grudge => {
  switch (plan.shape) {
    case 'isolate':
    case 'deaf':
    case 'mute': {
      const alone = plan.targets as readonly string[]
      const rest = all.filter((name) => !alone.includes(name))
      const deaf = plan.shape === 'mute' ? {} : drops(alone, rest)
      return plan.shape === 'deaf' ? deaf : { ...deaf, ...drops(rest, alone) }
    }
    case 'halves':
    case 'bridge':
      return { ...drops(plan.left, plan.right), ...drops(plan.right, plan.left) }
    case 'majorities-ring':
      return ring(plan.order)
  }
}

const drops = (receivers: readonly string[], senders: readonly string[]): Grudge =>
  senders.length === 0 ? {} : Object.fromEntries(receivers.map((name) => [name, senders]))

/** Each node sees as many neighbours on both sides as a majority needs. */
const ring = (order: readonly string[]): Grudge => {
  const { length } = order
  const reach = Math.ceil(Math.floor(length / 2) / 2)
  const distance = (a: number, b: number): number => {
    const direct = Math.abs(a - b)
    return Math.min(direct, length - direct)
  }
  return Object.fromEntries(
    order.map((receiver, at) => [
      receiver,
      order.filter((_, other) => distance(at, other) > reach),
    ]),
  )
}

/** Probes every link and compares with what the grudge says. */
const links = async (cluster: Cluster, grudge: Grudge): Promise<Evidence> => {
  const probes = await cluster.network!.probe()
  const isCut = ({ from, to }: { from: string; to: string }): boolean =>
    grudge[to]?.includes(from) ?? false
  const cut = probes.filter(isCut)
  const open = probes.filter((probe) => !isCut(probe))
  const dropped = cut.filter(({ outcome }) => outcome === 'dropped').length
  const delivered = open.filter(({ outcome }) => outcome === 'delivered').length
  const wrong = [
    ...cut.filter(({ outcome }) => outcome !== 'dropped'),
    ...open.filter(({ outcome }) => outcome !== 'delivered'),
  ]
  return {
    held: wrong.length === 0,
    summary: `a probe was dropped on ${dropped} of ${cut.length} cut links and passed on ${delivered} of ${open.length} open ones`,
    ...(wrong.length === 0 ? {} : { details: { wrong: wrong.map((link) => ({ ...link })) } }),
  }
}
