/**
 * Redis and what speaks like it, one server a client: registers are strings, a set is a set, compare-and-set a
 * script. A client stays with its own node, so a replica refuses its writes and answers its reads. A password is
 * taken from REDIS_PASSWORD, where the container has that.
 */
import type { Protocol, Target } from '../../harness/api.ts'
import { registerOf, Session, setOf } from '../redis-sentinel/clients.ts'
import { openServer } from '../redis-sentinel/connection.ts'

const connect = ({ node, environment }: Target) => {
  const { REDIS_USERNAME: username, REDIS_PASSWORD: password } = environment
  return openServer(node, {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  })
}

const open = async (target: Target): Promise<Session> => {
  const redis = await connect(target)
  return new Session(redis, redis, 0)
}

/** Asks one question over a connection of its own. */
const ask = async <T>(
  target: Target,
  question: (redis: Awaited<ReturnType<typeof connect>>) => Promise<T>,
): Promise<T> => {
  const redis = await connect(target)
  try {
    return await question(redis)
  } finally {
    redis.disconnect()
  }
}

const register = async (target: Target) => registerOf(await open(target))

export default {
  summary: 'Redis protocol: GET, SET, a script for compare-and-set, SADD and SMEMBERS',
  port: 6379,
  clients: {
    register,
    'read-write': register,
    set: async (target) => setOf(await open(target)),
  },
  ready: async (target) => {
    await ask(target, (redis) => redis.get('ready'))
  },
  isPrimary: async (target) => (await ask(target, (redis) => redis.role()))[0] === 'master',
  wallTime: async (target) => {
    const [s, us] = await ask(target, (redis) => redis.time())
    return { ms: Number(s) * 1000 + Number(us) / 1000, withinMs: 0 }
  },
} satisfies Protocol
