/**
 * How a client speaks to MariaDB: what writes goes to the first server; what only reads may go to a replica, the own node's
 * before others.
 */
import type { ClientContext } from '../../../harness/api.ts'
import { clientsOf } from '../clients.ts'
import { Connection } from './connection.ts'
import { dialect } from './dialect.ts'

export const clients = clientsOf(dialect, async ({ cluster, node, options }: ClientContext) => {
  const [primary, ...replicas] = cluster.nodes
  const writes = await Connection.open(primary!)
  if (options.reads !== 'replica') return { writes, reads: writes }
  const replica = replicas.find(({ name }) => name === node.name) ?? replicas[0]
  try {
    if (replica === undefined)
      throw new Error('there is no replica to read from: --nodes 2 has one')
    return { writes, reads: await Connection.open(replica) }
  } catch (error) {
    writes.close()
    throw error
  }
})
