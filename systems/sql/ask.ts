/** One question to one server, over a connection of its own: what readiness and roles are read from. */
import type { ClusterNode } from '../../harness/api.ts'
import type { Connection, Row, Statement } from './connection.ts'

export type Ask = (node: ClusterNode, question: Statement, limits: AskLimits) => Promise<Row>

export interface AskLimits {
  readonly limitMs: number
  readonly signal: AbortSignal
}

/** Does something over a connection of its own, which is closed after it, or when the time is up. @throws when it is */
export const briefly = async <T>(
  open: () => Promise<Connection>,
  { limitMs, signal }: AskLimits,
  work: (connection: Connection) => Promise<T>,
): Promise<T> => {
  let connection: Connection | undefined
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)])
  const stop = (): void => connection?.close()
  limit.addEventListener('abort', stop, { once: true })
  try {
    connection = await open()
    if (limit.aborted) throw new Error(`no answer in ${limitMs} ms`)
    return await work(connection)
  } finally {
    limit.removeEventListener('abort', stop)
    connection?.close()
  }
}

/** How to ask, where that is how to connect. The answer is one row; @throws with the node's name when none comes in time */
export const askOver =
  (open: (node: ClusterNode, limitMs: number) => Promise<Connection>): Ask =>
  async (node, question, limits) => {
    try {
      const rows = await briefly(
        () => open(node, limits.limitMs),
        limits,
        (connection) => connection.run(question),
      )
      return rows[0] ?? []
    } catch (error) {
      throw new Error(`${node.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
