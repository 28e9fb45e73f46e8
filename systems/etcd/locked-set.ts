/**
 * A set in one key that every client reads, extends and writes back while it holds a lock: what the lock
 * protects. `locked` trusts the lock alone, as Jepsen's lock-set does (etcd 3.4.3, 2020); `fenced` lets
 * etcd refuse the write of a client whose lock is gone.
 */
import { setTimeout } from 'node:timers/promises'
import { type Client, type ClientContext, DefiniteError } from '../../harness/api.ts'
import type { SetCall } from '../../workloads/set.ts'
import { settled } from './errors.ts'
import { decode, encode, Gateway, type RangeReply, type TxnReply } from './gateway.ts'
import { acquire, type HeldLock, keepAlive, release } from './locks.ts'
import { CLIENT_PORT } from './nodes.ts'

/** The shortest lease that etcd grants with stock settings, ms. */
const TTL_MS = 2000
const KEY = encode('locked-set')

export const openLockedSet = async (context: ClientContext): Promise<Client<SetCall>> => {
  const gateway = new Gateway(context.node.endpoint(CLIENT_PORT))
  // Renewing a lease must not wait behind the request that the lease is for.
  const renewals = new Gateway(context.node.endpoint(CLIENT_PORT))
  const thinkMs = Number(context.options.thinkMs)
  const write = context.options.set === 'fenced' ? putFenced : put
  return {
    invoke: async (call, signal) => {
      if (call.f === 'read') return elements(gateway, signal)
      const lock = await acquire(gateway, 'set', TTL_MS, signal).catch((error: unknown) => {
        throw new DefiniteError(messageOf(error))
      })
      const renewing = new AbortController()
      const renewed = renew(renewals, lock, AbortSignal.any([signal, renewing.signal]))
      try {
        const before = await elements(gateway, signal)
        // Between its read and its write a holder thinks, as applications do.
        await setTimeout(thinkMs, undefined, { signal })
        await write(gateway, lock, [...before, call.value], signal)
      } catch (error) {
        throw settled(error)
      } finally {
        renewing.abort()
        await renewed
      }
      // It is done; whether the lock could be given back changes nothing about that.
      await release(gateway, lock, signal).catch(() => {})
      return call.value
    },
    close: async () => {
      await Promise.all([gateway.close(), renewals.close()])
    },
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

/** Keeps a lease alive until aborted. */
const renew = async (gateway: Gateway, { lease }: HeldLock, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    await setTimeout(TTL_MS / 3, undefined, { signal }).catch(() => {})
    if (!signal.aborted) await keepAlive(gateway, lease, signal).catch(() => {})
  }
}

const elements = async (gateway: Gateway, signal: AbortSignal): Promise<readonly number[]> => {
  const { kvs } = await gateway.call<RangeReply>('/v3/kv/range', { key: KEY }, signal)
  const value = kvs?.[0]?.value
  return value === undefined ? [] : (JSON.parse(decode(value)) as number[])
}

const put = async (
  gateway: Gateway,
  _: HeldLock,
  all: readonly number[],
  signal: AbortSignal,
): Promise<void> => {
  await gateway.call('/v3/kv/put', { key: KEY, value: encode(JSON.stringify(all)) }, signal)
}

/** @throws DefiniteError when the lock is gone: etcd compared and did not write */
const putFenced = async (
  gateway: Gateway,
  { key, token }: HeldLock,
  all: readonly number[],
  signal: AbortSignal,
): Promise<void> => {
  const request = {
    compare: [{ key, target: 'CREATE', result: 'EQUAL', create_revision: String(token) }],
    success: [{ requestPut: { key: KEY, value: encode(JSON.stringify(all)) } }],
  }
  const { succeeded } = await gateway.call<TxnReply>('/v3/kv/txn', request, signal)
  if (succeeded !== true) throw new DefiniteError('the lock was gone before the write')
}
