/**
 * Slow links: every packet over them is late, by a time that varies (jitter) as a distribution says; packets
 * whose times differ overtake each other, as they do with netem. Timeouts tuned to a fast network show here,
 * and a leader that is slow but not dead. Evidence: echo requests over the links take longer by what was
 * planned, those over other links do not.
 */
import { z } from 'zod'
import {
  answered,
  type Cluster,
  type Evidence,
  type Fault,
  type Link,
  links,
  medianMs,
  onLinks,
  planLinks,
  roundTrips,
  shapeLinks,
} from '../harness/api.ts'

const schema = z
  .strictObject({
    links,
    /** In each direction. */
    ms: z.number().min(5).max(60_000),
    /** Half the width (uniform) or the standard deviation. */
    jitterMs: z.number().min(0),
    distribution: z.enum(['uniform', 'normal', 'pareto']),
  })
  .refine(({ ms, jitterMs }) => jitterMs <= ms, {
    path: ['jitterMs'],
    message: 'more than ms: no packet can come before it was sent',
  })
type SlowPlan = z.infer<typeof schema>
type Done = SlowPlan & { readonly shaped: readonly Link[] }

export default {
  summary: 'delays packets over some links, with jitter: uniform, normal or pareto',
  schema,
  ...onLinks<SlowPlan>(),
  needs: ['delay'],
  evidence: 'round trips of echo requests over the links, and over others, against the plan',
  plan: (topology, random, nth) => {
    const ms = random.pick([20, 50, 100, 200, 500])
    return {
      links: planLinks(topology, random, nth),
      ms,
      jitterMs: random.pick([0, ms / 10, ms / 2]),
      distribution: random.pick(['uniform', 'normal', 'pareto'] as const),
    }
  },
  inject(cluster, plan) {
    const { ms, jitterMs, distribution } = plan
    return shapeLinks(cluster, plan, { kind: 'delay', ms, jitterMs, distribution })
  },
  observe: (cluster, { done }) => compare(cluster, done, done.shaped),
  async heal(cluster) {
    await cluster.traffic!.clear('delay')
  },
  healed: (cluster, { done }) => compare(cluster, done, []),
} satisfies Fault<SlowPlan, Done>

/** Whether round trips over the links that are slow now take as long as planned, and the others do not. */
const compare = async (
  cluster: Cluster,
  { ms, jitterMs }: SlowPlan,
  slow: readonly Link[],
): Promise<Evidence> => {
  const waitMs = 2 * (ms + 5 * jitterMs) + 500
  const trips = answered(await roundTrips(cluster, slow, { count: 20, gapMs: 5, waitMs }))
  // The machine may add to a delay and takes nothing from it; the median of a few packets strays by jitter.
  const least = 0.9 * ms - 0.5 * jitterMs - 1
  const isRight = (ways: number, median: number): boolean =>
    ways === 0
      ? median < Math.max(least, 3)
      : median >= ways * least && median <= 2 * ways * (ms + jitterMs) + 50
  const slowed = trips.filter(({ ways }) => ways > 0)
  const others = trips.filter(({ ways }) => ways === 0)
  const wrong = trips.filter((trip) => !isRight(trip.ways, medianMs(trip)))
  return {
    held: wrong.length === 0 && (slow.length === 0 || slowed.length > 0),
    summary:
      `median round trips: ${range(slowed)} over ${slowed.length} slow pairs of ends, ` +
      `${range(others)} over ${others.length} others`,
    ...(wrong.length === 0
      ? {}
      : { details: { wrong: wrong.map((trip) => ({ ...trip.link, ms: medianMs(trip) })) } }),
  }
}

const range = (trips: Parameters<typeof answered>[0]): string => {
  const medians = trips.map(medianMs).toSorted((a, b) => a - b)
  const [first, last] = [medians[0], medians.at(-1)]
  return first === undefined || last === undefined
    ? 'none'
    : `${first.toFixed(1)} to ${last.toFixed(1)} ms`
}
