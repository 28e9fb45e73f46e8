/**
 * How a client speaks to a replicated PostgreSQL: it looks for the server that takes writes, beginning with its own node's, as a
 * connection string with several hosts and `target_session_attrs=read-write` does; clients of different nodes find different
 * ones where two take writes. Transactions that only read may go to a standby, the own node's before others.
 */
import type { ClusterNode } from '../../../harness/api.ts'
import { clientsOf } from '../clients.ts'
import type { Statement } from '../connection.ts'
import { Connection, type Habits } from '../postgres/connection.ts'
import { levelOf } from '../postgres/isolation.ts'
import { dialect } from '../postgres/sessions.ts'

/** Less than elsewhere: a frozen server must not keep its clients from the others for long. */
const CONNECT_LIMIT_MS = 1000

export const clients = clientsOf(dialect, async ({ cluster, node, options }) => {
  const own = cluster.nodes.findIndex(({ name }) => name === node.name)
  const nodes = [...cluster.nodes.slice(own), ...cluster.nodes.slice(0, own)]
  const isolation = levelOf(options)
  const habits: Habits = {
    limitMs: CONNECT_LIMIT_MS,
    isolation,
    cancelAfterMs: Number(options.cancelAfterMs),
    ...(options.warnings === 'ignored' ? { warnings: 'ignored' } : {}),
    ...(options.waits === 'some' && own % 2 === 1 ? { commit: 'local' } : {}),
  }
  const writes = await openOne(nodes, 'primary', habits)
  if ((options.reads ?? 'primary') === 'primary') return { writes, reads: writes }
  try {
    // A standby refuses serializable transactions.
    const weaker = {
      ...habits,
      isolation: isolation === 'serializable' ? 'repeatable read' : isolation,
    }
    // The own node or none: who reads where would otherwise hang on who was slow when the client connected.
    const reads =
      options.reads === 'own'
        ? await Connection.open(node, weaker)
        : await openOne(nodes, 'standby', weaker)
    return { writes, reads }
  } catch (error) {
    writes.close()
    throw error
  }
})

const recovering: Statement = { name: 'recovering', text: 'SELECT pg_is_in_recovery()' }

/** A connection to the first server that does what is wanted. @throws when none says so */
const openOne = async (
  nodes: readonly ClusterNode[],
  wanted: 'primary' | 'standby',
  habits: Habits,
): Promise<Connection> => {
  for (const node of nodes) {
    try {
      const connection = await Connection.open(node, habits)
      const [row] = await connection.run(recovering)
      if (row?.[0] === (wanted === 'standby')) return connection
      connection.close()
    } catch {
      // Gone, starting or frozen: the next one may do.
    }
  }
  throw new Error(`no server says that it is a ${wanted}`)
}
