/**
 * The data types that Redis speaks. A register is a string, a set a set. Compare-and-set is a script,
 * which Redis runs atomically and which says what it saw. It declares itself as writing, so that a
 * replica refuses it as a whole instead of comparing with a stale value.
 */
import type { Redis } from 'ioredis'
import {
  type Call,
  type Client,
  type ClientContext,
  DefiniteError,
  Refused,
} from '../../harness/api.ts'
import type { RegisterCall } from '../../workloads/register.ts'
import type { SetCall } from '../../workloads/set.ts'
import { openPrimary, openReplica } from './connection.ts'
import { settled } from './errors.ts'

export const openRegister = async (context: ClientContext): Promise<Client<RegisterCall>> =>
  registerOf(await open(context))

export const openSet = async (context: ClientContext): Promise<Client<SetCall>> =>
  setOf(await open(context))

/** A client of registers, wherever its session leads. */
export const registerOf = (session: Session): Client<RegisterCall> => ({
  invoke: (call, signal) => session.run(signal, call, register),
  close: async () => session.close(),
})

/** A client of a set, wherever its session leads. */
export const setOf = (session: Session): Client<SetCall> => ({
  invoke: (call, signal) => session.run(signal, call, set),
  close: async () => session.close(),
})

const COMPARE_AND_SET = `#!lua
local saw = redis.call('GET', KEYS[1])
if saw == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2])
  return {1, saw}
end
return {0, saw}`

const register: Operation<RegisterCall> = (session, call) => {
  const key = `register:${call.key}`
  switch (call.f) {
    case 'read':
      return reply(session.reader.get(key), registerValue)
    case 'write':
      return reply(session.primary.set(key, String(call.value)), () =>
        session.replicated(call.value),
      )
    case 'cas': {
      const [from, to] = call.value
      const swap = session.primary.eval(COMPARE_AND_SET, 1, key, String(from), String(to))
      return reply(swap, (answer) => {
        const [swapped, saw] = answer as [number, string | null]
        if (swapped !== 1) throw new Refused([from, to, registerValue(saw)])
        return session.replicated<readonly [number, number]>([from, to])
      })
    }
  }
}

const SET_KEY = 'set'

const set: Operation<SetCall> = (session, call) => {
  switch (call.f) {
    case 'read':
      return reply(session.reader.smembers(SET_KEY), (members) => members.map(whole))
    case 'add':
      return reply(session.primary.sadd(SET_KEY, String(call.value)), () =>
        session.replicated(call.value),
      )
  }
}

/** What a command's reply means; of an error of the command, whether it is definite. */
export const reply = <R, T>(command: Promise<R>, read: (reply: R) => T | Promise<T>): Promise<T> =>
  command.then(read, doubted)

const doubted = (error: unknown): never => {
  throw settled(error)
}

export const open = async ({ cluster, node, options }: ClientContext): Promise<Session> => {
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

/**
 * One operation of a workload, on a plain promise: each async function around a command costs a twentieth
 * of the whole operation. @throws DefiniteError, at once, when it is not connected
 */
export type Operation<C extends Call> = (session: Session, call: C) => Promise<C['value']>

/** One client's connections: where it writes and where it reads. */
export class Session {
  /** The last signal seen, which is listened to: the harness gives a client the same one every time. */
  private signal: AbortSignal | undefined

  constructor(
    private readonly writes: Redis,
    private readonly reads: Redis,
    private readonly wait: number,
  ) {}

  /** Where to write. @throws DefiniteError when it is not connected */
  get primary(): Redis {
    return connected(this.writes)
  }

  /** Where to read. @throws DefiniteError when it is not connected */
  get reader(): Redis {
    return connected(this.reads)
  }

  /** Performs an operation. A time-out closes the connections: the answer must not reach a later one. */
  run<C extends Call>(signal: AbortSignal, call: C, operation: Operation<C>): Promise<C['value']> {
    try {
      if (signal !== this.signal || signal.aborted) this.listen(signal)
      return operation(this, call)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  private listen(signal: AbortSignal): void {
    if (signal.aborted) throw new DefiniteError('aborted before anything was sent')
    this.signal = signal
    signal.addEventListener('abort', () => this.close(), { once: true })
  }

  /**
   * The value written, when as many replicas as `wait` says have it. Short of that it may survive or be
   * lost.
   */
  replicated<T>(value: T): T | Promise<T> {
    return this.wait === 0 ? value : this.acknowledged().then(() => value)
  }

  private async acknowledged(): Promise<void> {
    const replicas = await this.writes.wait(this.wait, WAIT_LIMIT_MS).catch((error: unknown) => {
      // The write is done. Whatever WAIT answers, be it READONLY, it is no proof that it is not.
      throw new Error(`WAIT: ${error}`)
    })
    if (replicas < this.wait)
      throw new Error(`${replicas} of ${this.wait} replicas acknowledged in ${WAIT_LIMIT_MS} ms`)
  }

  close(): void {
    this.writes.disconnect()
    this.reads.disconnect()
  }
}

/**
 * A command given to a closed connection gets the same error as one in flight when it closes; that it was
 * never sent can only be known before.
 */
const connected = (redis: Redis): Redis => {
  if (redis.status !== 'ready') throw new DefiniteError(`not connected (${redis.status})`)
  return redis
}

const registerValue = (text: string | null): number | null => (text === null ? null : whole(text))

export const whole = (text: string): number => {
  const value = Number(text)
  if (text === '' || !Number.isSafeInteger(value))
    throw new Error(`Redis returned ${JSON.stringify(text)}: expected a whole number`)
  return value
}
