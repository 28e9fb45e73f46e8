/**
 * Which links a fault shapes, and how a shaping shows. A plan names them by the nodes at one end, which may
 * be a role, or one by one; who leads is found out at the injection. What a link does to packets is read from
 * echo requests, answered by the kernels at its ends: also for the links that were to be left alone.
 */
import { z } from 'zod'
import type { Cluster, Injection, Json, Random, Topology } from './api.ts'
import {
  CLIENTS,
  type Echo,
  type EchoOptions,
  type Link,
  type Shaping,
} from './capabilities/traffic.ts'
import { minorityOf, planTargets, resolveTargets, targets, unknownTargets } from './targets.ts'

const end = z.string().min(1)

/**
 * All links of some nodes (`of`) with the other nodes, with clients or with both (`with`; nodes), in both
 * directions or only towards or from those nodes (`way`; both); or a list of directed ones.
 */
export const links = z.union(
  [
    z.strictObject({
      of: targets,
      with: z.enum(['nodes', 'clients', 'all']).exactOptional(),
      way: z.enum(['both', 'in', 'out']).exactOptional(),
    }),
    z
      .array(z.strictObject({ from: end, to: end }))
      .min(1)
      .readonly(),
  ],
  {
    error:
      'expected {"of": TARGETS, "with": nodes|clients|all, "way": both|in|out} or a list of {"from": END, "to": END}',
  },
)
export type Links = z.infer<typeof links>

/** Names and roles that the cluster does not have. */
export const unknownInLinks = (wanted: Links, topology: Topology): readonly string[] => {
  if ('of' in wanted) return unknownTargets(wanted.of, topology)
  const names = wanted.flatMap(({ from, to }) => [from, to]).filter((name) => name !== CLIENTS)
  return unknownTargets([...new Set(names)], topology)
}

/** Why there are no such links, in one line. */
export const refusedLinks = (wanted: Links, { members }: Topology): string | undefined => {
  if ('of' in wanted)
    return members.length === 1 && wanted.with !== 'clients' && wanted.with !== 'all'
      ? 'one node has links with its clients only: say "with": "clients"'
      : undefined
  const loop = wanted.find(({ from, to }) => from === to)
  return loop === undefined ? undefined : `no link leads from ${loop.from} to itself`
}

/** What all faults of links have in common, whatever they do to packets. */
export const onLinks = <P extends { readonly links: Links }>() =>
  ({
    unknownNodes: (plan: P, topology: Topology) => unknownInLinks(plan.links, topology),
    refuses: (plan: P, topology: Topology) => refusedLinks(plan.links, topology),
    acts: 'links',
    replaces: true,
  }) as const

type LinkPlan = { readonly [field: string]: Json } & { readonly links: Links }

/** Shapes the links that a plan means, now. */
export const shapeLinks = async <P extends LinkPlan>(
  cluster: Cluster,
  plan: P,
  shaping: Shaping,
): Promise<Injection<P & { readonly shaped: readonly Link[] }>> => {
  const { targets, links: shaped } = await resolveLinks(cluster, plan.links)
  await cluster.traffic!.shape(shaped, shaping)
  return { targets, done: { ...plan, shaped } }
}

/** The links meant, now, each once, and the nodes that they were named by. */
export const resolveLinks = async (
  cluster: Cluster,
  wanted: Links,
): Promise<{ readonly targets: readonly string[]; readonly links: readonly Link[] }> => {
  const all = cluster.nodes.map(({ name }) => name)
  if (!('of' in wanted)) {
    const named = wanted.flatMap(({ from, to }) => [from, to])
    return { targets: all.filter((name) => named.includes(name)), links: unique(wanted) }
  }
  const names = await resolveTargets(cluster, wanted.of)
  const { with: partner = 'nodes', way = 'both' } = wanted
  const peers = [...(partner === 'clients' ? [] : all), ...(partner === 'nodes' ? [] : [CLIENTS])]
  const found = names.flatMap((name) =>
    peers
      .filter((peer) => peer !== name)
      .flatMap((peer) => [
        ...(way === 'in' ? [] : [{ from: name, to: peer }]),
        ...(way === 'out' ? [] : [{ from: peer, to: name }]),
      ]),
  )
  return { targets: names, links: unique(found) }
}

const unique = (found: readonly Link[]): readonly Link[] => [
  ...new Map(found.map(({ from, to }) => [`${from} ${to}`, { from, to }])).values(),
]

/** Links to shape, from the most telling on; `nth` as in `Fault.plan`. */
export const planLinks = (topology: Topology, random: Random, nth: number): Links => {
  const names = topology.members.map(({ name }) => name)
  const [one = '', other = ''] = random.shuffle(names)
  if (names.length === 1) return { of: [one], with: 'clients' }
  const first = planTargets(topology, random, nth, 'minority')
  if (nth === 0) return { of: first }
  return random.pick<Links>([
    { of: first },
    { of: [one], way: random.pick(['in', 'out'] as const) },
    { of: random.shuffle(names).slice(0, minorityOf(names.length)), with: 'all' },
    { of: 'all' },
    [{ from: one, to: other }],
    { of: [one], with: 'clients' },
  ])
}

/** What came back between two ends. */
export interface RoundTrip extends Echo {
  /** How many of the two directions are shaped: 0 on links that were to be left alone. */
  readonly ways: number
}

export interface RoundTripOptions extends EchoOptions {
  /** Measure at most so many shaped pairs of ends, and so many others. */
  readonly most?: number
}

/** Round trips over shaped links and over those that were to be left alone, clients' as well. */
export const roundTrips = async (
  cluster: Cluster,
  shaped: readonly Link[],
  { most = Number.POSITIVE_INFINITY, ...options }: RoundTripOptions,
): Promise<readonly RoundTrip[]> => {
  const names = cluster.nodes.map(({ name }) => name)
  const pairs = names.flatMap((from, place) =>
    [...names.slice(place + 1), CLIENTS].map((to) => {
      const ways = shaped.filter(
        (link) => (link.from === from && link.to === to) || (link.from === to && link.to === from),
      ).length
      return { link: { from, to }, ways }
    }),
  )
  const measured = [
    ...pairs.filter(({ ways }) => ways > 0).slice(0, most),
    ...pairs.filter(({ ways }) => ways === 0).slice(0, most),
  ]
  const echoes = await cluster.traffic!.echo(
    measured.map(({ link }) => link),
    options,
  )
  return echoes.map((echo, place) => ({ ...echo, ways: measured[place]!.ways }))
}

/** Those that were answered at all: the others are cut, or their node's network is, by something else. */
export const answered = (trips: readonly RoundTrip[]): readonly RoundTrip[] =>
  trips.filter(({ replies }) => replies.length > 0)

/** The median round trip, ms; not a number where nothing came back. */
export const medianMs = ({ replies }: Echo): number => {
  const sorted = replies.map(({ ms }) => ms).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** The share of requests that were not answered. */
export const lostShare = ({ sent, replies }: Echo): number =>
  1 - new Set(replies.map(({ sequence }) => sequence)).size / sent

/**
 * Whether `hits` of `tries` may be the work of so many percent, each by itself or in runs: five standard
 * deviations, which a right count leaves once in a million, and a run at either end.
 */
export const isLikely = (hits: number, tries: number, percent: number, run = 1): boolean => {
  const share = percent / 100
  const deviation = Math.sqrt(tries * share * (1 - share) * run)
  return Math.abs(hits - tries * share) <= 5 * deviation + run
}

/** The percentage that shows on a round trip when each of its shaped ways does something to so many. */
export const overWays = (percent: number, ways: number): number =>
  100 * (1 - (1 - percent / 100) ** ways)
