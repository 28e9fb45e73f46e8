/**
 * Connections cut: the TCP connections that are open over some links end with a reset on both sides, as when
 * a firewall forgets them. Nothing stays broken and new connections are made at once, so what it finds is
 * requests whose fate the client cannot know, and systems that do not connect again. Evidence: the kernel
 * listed these connections before, and lists none of them after.
 */
import { z } from 'zod'
import {
  type Cluster,
  type Evidence,
  type Fault,
  type Link,
  links,
  onLinks,
  planLinks,
  resolveLinks,
} from '../harness/api.ts'

const schema = z.strictObject({ links })
type ResetPlan = z.infer<typeof schema>
type Done = {
  readonly shaped: readonly Link[]
  /** The ends of each connection, and whether it was open before the injection. */
  readonly cut: readonly string[]
}

export default {
  summary: 'cuts the TCP connections over some links with a reset',
  schema,
  ...onLinks<ResetPlan>(),
  needs: ['reset'],
  evidence: 'connections that the kernel listed before and no longer lists',
  plan: (topology, random, nth) => {
    const found = planLinks(topology, random, nth)
    // A connection has both directions, and between one pair of nodes there may be none.
    return { links: 'of' in found ? { of: found.of, with: found.with ?? 'nodes' } : { of: 'all' } }
  },
  async inject(cluster, plan) {
    const { targets, links: shaped } = await resolveLinks(cluster, plan.links)
    const cut = await cluster.traffic!.reset(shaped)
    return { targets, done: { shaped, cut } }
  },
  observe: (cluster, { done }) => gone(cluster, done),
  // What was cut stays cut, and nothing keeps new ones from being made.
  heal: async () => {},
  healed: async (cluster, { done }) => {
    const { length } = await cluster.traffic!.connections(done.shaped)
    return { held: true, summary: `${length} connections are open over these links` }
  },
} satisfies Fault<ResetPlan, Done>

const gone = async (cluster: Cluster, { shaped, cut }: Done): Promise<Evidence> => {
  const open = await cluster.traffic!.connections(shaped)
  const left = cut.filter((connection) => open.includes(connection)).length
  return {
    held: cut.length > 0 && left === 0,
    summary: `${cut.length - left} of ${cut.length} connections cut; ${open.length - left} new ones`,
  }
}
