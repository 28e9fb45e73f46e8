/**
 * Links that deliver some packets twice, as a network does that learns a new path. TCP throws the second one
 * away; requests over UDP arrive again. Evidence: the kernel's count of copies, and echo requests that are
 * answered twice over these links and over no others.
 */
import { z } from 'zod'
import {
  answered,
  type Fault,
  isLikely,
  type Link,
  links,
  onLinks,
  planLinks,
  type RoundTrip,
  roundTrips,
  shapeLinks,
} from '../harness/api.ts'

const schema = z.strictObject({ links, percent: z.number().min(1).max(100) })
type DuplicatePlan = z.infer<typeof schema>
type Done = DuplicatePlan & { readonly shaped: readonly Link[] }

export default {
  summary: 'delivers packets over some links twice',
  schema,
  ...onLinks<DuplicatePlan>(),
  needs: ['duplicate'],
  evidence: 'copies that the kernel counts, and echo requests that are answered twice',
  plan: (topology, random, nth) => ({
    links: planLinks(topology, random, nth),
    percent: random.pick([5, 20, 50]),
  }),
  inject: (cluster, plan) =>
    shapeLinks(cluster, plan, { kind: 'duplicate', percent: plan.percent }),
  async observe(cluster, { done: { shaped, percent } }) {
    const trips = answered(await roundTrips(cluster, shaped, { count: 100 }))
    const counts = await cluster.traffic!.counts('duplicate')
    const packets = counts.reduce((sum, count) => sum + count.packets, 0)
    const copied = counts.reduce((sum, count) => sum + count.touched, 0)
    const twice = copies(trips.filter(({ ways }) => ways > 0))
    const elsewhere = copies(trips.filter(({ ways }) => ways === 0))
    return {
      held: twice > 0 && elsewhere === 0 && isLikely(copied, packets, percent),
      summary:
        `the kernel copied ${copied} of ${packets} packets (planned ${percent} %); ` +
        `${twice} answers came again over ${shaped.length} links, ${elsewhere} over others`,
    }
  },
  async heal(cluster) {
    await cluster.traffic!.clear('duplicate')
  },
  async healed(cluster, { done: { shaped } }) {
    const rules = (await cluster.traffic!.counts('duplicate')).length
    const again = copies(await roundTrips(cluster, shaped, { count: 50 }))
    return {
      held: rules === 0 && again === 0,
      summary: `${rules} rules left; ${again} answers came again`,
    }
  },
} satisfies Fault<DuplicatePlan, Done>

const copies = (trips: readonly RoundTrip[]): number =>
  trips.reduce(
    (sum, { replies }) => sum + replies.length - new Set(replies.map((one) => one.sequence)).size,
    0,
  )
