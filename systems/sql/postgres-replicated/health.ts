/**
 * When a replicated PostgreSQL serves: one server takes writes, all others follow it and stream, and where commits wait for a
 * standby there is one that they wait for. Who leads is each server's own word, so in a partition two may say so.
 */
import type { Cluster } from '../../../harness/api.ts'
import type { Statement } from '../connection.ts'
import { READY_LIMIT_MS } from '../health.ts'
import { ask } from '../postgres/health.ts'
import { REPLICATION } from './nodes.ts'

const picture: Statement = {
  name: 'picture',
  text: `SELECT pg_is_in_recovery(), current_setting('${REPLICATION}', true),
    count(*) FILTER (WHERE state = 'streaming')::int4,
    count(*) FILTER (WHERE state = 'streaming' AND sync_state <> 'async')::int4
    FROM pg_stat_replication`,
}

export const ready = async ({ nodes }: Cluster, signal: AbortSignal): Promise<void> => {
  const pictures = await Promise.all(
    nodes.map((node) => ask(node, picture, { limitMs: READY_LIMIT_MS, signal })),
  )
  const leading = pictures.filter(([isStandby]) => isStandby === false)
  if (leading.length !== 1)
    throw new Error(`${leading.length} servers take writes: there should be one`)
  const [, replication, standbys, awaited] = leading[0]!
  if (standbys !== nodes.length - 1)
    throw new Error(`${standbys} of ${nodes.length - 1} standbys stream`)
  if (replication === 'synchronous' && awaited === 0) throw new Error('commits wait for no standby')
}
