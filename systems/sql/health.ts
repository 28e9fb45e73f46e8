/** What a server of any SQL database says of itself: whether it takes writes, and what its clock reads. */
import type { Cluster, ClusterNode, WallTime } from '../../harness/api.ts'
import type { Ask, AskLimits } from './ask.ts'
import type { Dialect } from './dialect.ts'

/** A server that is slow is ready all the same. */
export const READY_LIMIT_MS = 1500
const PRIMARY_LIMIT_MS = 300

export const healthOf = ({ writable, takesWrites, clock }: Dialect, ask: Ask) => {
  /** Whether a server takes writes. @throws as `ask` */
  const isPrimary = async (node: ClusterNode, limits: AskLimits): Promise<boolean> =>
    takesWrites(await ask(node, writable, limits))
  return {
    isPrimary,
    primaries: async ({ nodes }: Cluster, signal: AbortSignal): Promise<readonly string[]> => {
      const limits: AskLimits = { limitMs: PRIMARY_LIMIT_MS, signal }
      const leads = await Promise.all(
        nodes.map((node) => isPrimary(node, limits).catch(() => false)),
      )
      return nodes.filter((_, index) => leads[index]).map(({ name }) => name)
    },
    /** What the server reads on its clock, a new process of it where there is one for every connection. */
    wallTime: async (
      node: ClusterNode,
      _cluster: Cluster,
      signal: AbortSignal,
    ): Promise<WallTime | undefined> => {
      const [ms] = await ask(node, clock, { limitMs: PRIMARY_LIMIT_MS, signal })
      return { ms: Number(ms), withinMs: 0 }
    },
  }
}
