/**
 * The data types etcd speaks. A register is a key; its compare-and-set is one transaction whose failure
 * branch reads the key, so that a failed one tells what it saw (it went through Raft, whatever `reads`
 * says). A set is one key for each element under a prefix, read by one range.
 */
import { type Client, type ClientContext, DefiniteError, Refused } from '../../harness/api.ts'
import type { RegisterCall } from '../../workloads/register.ts'
import type { SetCall } from '../../workloads/set.ts'
import { settled } from './errors.ts'
import { decode, encode, Gateway, type RangeReply, type TxnReply } from './gateway.ts'
import { CLIENT_PORT } from './nodes.ts'

export const openRegister = async (context: ClientContext): Promise<Client<RegisterCall>> => {
  const session = new Session(context)
  return {
    invoke: (call, signal) => session.settle(() => register(session, call, signal)),
    close: () => session.close(),
  }
}

export const openSet = async (context: ClientContext): Promise<Client<SetCall>> => {
  const session = new Session(context)
  return {
    invoke: (call, signal) => session.settle(() => set(session, call, signal)),
    close: () => session.close(),
  }
}

const register = async (
  session: Session,
  call: RegisterCall,
  signal: AbortSignal,
): Promise<RegisterCall['value']> => {
  const key = encode(`register/${call.key}`)
  switch (call.f) {
    case 'read':
      return registerValue(await session.range({ key }, signal))
    case 'write':
      await session.put(key, encode(String(call.value)), signal)
      return call.value
    case 'cas': {
      const [from, to] = call.value
      const reply = await session.txn(compareAndSet(key, from, to), signal)
      if (reply.succeeded === true) return [from, to]
      throw new Refused([from, to, registerValue(reply.responses?.[0]?.response_range)])
    }
  }
}

const SET_PREFIX = 'set/'
/** The first key after all that start with the prefix: `0` follows `/`. */
const SET_END = 'set0'

const set = async (
  session: Session,
  call: SetCall,
  signal: AbortSignal,
): Promise<SetCall['value']> => {
  switch (call.f) {
    case 'read': {
      const all = { key: encode(SET_PREFIX), range_end: encode(SET_END), keys_only: true }
      return elementsOf(await session.range(all, signal))
    }
    case 'add':
      await session.put(encode(`${SET_PREFIX}${call.value}`), encode('1'), signal)
      return call.value
  }
}

/** One client's connection to its own member. */
export class Session {
  private readonly gateway: Gateway
  private readonly serializable: boolean

  constructor({ node, options }: ClientContext) {
    this.gateway = new Gateway(node.endpoint(CLIENT_PORT))
    this.serializable = options.reads === 'serializable'
  }

  range(request: object, signal: AbortSignal): Promise<RangeReply> {
    const body = { ...request, serializable: this.serializable }
    return this.gateway.call('/v3/kv/range', body, signal)
  }

  /** Several keys at one revision. */
  ranges(keys: readonly string[], signal: AbortSignal): Promise<TxnReply> {
    const success = keys.map((key) => ({
      requestRange: { key, serializable: this.serializable },
    }))
    return this.txn({ success }, signal)
  }

  put(key: string, value: string, signal: AbortSignal): Promise<unknown> {
    return this.gateway.call('/v3/kv/put', { key, value }, signal)
  }

  txn(request: object, signal: AbortSignal): Promise<TxnReply> {
    return this.gateway.call('/v3/kv/txn', request, signal)
  }

  /** Runs one operation and says of its error whether it is definite. */
  async settle<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return await operation()
    } catch (error) {
      throw error instanceof DefiniteError ? error : settled(error)
    }
  }

  close(): Promise<void> {
    return this.gateway.close()
  }
}

/** A key that does not exist equals no value, so the failure branch then reads nothing. */
const compareAndSet = (key: string, from: number, to: number): object => ({
  compare: [{ key, target: 'VALUE', result: 'EQUAL', value: encode(String(from)) }],
  success: [{ requestPut: { key, value: encode(String(to)) } }],
  failure: [{ requestRange: { key } }],
})

/** The one value of a range over one key; null when the key was never written. */
export const registerValue = (reply: RangeReply | undefined): number | null => {
  if (reply === undefined) throw new Error('the answer lacks the range that was asked for')
  const value = reply.kvs?.[0]?.value
  return value === undefined ? null : whole(decode(value))
}

/** The elements that the keys of a range under the set's prefix stand for. */
export const elementsOf = (reply: RangeReply): readonly number[] =>
  (reply.kvs ?? []).map(({ key }) => whole(decode(key).slice(SET_PREFIX.length)))

const whole = (text: string): number => {
  const value = Number(text)
  if (text === '' || !Number.isSafeInteger(value))
    throw new Error(`etcd returned ${JSON.stringify(text)}: expected a whole number`)
  return value
}
