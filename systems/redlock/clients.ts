/**
 * The Redlock algorithm as redis.io describes it: ask every server with SET NX PX, count a majority, and
 * subtract what asking took, and the drift of clocks, from what is left of the lease. The libraries for
 * Node have not been kept since 2022 and retry by themselves; this one asks once.
 */
import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import {
  type Client,
  type ClientContext,
  type ClusterNode,
  DefiniteError,
  monotonicMs,
} from '../../harness/api.ts'
import type { LockCall } from '../../workloads/lock.ts'
import { connect } from './connection.ts'

/** Of the lease, for clocks that run at different speeds; and what Redis' expiry is exact to, ms. */
const DRIFT = 0.01
const EXPIRY_MS = 2

const RELEASE = `#!lua
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`

export const openLock = async ({ cluster }: ClientContext): Promise<Client<LockCall>> => {
  const servers = cluster.nodes.map((node) => new Server(node))
  /** Lock → the value that says it is ours. */
  const own = new Map<string, string>()
  return {
    invoke: async (call) => {
      const name = `lock:${call.key}`
      if (call.f === 'release') {
        await release(servers, name, own.get(name))
        own.delete(name)
        return null
      }
      const value = randomUUID()
      await acquire(servers, name, value, call.value.ttlMs)
      own.set(name, value)
      return call.value
    },
    close: async () => {
      for (const server of servers) server.close()
    },
  }
}

/** @throws DefiniteError when this client does not hold the lock */
const acquire = async (
  servers: readonly Server[],
  name: string,
  value: string,
  ttlMs: number,
): Promise<void> => {
  const begun = monotonicMs()
  const votes = await ask(servers, (redis) => redis.set(name, value, 'PX', ttlMs, 'NX'))
  const granted = votes.filter((vote) => vote === 'OK').length
  const leftMs = ttlMs - (monotonicMs() - begun) - (ttlMs * DRIFT + EXPIRY_MS)
  if (granted > servers.length / 2 && leftMs > 0) return
  await release(servers, name, value)
  throw new DefiniteError(`${granted} of ${servers.length} servers granted it`)
}

/** Gives back what is still there, on every server that answers. */
const release = async (
  servers: readonly Server[],
  name: string,
  value: string | undefined,
): Promise<void> => {
  if (value === undefined) throw new DefiniteError('this client does not hold it')
  await ask(servers, (redis) => redis.eval(RELEASE, 1, name, value))
}

/** What the servers answered; undefined for those that did not. */
const ask = (
  servers: readonly Server[],
  question: (redis: Redis) => Promise<unknown>,
): Promise<readonly unknown[]> =>
  Promise.all(servers.map((server) => server.ask(question).catch(() => undefined)))

/** A server that may come and go: a connection that broke is opened again by the next question. */
class Server {
  private connection: Promise<Redis> | undefined

  constructor(private readonly node: ClusterNode) {}

  async ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    this.connection ??= connect(this.node)
    try {
      return await question(await this.connection)
    } catch (error) {
      // An answer that comes late must not be taken for that to a later question.
      this.close()
      throw error
    }
  }

  close(): void {
    this.connection?.then(
      (redis) => redis.disconnect(),
      () => {},
    )
    this.connection = undefined
  }
}
