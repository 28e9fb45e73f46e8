/**
 * Links that damage some packets: one bit behind the IP header is wrong. The checksums of TCP and UDP notice,
 * and the packet is thrown away by the receiver's kernel, which sees it as damage and not as silence.
 * Evidence: the nodes' kernels count wrong checksums, and echo requests over these links, damaged as well,
 * get no answer; those over other links do.
 */
import { z } from 'zod'
import {
  answered,
  CLIENTS,
  type Fault,
  isLikely,
  type Link,
  links,
  lostShare,
  onLinks,
  overWays,
  planLinks,
  resolveLinks,
  roundTrips,
} from '../harness/api.ts'

const schema = z.strictObject({ links, percent: z.number().min(1).max(100) })
type CorruptPlan = z.infer<typeof schema>
type Done = CorruptPlan & {
  readonly shaped: readonly Link[]
  /** Wrong checksums that the nodes had counted before. */
  readonly before: Readonly<Record<string, number>>
}

const TOLERATED_SHARE = 0.05

export default {
  summary: 'damages packets over some links: one wrong bit',
  schema,
  ...onLinks<CorruptPlan>(),
  needs: ['corrupt'],
  evidence: 'wrong checksums that the nodes’ kernels count, and echo requests without an answer',
  plan: (topology, random, nth) => ({
    links: planLinks(topology, random, nth),
    percent: random.pick([1, 5, 20]),
  }),
  async inject(cluster, plan) {
    const { targets, links: shaped } = await resolveLinks(cluster, plan.links)
    const before = await cluster.traffic!.badChecksums()
    await cluster.traffic!.shape(shaped, { kind: 'corrupt', percent: plan.percent })
    return { targets, done: { ...plan, shaped, before } }
  },
  async observe(cluster, { done: { shaped, percent, before } }) {
    const trips = await roundTrips(cluster, shaped, { count: 200 })
    const now = await cluster.traffic!.badChecksums()
    const receivers = [...new Set(shaped.map(({ to }) => to))].filter((name) => name !== CLIENTS)
    const wrong = receivers.reduce((sum, name) => sum + (now[name] ?? 0) - (before[name] ?? 0), 0)
    const damaged = trips.filter(
      ({ ways, replies }) => ways > 0 && (replies.length > 0 || percent === 100),
    )
    const worst = Math.max(0, ...answered(trips.filter(({ ways }) => ways === 0)).map(lostShare))
    const isRight = damaged.every((trip) =>
      isLikely(lostShare(trip) * trip.sent, trip.sent, overWays(percent, trip.ways)),
    )
    const lost = damaged.reduce((sum, trip) => sum + Math.round(lostShare(trip) * trip.sent), 0)
    return {
      held:
        damaged.length > 0 &&
        isRight &&
        lost > 0 &&
        (wrong > 0 || receivers.length === 0) &&
        worst <= TOLERATED_SHARE,
      summary:
        `the nodes’ kernels counted ${wrong} wrong checksums; ${lost} echo requests over ` +
        `${damaged.length} pairs of ends had no answer, over others at most ${(100 * worst).toFixed(1)} %`,
    }
  },
  async heal(cluster) {
    await cluster.traffic!.clear('corrupt')
  },
  async healed(cluster, { done: { shaped } }) {
    const before = await cluster.traffic!.badChecksums()
    const trips = answered(await roundTrips(cluster, shaped, { count: 50 }))
    const now = await cluster.traffic!.badChecksums()
    const wrong = Object.keys(now).reduce((sum, name) => sum + now[name]! - (before[name] ?? 0), 0)
    const worst = Math.max(0, ...trips.map(lostShare))
    return {
      held: wrong === 0 && worst <= TOLERATED_SHARE,
      summary: `${wrong} more wrong checksums; at most ${(100 * worst).toFixed(1)} % had no answer`,
    }
  },
} satisfies Fault<CorruptPlan, Done>
