/**
 * A system for schism in one file: a single Redis server. Change the image, how it starts and how clients speak to it:
 *
 *   npx schism test ./my-system.ts --workload register --faults kill --time-limit 20
 */
import { Redis } from 'ioredis'
import { type Client, type ClusterNode, DefiniteError, Refused, type System } from 'schism'
import type { RegisterCall } from 'schism/workloads/register'

const PORT = 6379

/** One connection that never retries and never reconnects: what is sent twice would look like a mistake of the server. */
const connect = async (node: ClusterNode): Promise<Redis> => {
  const redis = new Redis({
    ...node.endpoint(PORT),
    lazyConnect: true,
    connectTimeout: 500,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
  })
  // Without a listener the driver prints every error.
  redis.on('error', () => {})
  await redis.connect()
  return redis
}

const COMPARE_AND_SET = `local saw = redis.call('GET', KEYS[1])
if saw == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2]) end
return saw`

const number = (text: string | null): number | null => (text === null ? null : Number(text))

/** Returns what completes the call: `ok`. `DefiniteError`: it did not happen. Anything else thrown: perhaps it did. */
const perform = async (redis: Redis, call: RegisterCall): Promise<RegisterCall['value']> => {
  if (redis.status !== 'ready') throw new DefiniteError('not connected')
  const key = `register:${call.key}`
  switch (call.f) {
    case 'read':
      return number(await redis.get(key))
    case 'write':
      await redis.set(key, String(call.value))
      return call.value
    case 'cas': {
      const [from, to] = call.value
      const saw = number((await redis.eval(COMPARE_AND_SET, 1, key, from, to)) as string | null)
      // The server said no, and what it saw counts as a read.
      if (saw !== from) throw new Refused([from, to, saw])
      return [from, to]
    }
  }
}

const openRegister = async (node: ClusterNode): Promise<Client<RegisterCall>> => {
  const redis = await connect(node)
  const close = (): void => redis.disconnect()
  return {
    invoke: async (call, signal) => {
      // Aborts at the operation's time-out: the answer must not reach a later operation.
      signal.addEventListener('abort', close)
      return perform(redis, call).finally(() => signal.removeEventListener('abort', close))
    },
    close: async () => close(),
  }
}

export default {
  summary: 'one Redis server that logs every write before it answers',
  // Debian packages; or { reference: 'redis:7' }, or { build: { folder, dockerfile, args: {} } }.
  image: { packages: ['redis-server'] },
  version: '7.0',
  sizes: { default: 1, allowed: [1] },
  options: {},
  members: (nodes) =>
    Array.from({ length: nodes }, (_, n) => ({ name: `n${n + 1}`, role: 'server', serves: true })),
  spec: () => ({
    argv: [
      ...['redis-server', '--bind', '0.0.0.0', '--protected-mode', 'no', '--dir', '/data'],
      ...['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'],
    ],
    dataFolder: '/data',
  }),
  /** Asked again and again until it no longer throws. */
  ready: async ({ nodes }) => {
    for (const node of nodes) {
      const redis = await connect(node)
      await redis.ping().finally(() => redis.disconnect())
    }
  },
  clients: { register: ({ node }) => openRegister(node) },
  claims: () => ({
    register: { model: 'linearizable', says: 'one thread answers, and logs before it does' },
  }),
} satisfies System
