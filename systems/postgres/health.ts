/**
 * When PostgreSQL serves, and who takes writes. Ready means that the server has recovered, admits clients
 * and is no standby; what it says of itself is asked over a connection of its own.
 */
import type { Cluster, ClusterNode } from '../../harness/api.ts'
import { Connection, type Statement } from './connection.ts'

const READY_LIMIT_MS = 500
const PRIMARY_LIMIT_MS = 300

export const ready = async ({ nodes }: Cluster, signal: AbortSignal): Promise<void> => {
  const writable = await Promise.all(nodes.map((node) => isPrimary(node, READY_LIMIT_MS, signal)))
  if (!writable.includes(true)) throw new Error('every server is a standby')
}

export const primaries = async (
  { nodes }: Cluster,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const leads = await Promise.all(
    nodes.map((node) => isPrimary(node, PRIMARY_LIMIT_MS, signal).catch(() => false)),
  )
  return nodes.filter((_, index) => leads[index]).map(({ name }) => name)
}

const recovering: Statement = { name: 'recovering', text: 'SELECT pg_is_in_recovery()' }

/** Whether a server takes writes. @throws with the node's name when it does not answer in time */
const isPrimary = async (
  node: ClusterNode,
  limitMs: number,
  signal: AbortSignal,
): Promise<boolean> => {
  let connection: Connection | undefined
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)])
  const stop = (): void => connection?.close()
  limit.addEventListener('abort', stop, { once: true })
  try {
    connection = await Connection.open(node, limitMs)
    const [row] = await connection.run(recovering)
    return row?.[0] === false
  } catch (error) {
    throw new Error(`${node.name}: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    limit.removeEventListener('abort', stop)
    connection?.close()
  }
}
