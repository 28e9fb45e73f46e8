/**
 * The data types that Redis speaks. A register is a string, a set a set. Compare-and-set is a script,
 * which Redis runs atomically and which says what it saw. It declares itself as writing, so that a
 * replica refuses it as a whole instead of comparing with a stale value.
 */
import type { Redis } from 'ioredis'
import { type Client, type ClientContext, DefiniteError, Refused } from '../../harness/api.ts'
import type { RegisterCall } from '../../workloads/register.ts'
import type { SetCall } from '../../workloads/set.ts'
import { openPrimary, openReplica } from './connection.ts'
import { settled } from './errors.ts'

export const openRegister = async (context: ClientContext): Promise<Client<RegisterCall>> => {
  const session = await open(context)
  return {
    invoke: (call, signal) => session.abortable(signal, () => register(session, call)),
    close: async () => session.close(),
  }
}

export const openSet = async (context: ClientContext): Promise<Client<SetCall>> => {
  const session = await open(context)
  return {
    invoke: (call, signal) => session.abortable(signal, () => set(session, call)),
    close: async () => session.close(),
  }
}

const COMPARE_AND_SET = `#!lua
local saw = redis.call('GET', KEYS[1])
if saw == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2])
  return {1, saw}
end
return {0, saw}`

const register = async (session: Session, call: RegisterCall): Promise<RegisterCall['value']> => {
  const key = `register:${call.key}`
  switch (call.f) {
    case 'read':
      return registerValue(await session.read((redis) => redis.get(key)))
    case 'write':
      await session.write((redis) => redis.set(key, String(call.value)))
      return call.value
    case 'cas': {
      const [from, to] = call.value
      await session.write(async (redis) => {
        const reply = await redis.eval(COMPARE_AND_SET, 1, key, String(from), String(to))
        const [swapped, saw] = reply as [number, string | null]
        if (swapped !== 1) throw new Refused([from, to, registerValue(saw)])
      })
      return [from, to]
    }
  }
}

const SET_KEY = 'set'

const set = async (session: Session, call: SetCall): Promise<SetCall['value']> => {
  switch (call.f) {
    case 'read':
      return (await session.read((redis) => redis.smembers(SET_KEY))).map(whole)
    case 'add':
      await session.write((redis) => redis.sadd(SET_KEY, String(call.value)))
      return call.value
  }
}

const open = async ({ cluster, node, options }: ClientContext): Promise<Session> => {
  const primary = await openPrimary(cluster, node)
  if (options.reads !== 'replica') return new Session(primary, primary, Number(options.wait))
  try {
    return new Session(primary, await openReplica(cluster, node), Number(options.wait))
  } catch (error) {
    primary.disconnect()
    throw error
  }
}

/** Longest wait for the replicas' acknowledgement. */
const WAIT_LIMIT_MS = 500

/** One client's connections: where it writes and where it reads. */
class Session {
  /** The last signal seen, which is listened to: the harness gives a client the same one every time. */
  private signal: AbortSignal | undefined

  constructor(
    private readonly primary: Redis,
    private readonly reader: Redis,
    private readonly wait: number,
  ) {}

  read<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    return sent(this.reader, command)
  }

  /** Done when as many replicas as `wait` says have it. Short of that it may survive or be lost. */
  async write<T>(command: (redis: Redis) => Promise<T>): Promise<T> {
    const reply = await sent(this.primary, command)
    if (this.wait === 0) return reply
    // The write is done. Whatever WAIT answers, be it READONLY, it is no proof that it is not.
    const replicas = await this.primary.wait(this.wait, WAIT_LIMIT_MS)
    if (replicas < this.wait)
      throw new Error(`${replicas} of ${this.wait} replicas acknowledged in ${WAIT_LIMIT_MS} ms`)
    return reply
  }

  /** Runs an operation whose time-out closes the connections: its answer must not reach a later one. */
  abortable<T>(signal: AbortSignal, operation: () => Promise<T>): Promise<T> {
    if (signal.aborted) return Promise.reject(new DefiniteError('aborted before anything was sent'))
    if (signal !== this.signal) {
      this.signal = signal
      signal.addEventListener('abort', () => this.close(), { once: true })
    }
    return operation()
  }

  close(): void {
    this.primary.disconnect()
    this.reader.disconnect()
  }
}

/** Sends one command and says of its error whether it is definite. */
const sent = async <T>(redis: Redis, command: (redis: Redis) => Promise<T>): Promise<T> => {
  // A command given to a closed connection gets the same error as one in flight when it closes; that it
  // was never sent can only be known before.
  if (redis.status !== 'ready') throw new DefiniteError(`not connected (${redis.status})`)
  try {
    return await command(redis)
  } catch (error) {
    throw settled(error)
  }
}

const registerValue = (text: string | null): number | null => (text === null ? null : whole(text))

const whole = (text: string): number => {
  const value = Number(text)
  if (text === '' || !Number.isSafeInteger(value))
    throw new Error(`Redis returned ${JSON.stringify(text)}: expected a whole number`)
  return value
}
