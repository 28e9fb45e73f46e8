/**
 * Links on which some packets wait a moment and are overtaken by those behind them. TCP puts them in order
 * again, at a cost; protocols over UDP see them as they come. Evidence: the share of echo requests that took
 * at least as long as the wait, and answers that came after later ones, over these links and over no others.
 */
import { z } from 'zod'
import {
  answered,
  type Cluster,
  type Evidence,
  type Fault,
  isLikely,
  type Link,
  links,
  onLinks,
  overWays,
  planLinks,
  type RoundTrip,
  roundTrips,
  shapeLinks,
} from '../harness/api.ts'

const schema = z.strictObject({
  links,
  percent: z.number().min(1).max(99),
  /** How long those packets wait. */
  gapMs: z.number().min(10).max(10_000),
})
type ReorderPlan = z.infer<typeof schema>
type Done = ReorderPlan & { readonly shaped: readonly Link[] }

export default {
  summary: 'lets packets over some links overtake others',
  schema,
  ...onLinks<ReorderPlan>(),
  needs: ['reorder'],
  evidence: 'echo requests over the links that are overtaken, and over others none',
  plan: (topology, random, nth) => ({
    links: planLinks(topology, random, nth),
    percent: random.pick([5, 25, 50]),
    gapMs: random.pick([20, 50, 100]),
  }),
  inject(cluster, plan) {
    const { percent, gapMs } = plan
    return shapeLinks(cluster, plan, { kind: 'reorder', percent, gapMs })
  },
  observe: (cluster, { done }) => compare(cluster, done, done.shaped),
  async heal(cluster) {
    await cluster.traffic!.clear('reorder')
  },
  healed: (cluster, { done }) => compare(cluster, done, []),
} satisfies Fault<ReorderPlan, Done>

const compare = async (
  cluster: Cluster,
  { percent, gapMs }: ReorderPlan,
  shaped: readonly Link[],
): Promise<Evidence> => {
  const options = { count: 150, gapMs: 3, waitMs: 2 * gapMs + 500 }
  const trips = answered(await roundTrips(cluster, shaped, options))
  // By clocks of two processes, so a little less than the whole wait.
  const lateOf = (some: readonly RoundTrip[]): number =>
    some.flatMap(({ replies }) => replies.filter(({ ms }) => ms >= 0.9 * gapMs)).length
  const within = trips.filter(({ ways }) => ways > 0)
  const others = trips.filter(({ ways }) => ways === 0)
  const overtaken = within.reduce((sum, trip) => sum + inversions(trip), 0)
  const lateElsewhere = lateOf(others)
  const answers = others.reduce((sum, { replies }) => sum + replies.length, 0)
  const isRight = within.every((trip) => {
    const expected = overWays(percent, trip.ways)
    // What the machine itself is late with comes on top.
    const late = lateOf([trip])
    const share = (100 * late) / trip.replies.length
    return (
      isLikely(late, trip.replies.length, expected) || (share > expected && share < expected + 10)
    )
  })
  return {
    held:
      isRight &&
      (shaped.length === 0 || overtaken > 0) &&
      lateElsewhere <= (answers * Math.min(percent, 20)) / 100 / 2,
    summary:
      `${overtaken} answers were overtaken over ${within.length} pairs of ends, ${lateOf(within)} late by ` +
      `${gapMs} ms; over ${others.length} others ${lateElsewhere} of ${answers} were late`,
  }
}

/** Answers that came after one to a later request. */
const inversions = ({ replies }: RoundTrip): number => {
  let latest = -1
  return replies.filter(({ sequence }) => {
    const isLate = sequence < latest
    latest = Math.max(latest, sequence)
    return isLate
  }).length
}
