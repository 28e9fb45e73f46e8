/**
 * Cuts links: packets are dropped by the receiver's kernel, so connections hang as they do when a switch
 * fails, instead of being refused. Clients stay connected to every node, but for the shape `clients`. Bug
 * studies (Alquraan et al., OSDI 2018) say that one isolated node, most of all the leader, shows most bugs,
 * so those come first; then the shapes of Jepsen's nemesis. With `hold` packets are not lost but kept, and
 * all delivered at once when it heals: old messages then meet a new leader. Evidence: a probe packet over
 * every directed link, counted by the kernel where it was to pass; of held links, echo requests that wait.
 */
import { z } from 'zod'
import {
  CLIENTS,
  type Cluster,
  type Evidence,
  type Fault,
  type Grudge,
  type Link,
  type Random,
  resolveTargets,
  roundTrips,
  type Topology,
  targets,
  unknownTargets,
} from '../harness/api.ts'

const names = z.array(z.string()).min(1).readonly()

const schema = z.discriminatedUnion('shape', [
  /** The targets on one side, everybody else on the other; held packets arrive when it heals. */
  z.strictObject({ shape: z.literal('isolate'), targets, hold: z.literal(true).exactOptional() }),
  /** Each target is alone: cut off from the other targets too. */
  z.strictObject({ shape: z.literal('apart'), targets }),
  /** One-way: the targets hear nobody (`deaf`) or nobody hears them (`mute`). */
  z.strictObject({ shape: z.enum(['deaf', 'mute']), targets }),
  /** Two sides; who is in neither hears both. */
  z.strictObject({ shape: z.literal('halves'), left: names, right: names }),
  /** The same with sides drawn at the injection: halves, or less than a third of the nodes on one. */
  z.strictObject({ shape: z.enum(['random-halves', 'minority-third']) }),
  /** Two sides that only one node in the middle still connects. */
  z.strictObject({ shape: z.literal('bridge'), left: names, middle: z.string(), right: names }),
  /** Every node sees a majority, no two the same: neighbours in this order. */
  z.strictObject({ shape: z.literal('majorities-ring'), order: names }),
  /** The targets lose their clients and nobody else. */
  z.strictObject({ shape: z.literal('clients'), targets }),
  /** One link; in the other direction as well unless `way` is `one`. */
  z.strictObject({
    shape: z.literal('link'),
    from: z.string(),
    to: z.string(),
    way: z.enum(['one', 'both']).exactOptional(),
  }),
])
export type PartitionPlan = z.infer<typeof schema>

/** What was done: links cut, or held. */
type Done = {
  readonly shape: string
  readonly grudge: Grudge
  readonly held?: readonly Link[]
}

export default {
  summary:
    'cuts links: isolates the primary or a node, halves, majorities ring, bridge, one-way, one link, clients',
  schema,
  unknownNodes: (plan, topology) =>
    unknownTargets('targets' in plan ? plan.targets : named(plan), topology),
  refuses: (plan, { members }) => {
    if (plan.shape === 'link' && plan.from === plan.to) return 'no link leads from a node to itself'
    return members.length === 1 && plan.shape !== 'clients'
      ? 'one node has links with its clients only: say "shape": "clients"'
      : undefined
  },
  needs: ['partition'],
  needsFor: (plan) => (plan.shape === 'isolate' && plan.hold ? ['hold'] : []),
  acts: 'links',
  weight: 12,
  replaces: true,
  evidence: 'a probe packet over every directed link, counted by the receiving kernel',
  plan,
  async inject(cluster, plan) {
    const all = cluster.nodes.map(({ name }) => name)
    const resolved = await resolve(cluster, plan)
    const grudge = grudgeOf(resolved, all)
    const hit =
      'targets' in resolved ? (resolved.targets as readonly string[]) : Object.keys(grudge)
    const targets = all.filter((name) => hit.includes(name))
    if (resolved.shape !== 'isolate' || resolved.hold !== true) {
      // It may replace one that held packets back.
      await Promise.all([cluster.network!.setGrudge(grudge), cluster.traffic?.clear('hold')])
      return { targets, done: { ...resolved, grudge } }
    }
    const held = Object.entries(grudge).flatMap(([to, senders]) =>
      senders.map((from) => ({ from, to })),
    )
    await Promise.all([cluster.network!.clear(), cluster.traffic!.shape(held, { kind: 'hold' })])
    return { targets, done: { ...resolved, grudge: {}, held } }
  },
  observe: (cluster, { done: { held, grudge } }) =>
    held === undefined ? links(cluster, grudge) : waiting(cluster, held),
  async heal(cluster) {
    // Absent where nothing can be held, and so nothing was.
    await Promise.all([cluster.network!.clear(), cluster.traffic?.clear('hold')])
  },
  healed: async (cluster, { done: { held } }) => {
    const open = await links(cluster, {})
    if (held === undefined || !open.held) return open
    const [first] = held
    const trips = await roundTrips(cluster, first === undefined ? [] : [first], { count: 5 })
    const silent = trips.filter(({ replies }) => replies.length === 0).length
    return { ...open, held: silent === 0 }
  },
} satisfies Fault<PartitionPlan, Done>

/** A plan of node names: roles and draws settled. */
const resolve = async (cluster: Cluster, plan: PartitionPlan): Promise<PartitionPlan> => {
  if ('targets' in plan)
    return { ...plan, targets: [...(await resolveTargets(cluster, plan.targets))] }
  if (plan.shape !== 'random-halves' && plan.shape !== 'minority-third') return plan
  const all = cluster.nodes.map(({ name }) => name)
  const few = await resolveTargets(cluster, 'minority')
  // The drawn come first; how many of them are on the small side is the shape's.
  const order = [...few, ...all.filter((name) => !few.includes(name))]
  const size = plan.shape === 'random-halves' ? Math.floor(all.length / 2) : thirdOf(all.length)
  return { shape: 'halves', left: order.slice(0, size), right: order.slice(size) }
}

/** As many nodes as are less than a third, and at least one. */
const thirdOf = (nodes: number): number => Math.max(1, Math.ceil(nodes / 3) - 1)

/** Echo requests over held links wait, those over others are answered. */
const waiting = async (cluster: Cluster, held: readonly Link[]): Promise<Evidence> => {
  const trips = await roundTrips(cluster, held, { count: 5, waitMs: 100 })
  const counts = await cluster.traffic!.counts('hold')
  const packets = counts.reduce((sum, { touched }) => sum + touched, 0)
  const passed = trips.filter(({ ways, replies }) => ways > 0 && replies.length > 0)
  const silent = trips.filter(({ ways, replies }) => ways === 0 && replies.length === 0)
  return {
    held: packets > 0 && passed.length === 0 && silent.length === 0,
    summary:
      `${packets} packets wait on ${held.length} links and none was answered; ` +
      `${trips.filter(({ ways }) => ways === 0).length} other pairs of ends answer`,
  }
}

function plan(topology: Topology, random: Random, nth: number): PartitionPlan {
  const all = topology.members.map(({ name }) => name)
  const shuffled = random.shuffle(all)
  const half = Math.ceil(all.length / 2)
  const left = shuffled.slice(0, half)
  const right = shuffled.slice(half)
  const one = shuffled.slice(0, 1)
  if (nth === 0 && topology.hasPrimaries) return { shape: 'isolate', targets: 'primary' }
  if (all.length === 1) return { shape: 'clients', targets: one }
  const shapes: PartitionPlan[] = [
    { shape: 'isolate', targets: one },
    { shape: 'halves', left, right },
    { shape: 'clients', targets: topology.hasPrimaries ? 'primary' : one },
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
  if (all.length >= 3)
    shapes.push({ shape: 'link', from: shuffled[0]!, to: shuffled[1]!, way: 'both' })
  // With three nodes the neighbours are everybody: nothing would be cut.
  if (all.length >= 4) shapes.push({ shape: 'majorities-ring', order: shuffled })
  return random.pick(shapes)
}

const named = (plan: Exclude<PartitionPlan, { targets: unknown }>): readonly string[] => {
  if (plan.shape === 'majorities-ring') return plan.order
  if (plan.shape === 'halves') return [...plan.left, ...plan.right]
  if (plan.shape === 'link') return [plan.from, plan.to]
  if (plan.shape !== 'bridge') return []
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
    case 'apart': {
      const alone = plan.targets as readonly string[]
      const others = (name: string) => all.filter((other) => other !== name)
      return Object.fromEntries(
        all.map((name) => [name, alone.includes(name) ? others(name) : alone]),
      )
    }
    case 'clients': {
      const alone = plan.targets as readonly string[]
      return { ...drops(alone, [CLIENTS]), [CLIENTS]: alone }
    }
    case 'link':
      return {
        ...drops([plan.to], [plan.from]),
        ...(plan.way === 'one' ? {} : drops([plan.from], [plan.to])),
      }
    // Drawn before: nobody is on a side yet.
    case 'random-halves':
    case 'minority-third':
      return {}
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
