/** When Galera serves: every node is synced, in a primary component of all of them. */
import type { Cluster } from '../../../harness/api.ts'
import type { Statement } from '../connection.ts'
import { READY_LIMIT_MS } from '../health.ts'
import { ask } from '../mariadb/health.ts'

const picture: Statement = {
  name: 'picture',
  text: `SELECT
    max(CASE WHEN variable_name = 'wsrep_cluster_status' THEN variable_value END),
    max(CASE WHEN variable_name = 'wsrep_cluster_size' THEN variable_value END),
    max(CASE WHEN variable_name = 'wsrep_local_state_comment' THEN variable_value END)
    FROM information_schema.global_status WHERE variable_name LIKE 'wsrep_%'`,
}

export const ready = async ({ nodes }: Cluster, signal: AbortSignal): Promise<void> => {
  await Promise.all(
    nodes.map(async (node) => {
      const [status, size, state] = await ask(node, picture, { limitMs: READY_LIMIT_MS, signal })
      if (status !== 'Primary' || Number(size) < nodes.length || state !== 'Synced')
        throw new Error(
          `${node.name} is ${state} in a component that is ${status}, of ${size} nodes`,
        )
    }),
  )
}
