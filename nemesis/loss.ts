/**
 * Lossy links: some packets never arrive, each by itself or several in a row, as on a bad cable or an
 * overfull switch. TCP repairs it and becomes slow; what speaks over UDP or gives up early does not. The
 * receiver's kernel drops them, so the sender learns nothing. Evidence: the kernel's counters on both sides of
 * the rule, while echo requests pass; other links lose nothing.
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
  lostShare,
  onLinks,
  planLinks,
  roundTrips,
  shapeLinks,
} from '../harness/api.ts'

const schema = z.strictObject({
  links,
  percent: z.number().min(0.01).max(100),
  /** Packets lost in a row each time; absent: each by itself. */
  burst: z.int().min(2).max(1000).exactOptional(),
})
type LossPlan = z.infer<typeof schema>
type Done = LossPlan & { readonly shaped: readonly Link[] }

/** Of links that lose nothing of ours: a busy machine may be late with an answer. */
const TOLERATED_SHARE = 0.05

export default {
  summary: 'loses packets over some links, each by itself or in bursts',
  schema,
  ...onLinks<LossPlan>(),
  needs: ['loss'],
  evidence:
    'packets that the kernel counts before and after the rule, and answers over other links',
  plan: (topology, random, nth) => ({
    links: planLinks(topology, random, nth),
    percent: random.pick([1, 5, 20, 40]),
    ...(random.float() < 0.3 ? { burst: random.pick([5, 20]) } : {}),
  }),
  inject(cluster, plan) {
    const { percent, burst } = plan
    return shapeLinks(cluster, plan, {
      kind: 'loss',
      percent,
      ...(burst === undefined ? {} : { burst }),
    })
  },
  async observe(cluster, { done }) {
    const { shaped, percent, burst = 1 } = done
    const trips = await roundTrips(cluster, shaped, { count: 100 })
    const counts = await cluster.traffic!.counts('loss')
    const packets = counts.reduce((sum, count) => sum + count.packets, 0)
    const lost = counts.reduce((sum, count) => sum + count.touched, 0)
    // A run may have begun on each link, in each family, and is not over.
    const unfinished = burst > 1 ? 2 * burst * shaped.length : 1
    const others = answered(trips.filter(({ ways }) => ways === 0))
    const worst = Math.max(0, ...others.map(lostShare))
    return {
      held:
        packets > 0 &&
        (lost > 0 || packets * percent < 500) &&
        (isLikely(lost, packets, percent, burst) ||
          Math.abs(lost - (packets * percent) / 100) <= unfinished) &&
        worst <= TOLERATED_SHARE,
      summary:
        `the kernel dropped ${lost} of ${packets} packets over ${shaped.length} links ` +
        `(planned ${percent} %); ${others.length} other pairs of ends lost at most ${percentOf(worst)} %`,
    }
  },
  async heal(cluster) {
    await cluster.traffic!.clear('loss')
  },
  healed: (cluster, { done }) => whole(cluster, done.shaped),
} satisfies Fault<LossPlan, Done>

/** No rule is left, and echo requests over the links are answered. */
const whole = async (cluster: Cluster, shaped: readonly Link[]): Promise<Evidence> => {
  const rules = (await cluster.traffic!.counts('loss')).length
  const trips = answered(await roundTrips(cluster, shaped, { count: 50 }))
  const worst = Math.max(0, ...trips.map(lostShare))
  return {
    held: rules === 0 && worst <= TOLERATED_SHARE,
    summary: `${rules} rules left; at most ${percentOf(worst)} % lost over ${trips.length} pairs of ends`,
  }
}

const percentOf = (share: number): string => (100 * share).toFixed(1)
