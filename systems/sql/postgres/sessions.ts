/** How a client speaks to the one PostgreSQL server: over one connection, at the isolation level that is asked for. */
import { clientsOf } from '../clients.ts'
import { Connection } from './connection.ts'
import { dialect } from './dialect.ts'
import { levelOf } from './isolation.ts'

export const clients = clientsOf(dialect, async ({ node, options }) => {
  const connection = await Connection.open(node, { isolation: levelOf(options) })
  return { writes: connection, reads: connection }
})
