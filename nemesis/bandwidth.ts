/**
 * Narrow links: only so many bits a second pass, in each direction by itself; what is more waits up to 0.4 s
 * and is dropped then, as at a slow router. Snapshots and rebalancing suffer, heartbeats do not always.
 * Evidence: the rate at which large echo requests, sent three times too fast, come back over these links and
 * over others.
 */
import { z } from 'zod'
import {
  answered,
  type Cluster,
  type Evidence,
  type Fault,
  type Link,
  links,
  onLinks,
  planLinks,
  type RoundTrip,
  roundTrips,
  shapeLinks,
} from '../harness/api.ts'

const schema = z.strictObject({
  links,
  /** kbit/s of a link. */
  kbitS: z.int().min(128).max(20_000),
})
type BandwidthPlan = z.infer<typeof schema>
type Done = BandwidthPlan & { readonly shaped: readonly Link[] }

/** What a request takes on the wire: 1400 bytes under the headers of ICMP, IP and Ethernet. */
const BYTES = 1400
const WIRE_BITS = (BYTES + 8 + 20 + 14) * 8
/** The first few pass at once, from the link's bucket. */
const BUCKET = 8
/** Answers in a row, at least, whose rate is taken. */
const STRETCH = 20
/** How fast requests are sent, in times of the limit, and from where on nothing limits them. */
const OFFERED = 3
const UNLIMITED = 1.5

export default {
  summary: 'limits the rate of some links',
  schema,
  ...onLinks<BandwidthPlan>(),
  needs: ['rate'],
  evidence: 'the rate at which large echo requests come back over the links, and over others',
  plan: (topology, random, nth) => ({
    links: planLinks(topology, random, nth),
    kbitS: random.pick([256, 1000, 4000]),
  }),
  inject: (cluster, plan) => shapeLinks(cluster, plan, { kind: 'rate', kbitS: plan.kbitS }),
  observe: (cluster, { done }) => compare(cluster, done.kbitS, done.shaped),
  async heal(cluster) {
    await cluster.traffic!.clear('rate')
  },
  healed: (cluster, { done }) => compare(cluster, done.kbitS, []),
} satisfies Fault<BandwidthPlan, Done>

const compare = async (
  cluster: Cluster,
  kbitS: number,
  shaped: readonly Link[],
): Promise<Evidence> => {
  const perSecond = (OFFERED * kbitS * 1000) / WIRE_BITS
  const seconds = kbitS < 1000 ? 2 : 0.7
  const count = Math.ceil(perSecond * seconds)
  const trips = answered(
    await roundTrips(cluster, shaped, {
      count,
      gapMs: 1000 / perSecond,
      bytes: BYTES,
      waitMs: 600,
      most: 5,
    }),
  )
  const rates = trips.map(({ ways, replies }) => ({
    ways,
    kbitS: ways > 0 ? rateOf(replies.slice(BUCKET)) : fastest(replies),
  }))
  const narrow = rates.filter(({ ways }) => ways > 0)
  const others = rates.filter(({ ways }) => ways === 0)
  const told = (some: typeof rates): string =>
    some.map((one) => Math.round(one.kbitS)).join(', ') || 'none'
  return {
    held:
      (shaped.length === 0 || narrow.length > 0) &&
      narrow.every((one) => one.kbitS > 0.6 * kbitS && one.kbitS < 1.4 * kbitS) &&
      others.every((one) => one.kbitS > UNLIMITED * kbitS),
    summary: `kbit/s over limited links: ${told(narrow)}; over others: ${told(others)}; the limit is ${kbitS}`,
  }
}

type Replies = RoundTrip['replies']

/** kbit/s of answers, from the first to the last. */
const rateOf = (replies: Replies): number => {
  const [first, last] = [replies[0], replies.at(-1)]
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0
  return ((replies.length - 1) * WIRE_BITS) / (last.atMs - first.atMs)
}

/** Of the fastest stretch: a machine with much to do sends in fits and starts, a limit is never exceeded. */
const fastest = (replies: Replies): number => {
  const length = Math.max(STRETCH, Math.ceil(replies.length / 4))
  const stretches = replies.slice(0, Math.max(1, replies.length - length + 1))
  return Math.max(...stretches.map((_, at) => rateOf(replies.slice(at, at + length))))
}
