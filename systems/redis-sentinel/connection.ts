/**
 * Connections to Redis that do nothing by themselves: ioredis with every retry, queue and reconnection
 * off. It would otherwise send a command again after a broken connection, and an operation that
 * happened twice would look like a violation of the system.
 */
import { Redis, type RedisOptions } from 'ioredis'
import type { Cluster, ClusterNode } from '../../harness/api.ts'
import { PRIMARY_NAME, SENTINEL_PORT, SERVER_PORT } from './nodes.ts'

/** To find the primary, connect to it and learn its role; longer than three silent Sentinels take. */
const OPEN_LIMIT_MS = 1500
const CONNECT_LIMIT_MS = 400

const strict = {
  lazyConnect: true,
  connectTimeout: CONNECT_LIMIT_MS,
  // What is disconnected is given up; there is nothing to wait for.
  disconnectTimeout: 1,
  retryStrategy: () => null,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  reconnectOnError: null,
  sentinelRetryStrategy: () => null,
  protocol: 2,
  replyMapping: 'legacy',
  disableClientInfo: true,
} as const satisfies RedisOptions

/**
 * Connects to the server that Sentinel calls the primary and that says so itself. Clients of different
 * nodes ask different Sentinels first, as applications configured on different machines do.
 */
export const openPrimary = (cluster: Cluster, node: ClusterNode): Promise<Redis> => {
  const servers = cluster.nodes.filter(({ role }) => role === 'server')
  const sentinels = cluster.nodes.filter(({ role }) => role === 'sentinel')
  const first = servers.findIndex(({ name }) => name === node.name) % sentinels.length
  return opened({
    ...strict,
    sentinels: rotated(sentinels, first).map((sentinel) => sentinel.endpoint(SENTINEL_PORT)),
    name: PRIMARY_NAME,
    role: 'master',
    updateSentinels: false,
    sentinelCommandTimeout: CONNECT_LIMIT_MS,
    // Sentinel speaks of the addresses inside the cluster.
    natMap: Object.fromEntries(
      servers.map((server) => [`${server.address}:${SERVER_PORT}`, server.endpoint(SERVER_PORT)]),
    ),
  })
}

/** Connects to one server, whatever its role, with the user and the password given, if any. */
export const openServer = (
  node: ClusterNode,
  login: Pick<RedisOptions, 'username' | 'password'>,
): Promise<Redis> => opened({ ...strict, ...node.endpoint(SERVER_PORT), ...login })

/** Connects to one replica: the own node if it is one, else the next server that is. */
export const openReplica = async (cluster: Cluster, node: ClusterNode): Promise<Redis> => {
  const servers = cluster.nodes.filter(({ role }) => role === 'server')
  const own = servers.findIndex(({ name }) => name === node.name)
  for (const server of rotated(servers, own)) {
    try {
      return await opened({ ...strict, ...server.endpoint(SERVER_PORT) }, async (redis) => {
        if ((await redis.role())[0] !== 'slave') throw new Error('not a replica')
      })
    } catch {
      // Unreachable or the primary: the next one may do.
    }
  }
  throw new Error('no server says that it is a replica')
}

/** Asks one node one question over a connection of its own, which a loading server answers too. */
export const ask = async <T>(
  node: ClusterNode,
  port: number,
  limits: { readonly limitMs: number; readonly signal: AbortSignal },
  question: (redis: Redis) => Promise<T>,
): Promise<T> => {
  const redis = new Redis({ ...strict, ...node.endpoint(port), enableReadyCheck: false })
  try {
    return await limited(redis, limits, async () => {
      await connect(redis)
      return await question(redis)
    })
  } catch (error) {
    throw new Error(`${node.name}: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    redis.disconnect()
  }
}

/** A connection that is ready and fits. */
const opened = async (
  options: Options,
  check = async (_: Redis): Promise<void> => {},
): Promise<Redis> => {
  const redis = new Redis(options)
  try {
    await limited(redis, { limitMs: OPEN_LIMIT_MS }, async () => {
      await connect(redis)
      await check(redis)
    })
    return redis
  } catch (error) {
    redis.disconnect()
    throw error
  }
}

/** ioredis tells the types of its replies from this option. */
type Options = RedisOptions & { readonly replyMapping: 'legacy' }

/** Connects. The reason of a failure is in an event; what `connect` throws is that it is closed. */
const connect = (redis: Redis): Promise<void> =>
  new Promise((resolve, reject) => {
    let reason: unknown
    // Stays for as long as the connection: without a listener ioredis prints every error.
    redis.on('error', (error: unknown) => {
      reason ??= error
    })
    redis.connect().then(resolve, (error: unknown) => reject(reason ?? error))
  })

/** Gives up after the limit or when aborted, also where ioredis would wait longer. */
const limited = <T>(
  redis: Redis,
  { limitMs, signal }: { readonly limitMs: number; readonly signal?: AbortSignal },
  work: () => Promise<T>,
): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const stop = (): void => {
      redis.disconnect()
      reject(new Error(`no answer in ${limitMs} ms`))
    }
    const timer = setTimeout(stop, limitMs)
    signal?.addEventListener('abort', stop, { once: true })
    work()
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', stop)
      })
  })

const rotated = <T>(items: readonly T[], first: number): readonly T[] => [
  ...items.slice(first),
  ...items.slice(0, first),
]
