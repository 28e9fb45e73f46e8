/**
 * When PostgreSQL serves, and who takes writes. Ready means that the server has recovered, admits clients
 * and is no standby; what it says of itself is asked over a connection of its own.
 */
import type { Cluster, ClusterNode, WallTime } from '../../../harness/api.ts'
import type { Statement } from '../connection.ts'
import { Connection } from './connection.ts'

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

const clock: Statement = {
  name: 'clock',
  text: 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8',
}

/** What a new process of the server, made for this question, reads on its clock. */
export const wallTime = async (
  node: ClusterNode,
  _cluster: Cluster,
  signal: AbortSignal,
): Promise<WallTime | undefined> => {
  const connection = await Connection.open(node, { limitMs: PRIMARY_LIMIT_MS })
  const stop = (): void => connection.close()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const [row] = await connection.run(clock)
    return { ms: Number(row?.[0]), withinMs: 0 }
  } finally {
    signal.removeEventListener('abort', stop)
    connection.close()
  }
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
    connection = await Connection.open(node, { limitMs })
    const [row] = await connection.run(recovering)
    return row?.[0] === false
  } catch (error) {
    throw new Error(`${node.name}: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    limit.removeEventListener('abort', stop)
    connection?.close()
  }
}
