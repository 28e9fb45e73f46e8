/** Connections to one Redis server that do nothing by themselves: no retries, no queue, no reconnection. */
import { Redis } from 'ioredis'
import type { ClusterNode } from '../../harness/api.ts'

export const SERVER_PORT = 6379

/**
 * How long a server may take to answer, ms: small beside a lease, so that a dead server costs little of it
 * (the page on Redlock says 5 to 50 ms for a lease of 10 s).
 */
const ANSWER_LIMIT_MS = 50
const CONNECT_LIMIT_MS = 200

/** @throws what ioredis says when the server cannot be reached */
export const connect = async (node: ClusterNode): Promise<Redis> => {
  const redis = new Redis({
    ...node.endpoint(SERVER_PORT),
    lazyConnect: true,
    connectTimeout: CONNECT_LIMIT_MS,
    commandTimeout: ANSWER_LIMIT_MS,
    disconnectTimeout: 1,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    reconnectOnError: null,
    disableClientInfo: true,
    enableReadyCheck: false,
  })
  let reason: unknown
  // Stays for as long as the connection: without a listener ioredis prints every error.
  redis.on('error', (error: unknown) => {
    reason ??= error
  })
  try {
    await redis.connect()
  } catch (error) {
    redis.disconnect()
    throw reason ?? error
  }
  return redis
}
